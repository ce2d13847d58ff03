#include "crypto/p256.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "crypto/openssl.hpp"
#include "crypto/p256_group.hpp"

namespace tacit::crypto {
namespace {

using ParamBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;

constexpr char group_name[] = "P-256";

// n of SP 800-186 section 3.2.1.3, big-endian.
constexpr std::array<std::uint8_t, 32> order = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

// In OpenSSL's secure heap, if the process has one (harden_process).
BignumPtr to_bignum(const PrivateKey& key) {
  BignumPtr number(BN_secure_new());
  require(number != nullptr && BN_bin2bn(key.data(), int{PrivateKey::size()}, number.get()) != nullptr,
          "no memory for a number");
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

PkeyPtr import_key(OSSL_PARAM_BLD* builder, int selection) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  require(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1,
          "cannot import an elliptic-curve key");
  EVP_PKEY* key = nullptr;
  return PkeyPtr(tried(EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) == 1) ? key : nullptr);
}

PkeyPtr import_private(const PrivateKey& key) {
  const BignumPtr scalar = to_bignum(key);
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name, 0) == 1 &&
              OSSL_PARAM_BLD_push_BN_pad(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get(), 32) == 1,
          "cannot describe a private key");
  return import_key(builder.get(), EVP_PKEY_KEYPAIR);
}

// Decoding checks that the point is on the curve.
PkeyPtr import_public(const PublicKey& key) {
  if (key[0] != 0x04) return nullptr;
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name, 0) == 1 &&
              OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.data(), key.size()) == 1,
          "cannot describe a public key");
  return import_key(builder.get(), EVP_PKEY_PUBLIC_KEY);
}

}  // namespace

bool is_scalar(const PrivateKey& key) noexcept {
  unsigned any = 0;
  unsigned borrow = 0;
  for (std::size_t i = order.size(); i-- > 0;) {
    const unsigned byte = key.data()[i];
    any |= byte;
    borrow = ((byte - order[i] - borrow) >> 8) & 1u;  // of key - order: set at the end if key < order
  }
  return any != 0 && borrow == 1;
}

bool is_point(const PublicKey& key) {
  // The other forms of SEC 1 (compressed, hybrid) are as valid to OpenSSL, but not one byte sequence per point.
  if (key[0] != 0x04) return false;
  PointPtr point(EC_POINT_new(p256_group()));
  require(point != nullptr, "no memory for a point");
  return tried(EC_POINT_oct2point(p256_group(), point.get(), key.data(), key.size(), nullptr) == 1);
}

KeyPair generate_key_pair() {
  PkeyPtr made(EVP_EC_gen(group_name));
  require(made != nullptr, "cannot make a key pair");
  BIGNUM* number = nullptr;
  const bool got = EVP_PKEY_get_bn_param(made.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1;
  const BignumPtr scalar(number);
  KeyPair pair;
  std::size_t size = 0;
  require(got && BN_bn2binpad(scalar.get(), pair.private_key.data(), int{PrivateKey::size()}) == 32 &&
              EVP_PKEY_get_octet_string_param(made.get(), OSSL_PKEY_PARAM_PUB_KEY, pair.public_key.data(),
                                              pair.public_key.size(), &size) == 1 &&
              size == pair.public_key.size() && pair.public_key[0] == 0x04,
          "cannot read a new key pair");
  return pair;
}

std::optional<PublicKey> public_key_of(const PrivateKey& key) {
  if (!is_scalar(key)) return std::nullopt;
  const BignumPtr scalar = to_bignum(key);
  PointPtr point(EC_POINT_new(p256_group()));
  PublicKey encoded{};
  require(point != nullptr && EC_POINT_mul(p256_group(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1 &&
              EC_POINT_point2oct(p256_group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                                 encoded.size(), nullptr) == encoded.size(),
          "cannot compute a public key");
  return encoded;
}

std::optional<WipedArray<32>> p256_diffie_hellman(const PrivateKey& mine, const PublicKey& theirs) {
  if (!is_scalar(mine)) return std::nullopt;
  const PkeyPtr peer = import_public(theirs);
  if (peer == nullptr) return std::nullopt;
  const PkeyPtr own = import_private(mine);
  require(own != nullptr, "cannot import a private key");
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  WipedArray<32> secret;
  std::size_t size = secret.size();
  // set_peer_ex without validation: importing the point has already checked it.
  require(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1 &&
              EVP_PKEY_derive(context.get(), secret.data(), &size) == 1 && size == secret.size(),
          "cannot compute a shared secret");
  return secret;
}

}  // namespace tacit::crypto
