// Signatures of messages by the keys of signing_fixture.hpp.
#pragma once

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/openssl.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

namespace tacit::crypto::test {

/// `prepare` sets the padding and other parameters.
template <class Prepare>
Bytes sign(const SigningKey& key, std::string_view message, const char* hash, Prepare prepare) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  require(context != nullptr &&
              EVP_DigestSignInit_ex(context.get(), &parameters, hash, nullptr, nullptr, key.native(), nullptr) == 1,
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

inline Bytes pkcs1(const SigningKey& key, std::string_view message, const char* hash = "SHA256") {
  return sign(key, message, hash, [](EVP_PKEY_CTX*) {});
}

inline Bytes pss(const SigningKey& key, std::string_view message, int salt = 32, const char* hash = "SHA256",
                 const char* mask = "SHA256") {
  return sign(key, message, hash, [salt, mask](EVP_PKEY_CTX* context) {
    require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, mask, nullptr) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1,
            "no PSS");
  });
}

inline Bytes ecdsa_der(const SigningKey& key, std::string_view message, const char* hash = "SHA256") {
  return sign(key, message, hash, [](EVP_PKEY_CTX*) {});
}

/// r ‖ s.
inline Bytes ecdsa(const SigningKey& key, std::string_view message, const char* hash = "SHA256") {
  const Bytes der = ecdsa_der(key, message, hash);
  const unsigned char* next = der.data();
  const OpensslPtr<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
  require(pair != nullptr, "no signature");
  const int half = static_cast<int>((EVP_PKEY_get_bits(key.native()) + 7) / 8);
  Bytes both(static_cast<std::size_t>(2 * half));
  require(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), both.data(), half) == half &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), both.data() + half, half) == half,
          "no signature");
  return both;
}

inline Bytes eddsa(const SigningKey& key, std::string_view message) {
  return sign(key, message, nullptr, [](EVP_PKEY_CTX*) {});
}

}  // namespace tacit::crypto::test
