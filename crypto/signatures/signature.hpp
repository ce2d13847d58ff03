// Public keys and shared secrets that verify others' signatures: RSA, ECDSA, Ed25519, HMAC. Verification only;
// crypto/signatures/signing_key.hpp signs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// Named as in JWS (RFC 7518 section 3.1, RFC 8037 section 3.1).
enum class SignatureAlgorithm : std::uint8_t {
  rs256,  ///< RSASSA-PKCS1-v1_5 with SHA-256
  rs384,  ///< … with SHA-384
  rs512,  ///< … with SHA-512
  ps256,  ///< RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes
  ps384,  ///< … with SHA-384 for both, a salt of 48 bytes
  ps512,  ///< … with SHA-512 for both, a salt of 64 bytes
  es256,  ///< ECDSA on P-256 with SHA-256; the signature is r ‖ s, 64 bytes
  es384,  ///< ECDSA on P-384 with SHA-384; r ‖ s, 96 bytes
  es512,  ///< ECDSA on P-521 with SHA-512; r ‖ s, 132 bytes
  eddsa,  ///< Ed25519 (RFC 8032)
  hs256,  ///< HMAC with SHA-256
};

/// Immutable, for any thread. Each factory returns std::nullopt for an unsound key.
class SignatureKey {
 public:
  /// Big-endian modulus of 2048 to 8192 bits and exponent: odd, from 3 to 2^32.
  static std::optional<SignatureKey> rsa(ByteView modulus, ByteView exponent);
  /// Affine coordinates of exactly 32, 48 or 66 bytes; the point must be on the curve.
  static std::optional<SignatureKey> p256(ByteView x, ByteView y);
  static std::optional<SignatureKey> p384(ByteView x, ByteView y);
  static std::optional<SignatureKey> p521(ByteView x, ByteView y);
  /// 32 bytes, RFC 8032; the encoding must be canonical, of a point that is not of small order.
  static std::optional<SignatureKey> ed25519(ByteView x);
  /// A shared secret of at least 32 bytes (RFC 7518 section 3.2).
  static std::optional<SignatureKey> hmac(ByteView secret);

  SignatureKey(SignatureKey&&) noexcept;
  SignatureKey& operator=(SignatureKey&&) noexcept;
  ~SignatureKey();

  /// Whether the algorithm is for keys of this kind.
  bool fits(SignatureAlgorithm algorithm) const;
  /// Makes ES256 with this key about twice as fast, for 150 KiB and some 20 ms now; does nothing for other keys, or if
  /// it fails. Other threads may verify meanwhile.
  void prepare() const noexcept;
  /// Whether prepare() succeeded.
  bool is_prepared() const;
  /// Whether the signature is right. False for an algorithm that does not fit, and for a signature whose length does
  /// not match the algorithm and the key. Leaves nothing in OpenSSL's error queue.
  bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const;

 private:
  struct Key;
  explicit SignatureKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

}  // namespace tacit::crypto
