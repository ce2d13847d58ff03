// Public keys that are refused: outside their curve, of small order, too short.
#include <string>

#include "test/unit/crypto/signatures/signature_bench_fixture.hpp"

using namespace tacit::crypto;
using test::joined;
using IssuerKey = test::SigningKey;  // crypto::SigningKey signs for Tacit itself

namespace {

const Bytes p256_prime = test::from_hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

}  // namespace

BOOST_AUTO_TEST_SUITE(signature_keys)

// With such a key, S = 0 and a point of small order as R are a signature of at least one message in eight, without a
// private key.
BOOST_AUTO_TEST_CASE(ed25519_keys_of_small_order_or_a_second_encoding_are_refused) {
  const std::string ff(60, 'f');
  const std::string zeros(62, '0');
  for (const std::string& y : {"00" + zeros, "01" + zeros, "ec" + ff + "7f",
                               std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
                               std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
                               "ed" + ff + "7f", "ee" + ff + "7f", "ef" + ff + "7f", "ff" + ff + "7f"}) {
    BOOST_TEST_CONTEXT(y) {
      Bytes encoded = test::from_hex(y);
      BOOST_TEST(!SignatureKey::ed25519(encoded));
      encoded.back() |= 0x80;  // the sign of x
      BOOST_TEST(!SignatureKey::ed25519(encoded));
    }
  }
  // Neighbours of each: 2, p - 2, and those of order 8 with one bit changed.
  for (const std::string& y :
       {"02" + zeros, "eb" + ff + "7f", std::string("27e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037b")}) {
    BOOST_TEST(SignatureKey::ed25519(test::from_hex(y)).has_value(), y);
  }
  for (int i = 0; i < 20; ++i) BOOST_TEST(SignatureKey::ed25519(IssuerKey::edwards("ED25519").raw()).has_value());
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(points_have_to_be_on_the_curve) {
  const IssuerKey signer = IssuerKey::ec("P-256");
  const Bytes x = signer.x(), y = signer.y();
  Bytes off = y;
  off[31] ^= 1;
  BOOST_TEST(SignatureKey::p256(x, y).has_value());
  BOOST_TEST(!SignatureKey::p256(x, off));
  BOOST_TEST(!SignatureKey::p256(y, x));
  BOOST_TEST(!SignatureKey::p256(Bytes(32), Bytes(32)));
  BOOST_TEST(!SignatureKey::p256(p256_prime, y));
  BOOST_TEST(!SignatureKey::p256(Bytes(32, 0xff), y));
  BOOST_TEST(!SignatureKey::p256(ByteView(x).first(31), y));
  BOOST_TEST(!SignatureKey::p256(joined({0}, x), y));
  BOOST_TEST(!SignatureKey::p256({}, {}));
  BOOST_TEST(!SignatureKey::p384(x, y));
  const IssuerKey other = IssuerKey::ec("P-384");
  BOOST_TEST(SignatureKey::p384(other.x(), other.y()).has_value());
  BOOST_TEST(!SignatureKey::p256(other.x(), other.y()));
  BOOST_TEST(!SignatureKey::p521(other.x(), other.y()));
  const IssuerKey largest = IssuerKey::ec("P-521");
  BOOST_TEST(SignatureKey::p521(largest.x(), largest.y()).has_value());
  BOOST_TEST(!SignatureKey::p521(largest.y(), largest.x()));
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(rsa_keys_have_bounds) {
  const Bytes e{0x01, 0x00, 0x01};
  const auto modulus = [](std::size_t bits) {
    Bytes n = test::random_of((bits + 7) / 8);
    const auto top = static_cast<unsigned>((bits - 1) % 8);
    n.front() = static_cast<std::uint8_t>((n.front() & ((1u << top) - 1)) | (1u << top));
    n.back() |= 1;
    return n;
  };
  for (const std::size_t bits : {2048u, 2049u, 3072u, 4096u, 8192u}) {
    BOOST_TEST(SignatureKey::rsa(modulus(bits), e).has_value());
  }
  for (const std::size_t bits : {8u, 512u, 1024u, 2040u, 2047u, 8193u, 16384u}) {
    BOOST_TEST(!SignatureKey::rsa(modulus(bits), e));
  }
  const Bytes n = modulus(2048);
  Bytes even = n;
  even.back() &= 0xfe;
  BOOST_TEST(!SignatureKey::rsa(even, e));
  BOOST_TEST(!SignatureKey::rsa(joined({0}, n), e));
  BOOST_TEST(!SignatureKey::rsa({}, e));
  for (const Bytes& good : {Bytes{3}, Bytes{17}, Bytes{0xff, 0xff, 0xff, 0xff}}) {
    BOOST_TEST(SignatureKey::rsa(n, good).has_value());
  }
  for (const Bytes& wrong : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes{0x01, 0x00, 0x00}, Bytes{0, 3},
                             Bytes{0x01, 0x00, 0x00, 0x00, 0x01}}) {
    BOOST_TEST(!SignatureKey::rsa(n, wrong));
  }
}

BOOST_AUTO_TEST_CASE(other_keys_have_exact_or_least_sizes) {
  BOOST_TEST(!SignatureKey::ed25519(Bytes(31)));
  BOOST_TEST(!SignatureKey::ed25519(Bytes(33)));
  BOOST_TEST(!SignatureKey::ed25519({}));
  BOOST_TEST(!SignatureKey::hmac({}));
  BOOST_TEST(!SignatureKey::hmac(Bytes(31, 'k')));
  BOOST_TEST(SignatureKey::hmac(Bytes(32, 'k')).has_value());
  BOOST_TEST(SignatureKey::hmac(Bytes(4096, 'k')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
