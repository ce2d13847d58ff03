#include "crypto/primitives/hedge.hpp"

#include <cerrno>
#include <cstdlib>
#include <span>

#include <sys/random.h>

#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

// The kernel's generator learns of a cloned virtual machine (vmgenid of Linux 5.18), OpenSSL's copy of it does not.
void kernel_random(std::span<std::uint8_t> out) noexcept {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

WipedArray<32> hedged_random(ByteView key, std::string_view purpose, std::initializer_list<ByteView> data) {
  WipedArray<64> fresh;
  kernel_random(fresh.span().first(32));
  random_bytes(fresh.span().last(32));
  return hkdf_extract(key, {as_bytes(purpose), fresh.view(), canonical({}, data).view()});
}

}  // namespace tacit::crypto
