#include "crypto/files/bounded_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "crypto/files/descriptor.hpp"

namespace tacit::crypto {
namespace {

// For `--config <(…)` or `--config /dev/stdin`: the caller of the command chooses it, and can end it.
bool is_given_by_a_shell(const std::filesystem::path& file) {
  return file.native().starts_with("/dev/") || file.native().starts_with("/proc/self/");
}

// Reads to the end, or one byte more than `most`; returns errno.
int read_to_end(int descriptor, std::size_t most, WipedBytes& content) {
  constexpr std::size_t step = 64 * 1024;
  for (std::size_t size = 0; size <= most;) {
    content.resize(std::min(size + step, most + 1));
    const ssize_t got = read_some(descriptor, content.span().subspan(size));
    if (got < 0) return errno;
    size += static_cast<std::size_t>(got);
    content.resize(size);
    if (got == 0) return 0;
  }
  return 0;
}

}  // namespace

std::string unreadable_file(const std::filesystem::path& file, int error) {
  return file.string() + ": cannot be read: " + std::generic_category().message(error);
}

std::string irregular_file(const std::filesystem::path& file, bool directory) {
  return file.string() + (directory ? ": is a directory" : ": is not a regular file");
}

boost::system::result<WipedBytes, BoundedFileError> read_bounded_file(const std::filesystem::path& file,
                                                                      const FileBound& bound, SpecialFiles special) {
  // Must not wait for a pipe, or take over a terminal.
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  if (!in || ::fstat(in.get(), &status) != 0) return BoundedFileError{unreadable_file(file, errno)};
  if (!S_ISREG(status.st_mode)) {
    const bool directory = S_ISDIR(status.st_mode);
    // A named pipe may never be written to, and a server that waits for it would hang.
    const bool allowed = special == SpecialFiles::shell_pipes && is_given_by_a_shell(file);
    if (directory || !allowed) return BoundedFileError{irregular_file(file, directory)};
    ::fcntl(in.get(), F_SETFL, 0);
  }
  WipedBytes content;
  if (const int error = read_to_end(in.get(), bound.bytes, content); error != 0) {
    return BoundedFileError{unreadable_file(file, error)};
  }
  if (content.size() > bound.bytes) return BoundedFileError{file.string() + ": is larger than " + bound.text};
  return content;
}

}  // namespace tacit::crypto
