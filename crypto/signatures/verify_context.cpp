#include "crypto/signatures/verify_context.hpp"

#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace tacit::crypto {
namespace {

std::atomic<std::uint64_t> last_number{0};

// A thread's copy of the context with that number; 0: none.
struct Copy {
  PkeyContext context;
  std::uint64_t number;
};
thread_local std::array<Copy, 32> copies{};

PkeyContext prepared(EVP_PKEY* key) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  require(context != nullptr && EVP_PKEY_verify_init(context.get()) == 1, "cannot prepare to verify a signature");
  return context;
}

// Writes a DER INTEGER of an unsigned number; returns the position after it.
std::uint8_t* write_integer(std::uint8_t* out, ByteView number) {
  while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
  const bool padded = (number.front() & 0x80) != 0;
  *out++ = 0x02;
  *out++ = static_cast<std::uint8_t>(number.size() + (padded ? 1 : 0));
  if (padded) *out++ = 0x00;
  return std::copy(number.begin(), number.end(), out);
}

}  // namespace

VerifyContext::VerifyContext(PkeyContext context) : context_(std::move(context)), number_(++last_number) {}

VerifyContext VerifyContext::ecdsa(EVP_PKEY* key) { return VerifyContext(prepared(key)); }

VerifyContext VerifyContext::pkcs1(EVP_PKEY* key, const EVP_MD* hash) {
  PkeyContext context = prepared(key);
  require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_CTX_set_signature_md(context.get(), hash) == 1,
          "cannot prepare to verify RSASSA-PKCS1-v1_5");
  return VerifyContext(std::move(context));
}

VerifyContext VerifyContext::pss(EVP_PKEY* key, const EVP_MD* hash) {
  PkeyContext context = prepared(key);
  require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_signature_md(context.get(), hash) == 1 &&
              EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1,
          "cannot prepare to verify RSASSA-PSS");
  return VerifyContext(std::move(context));
}

EVP_PKEY_CTX* VerifyContext::here() const {
  Copy& copy = copies[number_ % copies.size()];
  if (copy.number != number_) {
    copy.context.reset(EVP_PKEY_CTX_dup(context_.get()));
    require(copy.context != nullptr, "no memory to verify a signature");
    copy.number = number_;
  }
  return copy.context.get();
}

bool VerifyContext::verify(ByteView digest, ByteView signature) const {
  return tried(EVP_PKEY_verify(here(), signature.data(), signature.size(), digest.data(), digest.size()) == 1);
}

// OpenSSL takes both as a SEQUENCE (RFC 3279 section 2.2.3). An integer is under 128 bytes long, so its length takes
// one byte; that of the sequence takes two from 128 on (X.690 section 8.1.3.5), which P-521 may reach. OpenSSL checks
// that r and s are in 1 … order - 1.
bool verify_ecdsa(const VerifyContext& context, std::size_t size, ByteView digest, ByteView signature) {
  if (signature.size() != 2 * size) return false;
  constexpr std::size_t head = 3;
  std::array<std::uint8_t, head + 2 * (2 + 1 + 66)> der;
  static_assert(der.size() - head < 256);
  std::uint8_t* const content = der.data() + head;
  std::uint8_t* end = write_integer(content, signature.first(size));
  end = write_integer(end, signature.last(size));
  const auto length = static_cast<std::uint8_t>(end - content);
  std::uint8_t* start = content;
  *--start = length;
  if (length >= 128) *--start = 0x81;
  *--start = 0x30;
  return context.verify(digest, {start, end});
}

}  // namespace tacit::crypto
