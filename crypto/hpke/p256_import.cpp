#include "crypto/hpke/p256_import.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

namespace tacit::crypto {
namespace {

using ParamBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;

ParamBuilder describe_group() {
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, p256_name, 0) == 1,
          "cannot describe the curve of a key");
  return builder;
}

// The builder keeps a pointer to `scalar` until the key is imported.
void describe_private(OSSL_PARAM_BLD* builder, const BIGNUM* scalar) {
  require(OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar, 32) == 1,
          "cannot describe a private key");
}

// The same for `key`.
void describe_public(OSSL_PARAM_BLD* builder, const PublicKey& key) {
  require(OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, key.data(), key.size()) == 1,
          "cannot describe a public key");
}

PkeyPtr import_key(OSSL_PARAM_BLD* builder, int selection) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  require(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1,
          "cannot import an elliptic-curve key");
  EVP_PKEY* key = nullptr;
  return PkeyPtr(tried(EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) == 1) ? key : nullptr);
}

}  // namespace

BignumPtr to_bignum(const PrivateKey& key) {
  BignumPtr number(BN_secure_new());
  require(number != nullptr && BN_bin2bn(key.data(), int{PrivateKey::size()}, number.get()) != nullptr,
          "no memory for a number");
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

PkeyPtr import_key_pair(const PrivateKey& key, const PublicKey& public_half) {
  if (public_half[0] != 0x04) return nullptr;
  const BignumPtr scalar = to_bignum(key);
  const ParamBuilder builder = describe_group();
  describe_private(builder.get(), scalar.get());
  describe_public(builder.get(), public_half);
  return import_key(builder.get(), EVP_PKEY_KEYPAIR);
}

}  // namespace tacit::crypto
