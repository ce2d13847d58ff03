// A token issuer that consists of a key: it signs any claims, and writes its public key to a file.
#pragma once

#include <openssl/evp.h>

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace tacit::test {

/// Its own ES256 key.
class TokenSigner {
 public:
  explicit TokenSigner(std::string kid);

  /// A JWK set with only the public key.
  std::string jwks() const;
  /// A token with these claims, and by default `exp` in an hour and `iat` now.
  std::string sign(boost::json::object claims) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::string kid_;
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
};

}  // namespace tacit::test
