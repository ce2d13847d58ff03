#include "crypto/signatures/p256_verifier.hpp"

#include "crypto/primitives/openssl.hpp"
#include "crypto/primitives/p256_group.hpp"

namespace tacit::crypto {
namespace {

constexpr std::size_t number_size = 32;  // of a coordinate

using GroupPtr = OpensslPtr<EC_GROUP, EC_GROUP_free>;
using NumberContext = OpensslPtr<BN_CTX, BN_CTX_free>;

// Deprecated since OpenSSL 3.0, which has no other way to keep a table of a point other than the generator.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
bool make_table(EC_GROUP* group, BN_CTX* numbers) { return EC_GROUP_precompute_mult(group, numbers) == 1; }
bool has_table(const EC_GROUP* group) { return EC_GROUP_have_precompute_mult(group) == 1; }
#pragma GCC diagnostic pop

/// A thread's numbers and points for verification, kept between signatures.
struct Workspace {
  Workspace() {
    // If this throws, the thread makes its workspace again at its next signature.
    require(numbers && e && r && s && inverse && u && v && x && of_generator && of_key,
            "no memory to verify a signature");
  }

  NumberContext numbers{BN_CTX_new()};
  BignumPtr e{BN_new()}, r{BN_new()}, s{BN_new()}, inverse{BN_new()}, u{BN_new()}, v{BN_new()}, x{BN_new()};
  PointPtr of_generator{EC_POINT_new(p256_group())}, of_key{EC_POINT_new(p256_group())};
};

void read(BIGNUM* number, ByteView bytes) {
  require(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number) != nullptr, "no memory for a number");
}

bool is_in_range(const BIGNUM* number, const BIGNUM* order) {
  return BN_is_zero(number) == 0 && BN_cmp(number, order) < 0;
}

}  // namespace

/// The curve with the public key in place of the generator.
struct P256Verifier::Table {
  GroupPtr group;
};

P256Verifier::P256Verifier(std::unique_ptr<Table> table) : table_(std::move(table)) {}
P256Verifier::~P256Verifier() = default;

std::unique_ptr<const P256Verifier> P256Verifier::make(ByteView point) {
  // OpenSSL reports a table of the generator without a request for one only if it is built in.
  if (point.size() != 1 + 2 * number_size || point[0] != 0x04 || !has_table(p256_group())) return nullptr;
  const NumberContext numbers(BN_CTX_new());
  const PointPtr key(EC_POINT_new(p256_group()));
  GroupPtr group(EC_GROUP_dup(p256_group()));
  const bool made =
      numbers && key && group &&
      EC_POINT_oct2point(p256_group(), key.get(), point.data(), point.size(), numbers.get()) == 1 &&
      EC_GROUP_set_generator(group.get(), key.get(), EC_GROUP_get0_order(p256_group()), BN_value_one()) == 1 &&
      make_table(group.get(), numbers.get()) && has_table(group.get());
  if (!tried(made)) return nullptr;
  return std::unique_ptr<const P256Verifier>(new P256Verifier(std::make_unique<Table>(Table{std::move(group)})));
}

// The point (e / s) G + (r / s) Q has r as its x coordinate, modulo the order.
bool P256Verifier::verify(const Digest& digest, ByteView r, ByteView s) const {
  const BIGNUM* const order = EC_GROUP_get0_order(p256_group());
  thread_local Workspace at;
  BN_CTX* const numbers = at.numbers.get();
  read(at.r.get(), r);
  read(at.s.get(), s);
  if (!is_in_range(at.r.get(), order) || !is_in_range(at.s.get(), order)) return false;
  read(at.e.get(), digest);
  require(BN_mod_inverse(at.inverse.get(), at.s.get(), order, numbers) != nullptr &&
              BN_mod_mul(at.u.get(), at.e.get(), at.inverse.get(), order, numbers) == 1 &&
              BN_mod_mul(at.v.get(), at.r.get(), at.inverse.get(), order, numbers) == 1,
          "cannot calculate with numbers");
  EC_POINT* const sum = at.of_generator.get();
  require(EC_POINT_mul(p256_group(), sum, at.u.get(), nullptr, nullptr, numbers) == 1 &&
              EC_POINT_mul(table_->group.get(), at.of_key.get(), at.v.get(), nullptr, nullptr, numbers) == 1 &&
              EC_POINT_add(p256_group(), sum, sum, at.of_key.get(), numbers) == 1,
          "cannot calculate with points");
  if (EC_POINT_is_at_infinity(p256_group(), sum) == 1) return false;
  require(EC_POINT_get_affine_coordinates(p256_group(), sum, at.x.get(), nullptr, numbers) == 1 &&
              BN_nnmod(at.x.get(), at.x.get(), order, numbers) == 1,
          "cannot calculate a coordinate");
  return BN_cmp(at.x.get(), at.r.get()) == 0;
}

}  // namespace tacit::crypto
