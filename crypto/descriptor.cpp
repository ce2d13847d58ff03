#include "crypto/descriptor.hpp"

#include <unistd.h>

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

}  // namespace tacit::crypto
