// ECDSA on P-256 for a public key that verifies many signatures, such as an issuer's.
#pragma once

#include <memory>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::crypto {

/// Has a table of multiples of the public key, like the one that OpenSSL has for the curve's generator and uses to
/// sign. Verification then takes two look-ups in such tables instead of one and a full multiplication: about half of
/// the time of EVP_PKEY_verify. Immutable, for any thread.
class P256Verifier {
 public:
  /// Takes some 20 ms, and 150 KiB during its lifetime. `point` is the public key, uncompressed. Null if that is not a
  /// point of the curve, if OpenSSL's memory is short, or if OpenSSL has no built-in table of the generator (nistz256,
  /// on x86-64 and AArch64, has one): its other method is not known to be faster. Leaves nothing in OpenSSL's error
  /// queue. Throws if memory is short.
  static std::unique_ptr<const P256Verifier> make(ByteView point);
  P256Verifier(const P256Verifier&) = delete;
  P256Verifier& operator=(const P256Verifier&) = delete;
  ~P256Verifier();

  /// Whether r and s, big-endian, are a signature of the digest: FIPS 186-5 section 6.4.2. Not in constant time,
  /// because all inputs are public. Leaves nothing in OpenSSL's error queue. Throws if memory is short.
  bool verify(const Digest& digest, ByteView r, ByteView s) const;

 private:
  struct Table;
  explicit P256Verifier(std::unique_ptr<Table> table);
  std::unique_ptr<Table> table_;
};

}  // namespace tacit::crypto
