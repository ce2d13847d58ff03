// P-256: ranges of scalars, points on the curve, Diffie-Hellman.
#include "crypto/hpke/p256.hpp"

#include <openssl/err.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

// SP 800-186 section 3.2.1.3: the order, the prime and the base point.
constexpr std::string_view order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view order_less_one = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
constexpr std::string_view order_and_one = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552";
constexpr std::string_view prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
constexpr std::string_view base_x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
constexpr std::string_view base_y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
constexpr std::string_view one = "0000000000000000000000000000000000000000000000000000000000000001";
constexpr std::string_view zero = "0000000000000000000000000000000000000000000000000000000000000000";

PublicKey point(std::string_view prefix, std::string_view x, std::string_view y) {
  return array_from_hex<65>(std::string(prefix) + std::string(x) + std::string(y));
}

std::vector<PublicKey> no_points() {
  PublicKey off_curve = generate_key_pair().public_key;
  off_curve[64] ^= 1;
  PublicKey infinity_padded{};
  return {
      off_curve,
      infinity_padded,
      point("04", zero, zero),
      point("04", base_y, base_x),
      point("00", base_x, base_y),
      point("02", base_x, base_y),
      point("03", base_x, base_y),
      point("05", base_x, base_y),
      point("07", base_x, base_y),  // the hybrid form of the same point: OpenSSL would accept it
      point("ff", base_x, base_y),
      point("04", prime, base_y),
      point("04", base_x, prime),
      point("04", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", base_y),
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(p256)

BOOST_AUTO_TEST_CASE(scalars_have_a_range) {
  for (const std::string_view good : {one, order_less_one}) {
    BOOST_TEST(is_scalar(private_from_hex(good)));
    BOOST_TEST(public_key_of(private_from_hex(good)).has_value());
  }
  const std::string all_ones(64, 'f');
  for (const std::string_view bad : {zero, order, order_and_one, prime, std::string_view(all_ones)}) {
    BOOST_TEST(!is_scalar(private_from_hex(bad)));
    BOOST_TEST(!public_key_of(private_from_hex(bad)));
    BOOST_TEST(!p256_diffie_hellman(private_from_hex(bad), generate_key_pair().public_key));
  }
}

BOOST_AUTO_TEST_CASE(known_public_keys) {
  BOOST_TEST(to_hex(*public_key_of(private_from_hex(one))) == to_hex(point("04", base_x, base_y)));
  // The negative of the base point has its x.
  const auto negative = public_key_of(private_from_hex(order_less_one));
  BOOST_TEST(to_hex(ByteView(*negative).subspan(1, 32)) == base_x);
  BOOST_TEST(to_hex(ByteView(*negative).subspan(33)) != base_y);
}

// RFC 5903 section 8.1.
BOOST_AUTO_TEST_CASE(diffie_hellman_of_rfc_5903) {
  const auto i = private_from_hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
  const auto r = private_from_hex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
  const std::string_view shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
  BOOST_TEST(to_hex(p256_diffie_hellman(i, *public_key_of(r))->view()) == shared);
  BOOST_TEST(to_hex(p256_diffie_hellman(r, *public_key_of(i))->view()) == shared);
}

BOOST_AUTO_TEST_CASE(an_invalid_point_is_refused_everywhere) {
  const KeyPair pair = generate_key_pair();
  BOOST_TEST(is_point(pair.public_key));
  for (const PublicKey& wrong : no_points()) {
    BOOST_TEST(!is_point(wrong), to_hex(wrong));
    BOOST_TEST(!p256_diffie_hellman(pair.private_key, wrong), to_hex(wrong));
    BOOST_TEST(!hpke_seal(wrong, {}, {}, {}), to_hex(wrong));
    // An SSL connection of this thread would report an error that is left in the queue as its own.
    BOOST_TEST(ERR_peek_error() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(fresh_key_pairs) {
  const KeyPair first = generate_key_pair();
  const KeyPair second = generate_key_pair();
  BOOST_TEST(to_hex(first.private_key.view()) != to_hex(second.private_key.view()));
  BOOST_TEST(is_scalar(first.private_key));
  BOOST_TEST(to_hex(*public_key_of(first.private_key)) == to_hex(first.public_key));
}

BOOST_AUTO_TEST_SUITE_END()
