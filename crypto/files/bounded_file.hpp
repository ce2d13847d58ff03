// Reads files of a bounded size whose name an operator gives, and words the faults of such a name.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

struct BoundedFileError {
  std::string message;  ///< one sentence that names the file
};

/// The bound of a file, and its text in messages, such as "1024 KiB".
struct FileBound {
  std::size_t bytes;
  std::string text;
};

/// Which files other than regular ones are read. shell_pipes: those that a shell passes (/dev/fd/…, /dev/stdin), which
/// are read to their end, however long that takes.
enum class SpecialFiles : bool { none, shell_pipes };

/// Reads a whole file. Refuses a directory, a special file, an unreadable file and a file larger than the bound. Never
/// waits for a named pipe. Any thread.
boost::system::result<WipedBytes, BoundedFileError> read_bounded_file(const std::filesystem::path& file,
                                                                      const FileBound& bound, SpecialFiles special);

/// "file: cannot be read: the system's message for `error`" (an errno).
std::string unreadable_file(const std::filesystem::path& file, int error);
/// "file: is a directory", or "file: is not a regular file" for another type.
std::string irregular_file(const std::filesystem::path& file, bool directory);

}  // namespace tacit::crypto
