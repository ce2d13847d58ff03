// P256Verifier against published vectors, and against OpenSSL's verification where the correct result is unknown.
#include "crypto/signatures/p256_verifier.hpp"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

#include "crypto/primitives/openssl.hpp"
#include "crypto/signatures/signature.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

// Deprecated since OpenSSL 3.0, but they accept a digest and numbers directly, and a private key of the test's choice.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

using namespace tacit::crypto;

namespace {

struct FreeEcKey {
  void operator()(EC_KEY* key) const { EC_KEY_free(key); }
};
using EcKeyPtr = std::unique_ptr<EC_KEY, FreeEcKey>;
using SignaturePtr = OpensslPtr<ECDSA_SIG, ECDSA_SIG_free>;
using NumberContext = OpensslPtr<BN_CTX, BN_CTX_free>;

constexpr std::string_view order_text = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

BignumPtr number_of(ByteView bytes) {
  return BignumPtr(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}
BignumPtr small_number(BN_ULONG value) {
  BignumPtr number(BN_new());
  BN_set_word(number.get(), value);
  return number;
}
BignumPtr order() { return number_of(test::from_hex(order_text)); }

Bytes bytes_of(const BIGNUM* number) {
  Bytes bytes(32);
  BOOST_REQUIRE(BN_bn2binpad(number, bytes.data(), 32) == 32);
  return bytes;
}
Digest digest_of(ByteView bytes) {
  Digest digest;
  BOOST_REQUIRE(bytes.size() == digest.size());
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

// A private key with a number of the test's choice, and both ways to verify with its public half.
class Pair {
 public:
  explicit Pair(BignumPtr secret) : secret_(std::move(secret)), key_(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)) {
    const EC_GROUP* const group = EC_KEY_get0_group(key_.get());
    const PointPtr point(EC_POINT_new(group));
    BOOST_REQUIRE(EC_POINT_mul(group, point.get(), secret_.get(), nullptr, nullptr, nullptr) == 1);
    BOOST_REQUIRE(EC_KEY_set_public_key(key_.get(), point.get()) == 1);
    BOOST_REQUIRE(EC_KEY_set_private_key(key_.get(), secret_.get()) == 1);
    Bytes encoded(65);
    EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(), nullptr);
    verifier_ = P256Verifier::make(encoded);
    BOOST_REQUIRE(verifier_ != nullptr);
  }
  static Pair random() {
    const BignumPtr n = order();
    BignumPtr secret(BN_new());
    BN_rand_range(secret.get(), n.get());
    return Pair(std::move(secret));
  }

  const BIGNUM* secret() const { return secret_.get(); }
  SignaturePtr sign(const Digest& digest) const {
    return SignaturePtr(ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), key_.get()));
  }
  bool verifies(const Digest& digest, ByteView r, ByteView s) const {
    const bool good = verifier_->verify(digest, r, s);
    BOOST_TEST(ERR_peek_error() == 0u);
    return good;
  }
  bool openssl_verifies(const Digest& digest, ByteView r, ByteView s) const {
    const SignaturePtr signature(ECDSA_SIG_new());
    BOOST_REQUIRE(ECDSA_SIG_set0(signature.get(), number_of(r).release(), number_of(s).release()) == 1);
    return tried(ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), signature.get(), key_.get()) == 1);
  }

 private:
  BignumPtr secret_;
  EcKeyPtr key_;
  std::unique_ptr<const P256Verifier> verifier_;
};

// The generator itself, which OpenSSL treats specially, its negative, small multiples, and others.
std::vector<Pair> pairs() {
  std::vector<Pair> made;
  for (const BN_ULONG secret : {1u, 2u, 3u, 64u, 127u, 128u}) made.emplace_back(small_number(secret));
  BignumPtr opposite = order();
  BN_sub_word(opposite.get(), 1);
  made.emplace_back(std::move(opposite));
  for (int i = 0; i < 5; ++i) made.push_back(Pair::random());
  return made;
}

