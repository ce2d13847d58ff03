#include "crypto/files/descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tacit::crypto {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  if (number_ >= 0) ::close(number_);
  number_ = other.release();
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

std::string Descriptor::path() const { return "/proc/self/fd/" + std::to_string(number_); }

bool write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = EIO;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

ssize_t read_some(int descriptor, std::span<std::uint8_t> into) {
  while (true) {
    const ssize_t got = ::read(descriptor, into.data(), into.size());
    if (got >= 0 || errno != EINTR) return got;
  }
}

}  // namespace tacit::crypto
