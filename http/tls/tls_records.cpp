#include "http/tls/tls_records.hpp"

#include <algorithm>

namespace tacit::http {

std::size_t TlsRecords::take(crypto::ByteView bytes) {
  std::size_t taken = 0;
  if (header_size_ == 0) {
    ++quiet_;
    fresh_ = true;
    ssl2_ = ssl2_ || (bytes.front() & 0x80) != 0;
  }
  // Type, version, and the length in two bytes.
  for (; header_size_ < header_size && taken < bytes.size(); ++header_size_) {
    const std::size_t byte = bytes[taken++];
    if (header_size_ == header_size - 2) rest_ = byte << 8;
    if (header_size_ == header_size - 1) rest_ |= byte;
  }
  if (header_size_ == header_size) {
    const std::size_t body = std::min(rest_, bytes.size() - taken);
    rest_ -= body;
    taken += body;
    if (rest_ == 0) header_size_ = 0;
  }
  if (shaking_hands_) handshake_bytes_ += taken;
  return taken;
}

}  // namespace tacit::http
