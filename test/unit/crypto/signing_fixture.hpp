// Signing keys for tests, which Tacit itself does not have, with their public halves in the forms that tests need.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature.hpp"

namespace tacit::crypto::test {

inline std::string base64url(ByteView bytes) { return std::string(base64url_encode(bytes).text()); }
inline std::string base64url(std::string_view text) { return base64url(as_bytes(text)); }

class SigningKey {
 public:
  static SigningKey rsa(unsigned bits) { return SigningKey(EVP_RSA_gen(bits)); }
  static SigningKey ec(const char* curve) { return SigningKey(EVP_EC_gen(curve)); }
  static SigningKey edwards(const char* name) { return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, name)); }

  Bytes n() const { return number(OSSL_PKEY_PARAM_RSA_N); }
  Bytes e() const { return number(OSSL_PKEY_PARAM_RSA_E); }
  /// Of an elliptic curve key, with leading zeros.
  Bytes x() const { return half_of_point(true); }
  Bytes y() const { return half_of_point(false); }
  /// Of an Edwards curve key.
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

  Bytes pkcs1(std::string_view message, const char* hash = "SHA256") const {
    return sign(message, hash, [](EVP_PKEY_CTX*) {});
  }
  Bytes pss(std::string_view message, int salt = 32, const char* hash = "SHA256", const char* mask = "SHA256") const {
    return sign(message, hash, [salt, mask](EVP_PKEY_CTX* context) {
      require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, mask, nullptr) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1,
              "no PSS");
    });
  }
  Bytes ecdsa_der(std::string_view message, const char* hash = "SHA256") const {
    return sign(message, hash, [](EVP_PKEY_CTX*) {});
  }
  /// r ‖ s.
  Bytes ecdsa(std::string_view message, const char* hash = "SHA256") const {
    const Bytes der = ecdsa_der(message, hash);
    const unsigned char* next = der.data();
    const OpensslPtr<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
    require(pair != nullptr, "no signature");
    const int half = static_cast<int>((EVP_PKEY_get_bits(key_.get()) + 7) / 8);
    Bytes both(static_cast<std::size_t>(2 * half));
    require(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), both.data(), half) == half &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), both.data() + half, half) == half,
            "no signature");
    return both;
  }
  Bytes eddsa(std::string_view message) const {
    return sign(message, nullptr, [](EVP_PKEY_CTX*) {});
  }

  /// The public key as a JWK; `more` is further members, each with a comma behind it.
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
  template <class Prepare>
  Bytes sign(std::string_view message, const char* hash, Prepare prepare) const {
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    require(context != nullptr &&
                EVP_DigestSignInit_ex(context.get(), &parameters, hash, nullptr, nullptr, key_.get(), nullptr) == 1,
            "cannot sign");
    prepare(parameters);
    const ByteView bytes = as_bytes(message);
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes.data(), bytes.size()) == 1, "cannot sign");
    Bytes signature(size);
    require(EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) == 1, "cannot sign");
    signature.resize(size);
    return signature;
  }

  PkeyPtr key_;
};

/// Made once for all tests of a program: making an RSA key takes long.
inline const SigningKey& rsa_2048() {
  static const SigningKey key = SigningKey::rsa(2048);
  return key;
}

}  // namespace tacit::crypto::test
