// A file that gets its name only when it is whole: whoever looks before finds nothing, and a process that is killed
// leaves nothing behind.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "crypto/bytes.hpp"
#include "store/outcome.hpp"

namespace tacit::store {

class WholeFile {
 public:
  /// Makes it in the folder of `file`, without a name; where the file system knows no such files, with a hidden one.
  /// Fails with `conflict` if there is something of that name.
  static Outcome<WholeFile> create(const std::filesystem::path& file, mode_t mode);
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  /// Appends. False if that cannot be done; errno says why.
  bool write(crypto::ByteView bytes) const;
  /// By which this process can open it before it has its name.
  std::filesystem::path path() const;
  /// Syncs it, gives it its name and syncs the folder. Never replaces what has the name.
  Outcome<void> publish();

 private:
  WholeFile(std::filesystem::path file, int descriptor, std::filesystem::path hidden);

  std::filesystem::path file_;
  int descriptor_;
  std::filesystem::path hidden_;  ///< empty: it has no name
};

/// Writes all of it. False if that cannot be done; errno says why.
bool write_all(int descriptor, crypto::ByteView bytes);

}  // namespace tacit::store
