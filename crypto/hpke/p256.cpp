#include "crypto/hpke/p256.hpp"

#include <openssl/core_names.h>

#include "crypto/hpke/p256_import.hpp"
#include "crypto/primitives/p256_group.hpp"

namespace tacit::crypto {
namespace {

// n of SP 800-186 section 3.2.1.3, big-endian.
constexpr std::array<std::uint8_t, 32> order = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

using SecretPointPtr = OpensslPtr<EC_POINT, EC_POINT_clear_free>;

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
  // OpenSSL accepts the other forms of SEC 1 (compressed, hybrid) too, but they give a point several byte sequences.
  if (key[0] != 0x04) return false;
  PointPtr point(EC_POINT_new(p256_group()));
  require(point != nullptr, "no memory for a point");
  return tried(EC_POINT_oct2point(p256_group(), point.get(), key.data(), key.size(), nullptr) == 1);
}

KeyPair generate_key_pair() {
  PkeyPtr made(EVP_EC_gen(p256_name));
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

// For speed: EVP's Diffie-Hellman ends in EC_POINT_mul, too, but first imports both keys, each with a curve of its own,
// which took a fifth of the CPU time of a create. For one point and a marked scalar EC_POINT_mul takes constant time.
std::optional<WipedArray<32>> p256_diffie_hellman(const PrivateKey& mine, const PublicKey& theirs) {
  if (!is_scalar(mine) || theirs[0] != 0x04) return std::nullopt;
  const EC_GROUP* const group = p256_group();
  const BignumPtr scalar = to_bignum(mine);
  const PointPtr peer(EC_POINT_new(group));
  const SecretPointPtr product(EC_POINT_new(group));
  const BignumPtr x(BN_secure_new());
  require(peer != nullptr && product != nullptr && x != nullptr, "no memory for a point");
  if (!tried(EC_POINT_oct2point(group, peer.get(), theirs.data(), theirs.size(), nullptr) == 1)) return std::nullopt;
  WipedArray<32> secret;
  require(EC_POINT_mul(group, product.get(), nullptr, peer.get(), scalar.get(), nullptr) == 1 &&
              EC_POINT_get_affine_coordinates(group, product.get(), x.get(), nullptr, nullptr) == 1 &&
              BN_bn2binpad(x.get(), secret.data(), int{WipedArray<32>::size()}) == 32,
          "cannot compute a shared secret");
  return secret;
}

}  // namespace tacit::crypto
