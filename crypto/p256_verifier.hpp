// ECDSA on P-256 for a public key that verifies many signatures, as an issuer's does.
#pragma once

#include <memory>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"

namespace tacit::crypto {

/// Holds a table of multiples of the public key, of the kind that OpenSSL has built in for the curve's generator and
/// signs with. Verifying then takes two look-ups of such multiples instead of one and a multiplication from scratch:
/// about half of the time of EVP_PKEY_verify. Immutable, for any thread.
class P256Verifier {
 public:
  /// Takes some 20 ms, and 150 KiB as long as it lives. `point` is the public key, uncompressed. Null if that is no
  /// point of the curve, if OpenSSL's memory is short, or where OpenSSL has no table of the generator built in (as it
  /// has with nistz256, on x86-64 and AArch64): what there is instead is not known to be quicker. Leaves nothing in
  /// OpenSSL's error queue. Throws if memory is short.
  static std::unique_ptr<const P256Verifier> make(ByteView point);
  P256Verifier(const P256Verifier&) = delete;
  P256Verifier& operator=(const P256Verifier&) = delete;
  ~P256Verifier();

  /// Whether r and s, big-endian, are a signature of the digest: FIPS 186-5 section 6.4.2. Not in constant time, for
  /// all of it is public. Leaves nothing in OpenSSL's error queue. Throws if memory is short.
  bool verify(const Digest& digest, ByteView r, ByteView s) const;

 private:
  struct Table;
  explicit P256Verifier(std::unique_ptr<Table> table);
  std::unique_ptr<Table> table_;
};

}  // namespace tacit::crypto