// Numbers at which arithmetic modulo the order may fail.
std::vector<Bytes> awkward_numbers() {
  std::vector<Bytes> numbers{Bytes(32), Bytes(32, 0xff), test::from_hex(order_text), Bytes(32, 0x80)};
  for (const int offset : {-2, -1, 1, 2}) {
    BignumPtr number = order();
    offset < 0 ? BN_sub_word(number.get(), static_cast<BN_ULONG>(-offset))
               : BN_add_word(number.get(), static_cast<BN_ULONG>(offset));
    numbers.push_back(bytes_of(number.get()));
  }
  for (const BN_ULONG value : {1u, 2u, 64u, 128u}) numbers.push_back(bytes_of(small_number(value).get()));
  return numbers;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields{""};
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(p256_verifier)

BOOST_AUTO_TEST_CASE(published_vectors_verify_with_and_without_a_table) {
  std::ifstream file(TACIT_SOURCE_DIR "/test/unit/crypto/signatures/wycheproof_ecdsa.txt");
  BOOST_REQUIRE(file.is_open());
  std::optional<SignatureKey> plain, prepared;
  std::size_t good = 0, bad = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    const auto fields = fields_of(line);
    if (fields[0] == "key") {
      const Bytes x = test::from_hex(fields.at(1)), y = test::from_hex(fields.at(2));
      plain = SignatureKey::p256(x, y);
      prepared = SignatureKey::p256(x, y);
      BOOST_REQUIRE((plain && prepared));
      prepared->prepare();
      BOOST_REQUIRE((prepared->is_prepared() && !plain->is_prepared()));
      continue;
    }
    const bool wanted = fields[0] == "good";
    const Bytes message = test::from_hex(fields.at(2)), signature = test::from_hex(fields.at(3));
    BOOST_TEST(plain->verify(SignatureAlgorithm::es256, message, signature) == wanted, fields[1]);
    BOOST_TEST(prepared->verify(SignatureAlgorithm::es256, message, signature) == wanted, fields[1] << " (prepared)");
    ++(wanted ? good : bad);
  }
  BOOST_TEST(good == 173u);
  BOOST_TEST(bad == 89u);
}

BOOST_AUTO_TEST_CASE(a_signature_by_openssl_verifies_and_a_changed_bit_does_not) {
  std::vector<Digest> digests;
  for (const Bytes& number : awkward_numbers()) digests.push_back(digest_of(number));
  for (int i = 0; i < 50; ++i) digests.push_back(digest_of(test::random_of(32)));
  for (const Pair& pair : pairs()) {
    for (const Digest& digest : digests) {
      const SignaturePtr signature = pair.sign(digest);
      BOOST_REQUIRE(signature != nullptr);
      Bytes r = bytes_of(ECDSA_SIG_get0_r(signature.get())), s = bytes_of(ECDSA_SIG_get0_s(signature.get()));
      BOOST_TEST(pair.verifies(digest, r, s));
      Digest other = digest;
      other[digest[0] % 32] ^= 1;
      BOOST_TEST(!pair.verifies(other, r, s));
      r[digest[1] % 32] ^= 4;
      BOOST_TEST(pair.verifies(digest, r, s) == pair.openssl_verifies(digest, r, s));
      s[digest[2] % 32] ^= 0x80;
      BOOST_TEST(pair.verifies(digest, r, s) == pair.openssl_verifies(digest, r, s));
    }
  }
}

BOOST_AUTO_TEST_CASE(edge_numbers_have_the_verdict_of_openssl) {
  const std::vector<Bytes> numbers = awkward_numbers();
  for (const Pair& pair : pairs()) {
    for (const Bytes& e : numbers) {
      for (const Bytes& r : numbers) {
        for (const Bytes& s : numbers) {
          const bool wanted = pair.openssl_verifies(digest_of(e), r, s);
          if (pair.verifies(digest_of(e), r, s) != wanted) BOOST_ERROR("they differ at " << to_hex(e) << to_hex(r));
        }
      }
    }
  }
}

