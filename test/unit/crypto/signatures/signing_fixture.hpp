// Signing keys for tests, which Tacit itself does not have, with the public half in the forms that tests need.
// signatures_fixture.hpp signs with them.
#pragma once

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>

#include "crypto/primitives/openssl.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::crypto::test {

inline std::string base64url(ByteView bytes) { return std::string(base64url_encode(bytes).text()); }
inline std::string base64url(std::string_view text) { return base64url(as_bytes(text)); }

class SigningKey {
 public:
  static SigningKey rsa(unsigned bits) { return SigningKey(EVP_RSA_gen(bits)); }
  static SigningKey ec(const char* curve) { return SigningKey(EVP_EC_gen(curve)); }
  static SigningKey edwards(const char* name) { return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, name)); }

  /// For signatures_fixture.hpp. Stays the property of this object.
  EVP_PKEY* native() const { return key_.get(); }

  Bytes n() const { return number(OSSL_PKEY_PARAM_RSA_N); }
  Bytes e() const { return number(OSSL_PKEY_PARAM_RSA_E); }
  /// For an elliptic curve; leading zeros are kept.
  Bytes x() const { return half_of_point(true); }
  Bytes y() const { return half_of_point(false); }
  /// For an Edwards curve.
  Bytes raw() const {
    std::size_t size = 0;
    require(EVP_PKEY_get_raw_public_key(key_.get(), nullptr, &size) == 1, "no raw key");
    Bytes bytes(size);
    require(EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) == 1, "no raw key");
    return bytes;
  }
  /// The SubjectPublicKeyInfo.
  Bytes der() const {
    unsigned char* out = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &out);
    require(size > 0, "no DER");
    const Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
  }
  std::string pem() const {
    const OpensslPtr<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr && PEM_write_bio_PUBKEY(memory.get(), key_.get()) == 1, "no PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  /// The public key as a JWK; `more` contains further members, each followed by a comma.
  std::string jwk(std::string_view more = {}) const {
    const std::string start = "{" + std::string(more);
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
      return start + R"("kty":"RSA","n":")" + base64url(n()) + R"(","e":")" + base64url(e()) + "\"}";
    }
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
      const char* const curve = EVP_PKEY_get_bits(key_.get()) == 256   ? "P-256"
                                : EVP_PKEY_get_bits(key_.get()) == 384 ? "P-384"
                                                                       : "P-521";
      return start + R"("kty":"EC","crv":")" + curve + R"(","x":")" + base64url(x()) + R"(","y":")" + base64url(y()) +
             "\"}";
    }
    const char* const curve = EVP_PKEY_is_a(key_.get(), "ED25519") == 1 ? "Ed25519" : "Ed448";
    return start + R"("kty":"OKP","crv":")" + curve + R"(","x":")" + base64url(raw()) + "\"}";
  }

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key) { require(key != nullptr, "no key"); }

  Bytes number(const char* name) const {
    BIGNUM* value = nullptr;
    require(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1, "no such number");
    const BignumPtr owner(value);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, bytes.data());
    return bytes;
  }
  Bytes half_of_point(bool first) const {
    Bytes point(133);
    std::size_t size = 0;
    require(
        EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1 &&
            point[0] == 0x04,
        "no point");
    const ByteView both = ByteView(point).subspan(1, size - 1);
    const ByteView half = first ? both.first(both.size() / 2) : both.last(both.size() / 2);
    return {half.begin(), half.end()};
  }

  PkeyPtr key_;
};

/// Made once for all tests of a program, because making an RSA key is slow.
inline const SigningKey& rsa_2048() {
  static const SigningKey key = SigningKey::rsa(2048);
  return key;
}

}  // namespace tacit::crypto::test
