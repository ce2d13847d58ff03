// A key of each kind that verifies signatures, and signatures by each algorithm.
#pragma once

#include <openssl/err.h>

#include <boost/test/unit_test.hpp>

#include <string_view>

#include "crypto/primitives/digest.hpp"
#include "crypto/signatures/signature.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"
#include "test/unit/crypto/signatures/signatures_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

namespace tacit::crypto::test {

constexpr SignatureAlgorithm signature_algorithms[] = {
    SignatureAlgorithm::rs256, SignatureAlgorithm::rs384, SignatureAlgorithm::rs512, SignatureAlgorithm::ps256,
    SignatureAlgorithm::ps384, SignatureAlgorithm::ps512, SignatureAlgorithm::es256, SignatureAlgorithm::es384,
    SignatureAlgorithm::es512, SignatureAlgorithm::eddsa, SignatureAlgorithm::hs256};

inline bool is_of_rsa(SignatureAlgorithm algorithm) { return algorithm <= SignatureAlgorithm::ps512; }

/// One key of each kind, and a signature of `message` with each algorithm.
struct Bench {
  explicit Bench(bool prepared = false) {
    for (const SignatureKey& key : keys) {
      if (prepared) key.prepare();
    }
  }

  static constexpr std::string_view message = "what was said";

  SigningKey p256 = SigningKey::ec("P-256");
  SigningKey p384 = SigningKey::ec("P-384");
  SigningKey p521 = SigningKey::ec("P-521");
  SigningKey ed25519 = SigningKey::edwards("ED25519");
  Bytes secret = random_of(32);
  SignatureKey keys[6] = {*SignatureKey::rsa(rsa_2048().n(), rsa_2048().e()),
                          *SignatureKey::p256(p256.x(), p256.y()),
                          *SignatureKey::p384(p384.x(), p384.y()),
                          *SignatureKey::ed25519(ed25519.raw()),
                          *SignatureKey::hmac(secret),
                          *SignatureKey::p521(p521.x(), p521.y())};

  Bytes sign(SignatureAlgorithm algorithm) const {
    switch (algorithm) {
      case SignatureAlgorithm::rs256:
        return pkcs1(rsa_2048(), message);
      case SignatureAlgorithm::rs384:
        return pkcs1(rsa_2048(), message, "SHA384");
      case SignatureAlgorithm::rs512:
        return pkcs1(rsa_2048(), message, "SHA512");
      case SignatureAlgorithm::ps256:
        return pss(rsa_2048(), message);
      case SignatureAlgorithm::ps384:
        return pss(rsa_2048(), message, 48, "SHA384", "SHA384");
      case SignatureAlgorithm::ps512:
        return pss(rsa_2048(), message, 64, "SHA512", "SHA512");
      case SignatureAlgorithm::es256:
        return ecdsa(p256, message);
      case SignatureAlgorithm::es384:
        return ecdsa(p384, message, "SHA384");
      case SignatureAlgorithm::es512:
        return ecdsa(p521, message, "SHA512");
      case SignatureAlgorithm::eddsa:
        return eddsa(ed25519, message);
      case SignatureAlgorithm::hs256:
        break;
    }
    const Digest mac = hmac_sha256(secret, as_bytes(message));
    return {mac.begin(), mac.end()};
  }
  const SignatureKey& key(SignatureAlgorithm algorithm) const {
    if (is_of_rsa(algorithm)) return keys[0];
    switch (algorithm) {
      case SignatureAlgorithm::es256:
        return keys[1];
      case SignatureAlgorithm::es384:
        return keys[2];
      case SignatureAlgorithm::es512:
        return keys[5];
      case SignatureAlgorithm::eddsa:
        return keys[3];
      default:
        break;
    }
    return keys[4];
  }
  bool verifies(SignatureAlgorithm algorithm, ByteView signature) const {
    const bool good = key(algorithm).verify(algorithm, as_bytes(message), signature);
    BOOST_TEST(ERR_peek_error() == 0u);
    return good;
  }
};

/// r ‖ s, or bytes before a number.
inline Bytes joined(const Bytes& r, const Bytes& s) {
  Bytes both = r;
  both.insert(both.end(), s.begin(), s.end());
  return both;
}

}  // namespace tacit::crypto::test