// With r = -e / d the sum of the two points is the one at infinity, which has no coordinates.
BOOST_AUTO_TEST_CASE(the_point_at_infinity_is_no_signature) {
  const BignumPtr n = order();
  const NumberContext numbers(BN_CTX_new());
  for (const Pair& pair : pairs()) {
    const Bytes e = test::random_of(32), s = bytes_of(small_number(12345).get());
    const BignumPtr r = number_of(e), inverse(BN_mod_inverse(nullptr, pair.secret(), n.get(), numbers.get()));
    BN_mod_mul(r.get(), r.get(), inverse.get(), n.get(), numbers.get());
    BN_sub(r.get(), n.get(), r.get());
    BOOST_TEST(!pair.verifies(digest_of(e), bytes_of(r.get()), s));
    BOOST_TEST(!pair.openssl_verifies(digest_of(e), bytes_of(r.get()), s));
  }
}

// With r = e / d both points are the same, so that adding them is doubling one. s = 2 e / k makes the sum the point k
// G, and e = r d makes r its x coordinate.
BOOST_AUTO_TEST_CASE(two_equal_points_add_up) {
  const BignumPtr n = order();
  const NumberContext numbers(BN_CTX_new());
  const OpensslPtr<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  for (const Pair& pair : pairs()) {
    BignumPtr k(BN_new()), r(BN_new()), e(BN_new()), s(BN_new());
    BN_rand_range(k.get(), n.get());
    const PointPtr point(EC_POINT_new(group.get()));
    EC_POINT_mul(group.get(), point.get(), k.get(), nullptr, nullptr, numbers.get());
    EC_POINT_get_affine_coordinates(group.get(), point.get(), r.get(), nullptr, numbers.get());
    BN_nnmod(r.get(), r.get(), n.get(), numbers.get());
    BN_mod_mul(e.get(), r.get(), pair.secret(), n.get(), numbers.get());
    BN_mod_inverse(s.get(), k.get(), n.get(), numbers.get());
    BN_mod_mul(s.get(), s.get(), e.get(), n.get(), numbers.get());
    BN_mod_lshift1(s.get(), s.get(), n.get(), numbers.get());
    const Digest digest = digest_of(bytes_of(e.get()));
    BOOST_TEST(pair.verifies(digest, bytes_of(r.get()), bytes_of(s.get())));
    BOOST_TEST(pair.openssl_verifies(digest, bytes_of(r.get()), bytes_of(s.get())));
  }
}

BOOST_AUTO_TEST_CASE(an_invalid_point_has_no_verifier) {
  Bytes off(65, 0x01);
  off[0] = 0x04;
  BOOST_TEST((P256Verifier::make(off) == nullptr));
  BOOST_TEST((P256Verifier::make({}) == nullptr));
  BOOST_TEST((P256Verifier::make(Bytes{0x00}) == nullptr));  // infinity
  BOOST_TEST((P256Verifier::make(Bytes(65)) == nullptr));
  Bytes hybrid = test::from_hex(  // the generator, with the parity of y in the first byte
      "076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
  BOOST_TEST((P256Verifier::make(hybrid) == nullptr));
  hybrid[0] = 0x04;
  BOOST_TEST((P256Verifier::make(hybrid) != nullptr));
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(numbers_of_any_size_have_a_verdict) {
  const Pair pair = Pair::random();
  const Digest digest = digest_of(test::random_of(32));
  BOOST_TEST(!pair.verifies(digest, {}, {}));
  BOOST_TEST(!pair.verifies(digest, Bytes(1000, 0xff), Bytes(1000, 0xff)));
  BOOST_TEST(!pair.verifies(digest, Bytes(1000), Bytes(1000)));
}

BOOST_AUTO_TEST_SUITE_END()
