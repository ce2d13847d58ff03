// OpenSSL's contexts that are prepared once for a public key and verify many signatures. Private to crypto/.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {

/// A context for verification. Setting one up looks up algorithms by name; copying one does not, but counts references
/// that other threads share. A verification changes its context, so each thread keeps copies of its recently used ones.
/// Immutable, for any thread.
class VerifyContext {
 public:
  VerifyContext() = default;
  /// For a key on an elliptic curve.
  static VerifyContext ecdsa(EVP_PKEY* key);
  /// RSASSA-PKCS1-v1_5.
  static VerifyContext pkcs1(EVP_PKEY* key, const EVP_MD* hash);
  /// RSASSA-PSS; MGF1 has the same hash, and the salt its length.
  static VerifyContext pss(EVP_PKEY* key, const EVP_MD* hash);

  /// Whether OpenSSL takes the signature of the digest. Leaves nothing in OpenSSL's error queue.
  bool verify(ByteView digest, ByteView signature) const;

 private:
  explicit VerifyContext(PkeyContext context);
  /// This thread's copy, valid until its next call.
  EVP_PKEY_CTX* here() const;

  PkeyContext context_;
  std::uint64_t number_ = 0;  ///< of this context in the process, from 1
};

/// Whether r ‖ s, each of `size` bytes (RFC 7518 section 3.4), are a signature of the digest; false for another length.
/// `size` is at most 66, that of P-521.
bool verify_ecdsa(const VerifyContext& context, std::size_t size, ByteView digest, ByteView signature);

}  // namespace tacit::crypto
