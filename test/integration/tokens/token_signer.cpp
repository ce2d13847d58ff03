#include "test/integration/tokens/token_signer.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <boost/json/serialize.hpp>

#include <ctime>
#include <stdexcept>

#include "crypto/text/base64.hpp"

namespace json = boost::json;

namespace tacit::test {
namespace {

std::string encoded(crypto::ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }
std::string encoded(const json::object& object) { return encoded(crypto::as_bytes(json::serialize(object))); }

void require(bool ok) {
  if (!ok) throw std::runtime_error("OpenSSL cannot sign a token");
}

using Integer = std::array<std::uint8_t, 32>;

Integer bytes_of(const BIGNUM* number) {
  Integer bytes{};
  require(BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size()));
  return bytes;
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  const Integer bytes = bytes_of(number);
  BN_free(number);
  return encoded(bytes);
}

/// A signature in the form of JWS: r and s of fixed length.
std::string raw_signature(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* const signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  require(signature != nullptr);
  std::string raw;
  for (const BIGNUM* number : {ECDSA_SIG_get0_r(signature), ECDSA_SIG_get0_s(signature)}) {
    const Integer bytes = bytes_of(number);
    raw.append(bytes.begin(), bytes.end());
  }
  ECDSA_SIG_free(signature);
  return raw;
}

}  // namespace

TokenSigner::TokenSigner(std::string kid) : kid_(std::move(kid)), key_(EVP_EC_gen("P-256")) {
  require(key_ != nullptr);
}

std::string TokenSigner::jwks() const {
  const json::object key = {{"kty", "EC"},
                            {"crv", "P-256"},
                            {"kid", kid_},
                            {"alg", "ES256"},
                            {"use", "sig"},
                            {"x", coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X)},
                            {"y", coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y)}};
  return json::serialize(json::object{{"keys", json::array{key}}});
}

std::string TokenSigner::sign(json::object claims) const {
  const std::int64_t now = std::time(nullptr);
  if (!claims.contains("iat")) claims["iat"] = now;
  if (!claims.contains("exp")) claims["exp"] = now + 3600;
  const std::string text =
      encoded(json::object{{"alg", "ES256"}, {"typ", "at+jwt"}, {"kid", kid_}}) + "." + encoded(claims);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::string der(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = der.size();
  const auto* const message = reinterpret_cast<const unsigned char*>(text.data());
  const bool signed_it =
      EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size, message, text.size()) == 1;
  EVP_MD_CTX_free(context);
  require(signed_it);
  der.resize(size);
  return text + "." + encoded(crypto::as_bytes(raw_signature(der)));
}

}  // namespace tacit::test
