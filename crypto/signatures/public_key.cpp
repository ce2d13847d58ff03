#include "crypto/signatures/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <bit>

#include "crypto/signatures/signature_limits.hpp"

namespace tacit::crypto {
namespace {

using ParamBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;

PkeyPtr import_public(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  require(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1,
          "cannot import a public key");
  EVP_PKEY* key = nullptr;
  return PkeyPtr(tried(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1) ? key : nullptr);
}

BignumPtr to_number(ByteView bytes) {
  BignumPtr number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  require(number != nullptr, "no memory for a number");
  return number;
}

// The y coordinate of a point of edwards25519, or its field's prime: little-endian, at most 2^255.
using Coordinate = std::array<std::uint8_t, 32>;

constexpr Coordinate below_2_255(std::uint8_t lowest) {
  Coordinate number{};
  number.fill(0xff);
  number.front() = lowest;
  number.back() = 0x7f;
  return number;
}

constexpr Coordinate edwards25519_prime = below_2_255(0xed);  // 2^255 - 19

// The y coordinates of the eight points whose order divides the cofactor 8. Two points share each, except for 1 and -1.
constexpr Coordinate small_order[] = {
    {1},                // order 1
    below_2_255(0xec),  // order 2: -1
    {},                 // order 4
    // Order 8: twice such a point has y = 0, so these are the two solutions of 2y^2 = 1 - dy^4.
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}};

bool is_sound_modulus(ByteView modulus) {
  if (modulus.empty() || modulus.size() > most_rsa_bits / 8 || modulus.front() == 0) return false;
  const std::size_t bits = modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
  return bits >= least_rsa_bits && (modulus.back() & 1) == 1;
}

bool is_sound_exponent(ByteView exponent) {
  if (exponent.empty() || exponent.size() > 4 || exponent.front() == 0) return false;
  std::uint32_t value = 0;
  for (const std::uint8_t byte : exponent) value = (value << 8) | byte;
  return value >= 3 && (value & 1) == 1;
}

}  // namespace

PkeyPtr import_rsa(ByteView modulus, ByteView exponent) {
  if (!is_sound_modulus(modulus) || !is_sound_exponent(exponent)) return nullptr;
  const BignumPtr n = to_number(modulus);
  const BignumPtr e = to_number(exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
              OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
          "cannot describe a public key");
  return import_public("RSA", builder.get());
}

// The decoding performs the checks.
PkeyPtr import_point(const char* group, std::size_t size, ByteView x, ByteView y) {
  if (x.size() != size || y.size() != size) return nullptr;
  Bytes point{0x04};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(builder != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
              OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1,
          "cannot describe a public key");
  return import_public("EC", builder.get());
}

PkeyPtr import_ed25519(ByteView encoded) {
  Coordinate y;
  if (encoded.size() != y.size()) return nullptr;
  std::ranges::copy(encoded, y.begin());
  y.back() &= 0x7f;  // the highest bit is the sign of x
  if (!std::ranges::lexicographical_compare(y.rbegin(), y.rend(), edwards25519_prime.rbegin(),
                                            edwards25519_prime.rend()) ||
      std::ranges::find(small_order, y) != std::end(small_order)) {
    return nullptr;
  }
  PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, encoded.data(), encoded.size()));
  require(key != nullptr, "OpenSSL offers no Ed25519");
  return key;
}

Bytes uncompressed_point(const EVP_PKEY* key) {
  Bytes point(1 + 2 * 66);  // enough for every curve up to P-521
  std::size_t size = 0;
  require(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1,
          "cannot read a public key");
  point.resize(size);
  return point;
}

}  // namespace tacit::crypto
