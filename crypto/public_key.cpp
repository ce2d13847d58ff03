#include "crypto/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <bit>

namespace tacit::crypto {
namespace {

using ParamBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;

constexpr std::size_t least_modulus_bits = 2048;
constexpr std::size_t most_modulus_bits = 8192;

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

bool is_sound_modulus(ByteView modulus) {
  if (modulus.empty() || modulus.size() > most_modulus_bits / 8 || modulus.front() == 0) return false;
  const std::size_t bits = modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
  return bits >= least_modulus_bits && (modulus.back() & 1) == 1;
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

// Decoding does the checks.
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

Bytes uncompressed_point(const EVP_PKEY* key) {
  Bytes point(1 + 2 * 66);  // enough for every curve up to P-521
  std::size_t size = 0;
  require(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1,
          "cannot read a public key");
  point.resize(size);
  return point;
}

}  // namespace tacit::crypto
