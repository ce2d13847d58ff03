#include "crypto/primitives/random.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>

#include <openssl/rand.h>

namespace tacit::crypto {

void random_bytes(std::span<std::uint8_t> out) noexcept {
  while (!out.empty()) {
    // RAND_priv_bytes: OpenSSL's generator for secrets, separate from the one whose output TLS sends in the clear.
    const std::size_t size = std::min<std::size_t>(out.size(), INT_MAX);
    if (RAND_priv_bytes(out.data(), static_cast<int>(size)) != 1) std::abort();
    out = out.subspan(size);
  }
}

}  // namespace tacit::crypto
