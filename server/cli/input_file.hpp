// A file or standard input that a command reads to the end.
#pragma once

#include <string>

#include "store/backup/backup.hpp"

namespace tacit::server {

class InputFile {
 public:
  /// `-`: standard input, unless that is a terminal. Throws UsageError with a sentence that names the file.
  explicit InputFile(const std::string& name);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  store::ByteSource source() const;
  /// The number of bytes to read; 0 if it is not known.
  std::uint64_t size() const;

 private:
  int descriptor_;
};

}  // namespace tacit::server
