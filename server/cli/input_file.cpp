#include "server/cli/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "server/config/errors.hpp"

namespace tacit::server {

InputFile::InputFile(const std::string& name) : descriptor_(STDIN_FILENO) {
  if (name == "-") {
    if (::isatty(STDIN_FILENO) == 1) throw UsageError("standard input is a terminal: name a file, or redirect one");
    return;
  }
  descriptor_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor_ < 0) throw UsageError(name + " cannot be opened: " + std::generic_category().message(errno));
}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

store::ByteSource InputFile::source() const {
  return [descriptor = descriptor_](std::span<std::uint8_t> out) -> std::ptrdiff_t {
    return ::read(descriptor, out.data(), out.size());
  };
}

std::uint64_t InputFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace tacit::server
