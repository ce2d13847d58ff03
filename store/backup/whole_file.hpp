// A file that gets its name only when it is whole: whoever looks before finds nothing, and a process that is killed
// leaves nothing behind.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "crypto/bytes.hpp"
#include "crypto/descriptor.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

class WholeFile {
 public:
  /// Makes it in the folder of `file`, without a name; where the file system knows no such files, with a hidden one.
  /// The folder is opened once, as crypto/trusted_folder.hpp does it. Fails with `conflict` if there is something of
  /// that name.
  static Outcome<WholeFile> create(const std::filesystem::path& file, mode_t mode);
  WholeFile(WholeFile&& other) noexcept = default;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  /// Appends. False if that cannot be done; errno says why.
  bool write(crypto::ByteView bytes) const;
  /// By which this process can open it before it has its name.
  std::filesystem::path path() const;
  int descriptor() const { return descriptor_.get(); }
  /// If this process is root's and the folder another user's, makes the file that user's.
  Outcome<void> give_to_folder_owner() const;
  /// Syncs it, gives it its name and syncs the folder. Never replaces what has the name.
  Outcome<void> publish();

 private:
  WholeFile(std::filesystem::path file, crypto::Descriptor folder);
  int make();

  std::filesystem::path file_;
  crypto::Descriptor folder_;
  crypto::Descriptor descriptor_;
  std::string hidden_;  ///< its name in the folder; empty: it has none
};

/// Writes all of it. False if that cannot be done; errno says why.
bool write_all(int descriptor, crypto::ByteView bytes);

}  // namespace tacit::store
