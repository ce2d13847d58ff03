// A file that gets its name only when it is complete: no other process sees a partial file, and a killed process leaves
// nothing behind.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "crypto/files/descriptor.hpp"
#include "crypto/memory/bytes.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

class WholeFile {
 public:
  /// Creates the file in the folder of `file`, without a name; on file systems without O_TMPFILE, with a hidden name.
  /// Opens the folder once, like crypto/files/trusted_folder.hpp. Fails with `conflict` if the name exists.
  static Outcome<WholeFile> create(const std::filesystem::path& file, mode_t mode);
  WholeFile(WholeFile&& other) noexcept = default;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  /// Appends. Returns false with errno set on failure.
  bool write(crypto::ByteView bytes) const;
  /// A path by which this process can open the file before it has its name.
  std::filesystem::path path() const;
  int descriptor() const { return descriptor_.get(); }
  /// Gives the file to the folder's owner if this process runs as root and another user owns the folder.
  Outcome<void> give_to_folder_owner() const;
  /// Syncs the file, links it under its name and syncs the folder. Never replaces an existing file.
  Outcome<void> publish();

 private:
  WholeFile(std::filesystem::path file, crypto::Descriptor folder);
  int make();

  std::filesystem::path file_;
  crypto::Descriptor folder_;
  crypto::Descriptor descriptor_;
  std::string hidden_;  ///< its hidden name in the folder; empty: it has none
};

}  // namespace tacit::store
