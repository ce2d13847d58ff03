// Verification of each algorithm's signatures, and refusal of unsound keys.
#include "crypto/signature.hpp"

#include <openssl/err.h>

#include <boost/test/data/test_case.hpp>

#include <optional>
#include <thread>
#include <vector>

#include "crypto/digest.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"
#include "test/unit/crypto/signatures_fixture.hpp"
#include "test/unit/crypto/signing_fixture.hpp"

using namespace tacit::crypto;
using Algorithm = SignatureAlgorithm;
using test::rsa_2048;
using IssuerKey = test::SigningKey;  // crypto::SigningKey signs for Tacit itself

namespace {

constexpr Algorithm all[] = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256,
                             Algorithm::ps384, Algorithm::ps512, Algorithm::es256, Algorithm::es384,
                             Algorithm::es512, Algorithm::eddsa, Algorithm::hs256};

bool is_of_rsa(Algorithm algorithm) { return algorithm <= Algorithm::ps512; }

// One key of each kind, and a signature of `message` with each algorithm.
struct Bench {
  explicit Bench(bool prepared = false) {
    for (const SignatureKey& key : keys) {
      if (prepared) key.prepare();
    }
  }

  static constexpr std::string_view message = "what was said";

  IssuerKey p256 = IssuerKey::ec("P-256");
  IssuerKey p384 = IssuerKey::ec("P-384");
  IssuerKey p521 = IssuerKey::ec("P-521");
  IssuerKey ed25519 = IssuerKey::edwards("ED25519");
  Bytes secret = test::random_of(32);
  SignatureKey keys[6] = {*SignatureKey::rsa(rsa_2048().n(), rsa_2048().e()),
                          *SignatureKey::p256(p256.x(), p256.y()),
                          *SignatureKey::p384(p384.x(), p384.y()),
                          *SignatureKey::ed25519(ed25519.raw()),
                          *SignatureKey::hmac(secret),
                          *SignatureKey::p521(p521.x(), p521.y())};

  Bytes sign(Algorithm algorithm) const {
    switch (algorithm) {
      case Algorithm::rs256:
        return pkcs1(rsa_2048(), message);
      case Algorithm::rs384:
        return pkcs1(rsa_2048(), message, "SHA384");
      case Algorithm::rs512:
        return pkcs1(rsa_2048(), message, "SHA512");
      case Algorithm::ps256:
        return pss(rsa_2048(), message);
      case Algorithm::ps384:
        return pss(rsa_2048(), message, 48, "SHA384", "SHA384");
      case Algorithm::ps512:
        return pss(rsa_2048(), message, 64, "SHA512", "SHA512");
      case Algorithm::es256:
        return ecdsa(p256, message);
      case Algorithm::es384:
        return ecdsa(p384, message, "SHA384");
      case Algorithm::es512:
        return ecdsa(p521, message, "SHA512");
      case Algorithm::eddsa:
        return eddsa(ed25519, message);
      case Algorithm::hs256:
        break;
    }
    const Digest mac = hmac_sha256(secret, as_bytes(message));
    return {mac.begin(), mac.end()};
  }
  const SignatureKey& key(Algorithm algorithm) const {
    if (is_of_rsa(algorithm)) return keys[0];
    switch (algorithm) {
      case Algorithm::es256:
        return keys[1];
      case Algorithm::es384:
        return keys[2];
      case Algorithm::es512:
        return keys[5];
      case Algorithm::eddsa:
        return keys[3];
      default:
        break;
    }
    return keys[4];
  }
  bool verifies(Algorithm algorithm, ByteView signature) const {
    const bool good = key(algorithm).verify(algorithm, as_bytes(message), signature);
    BOOST_TEST(ERR_peek_error() == 0u);
    return good;
  }
};

Bytes joined(const Bytes& r, const Bytes& s) {
  Bytes both = r;
  both.insert(both.end(), s.begin(), s.end());
  return both;
}

const Bytes p256_order = test::from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const Bytes p256_prime = test::from_hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

}  // namespace

BOOST_AUTO_TEST_SUITE(signature)

BOOST_DATA_TEST_CASE(every_algorithm_verifies_what_its_key_signed, boost::unit_test::data::make({false, true}),
                     prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : all) {
    const Bytes good = bench.sign(algorithm);
    BOOST_TEST(bench.verifies(algorithm, good));
    BOOST_TEST(bench.verifies(algorithm, good), "the key can be used again");
    BOOST_TEST(!bench.key(algorithm).verify(algorithm, as_bytes("what was not said"), good));
    BOOST_TEST(!bench.key(algorithm).verify(algorithm, {}, good));
  }
}

BOOST_DATA_TEST_CASE(a_changed_byte_is_detected, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : all) {
    const Bytes good = bench.sign(algorithm);
    for (std::size_t i = 0; i < good.size(); ++i) {
      Bytes changed = good;
      changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
      BOOST_TEST(!bench.verifies(algorithm, changed));
    }
  }
}

BOOST_DATA_TEST_CASE(a_signature_of_another_length_is_refused, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : all) {
    const Bytes good = bench.sign(algorithm);
    BOOST_TEST(!bench.verifies(algorithm, {}));
    for (std::size_t size = 1; size <= good.size() + 2; ++size) {
      if (size == good.size()) continue;
      Bytes other = good;
      other.resize(size);
      BOOST_TEST(!bench.verifies(algorithm, other));
    }
    Bytes led{0x00};
    led.insert(led.end(), good.begin(), good.end());
    BOOST_TEST(!bench.verifies(algorithm, led));
    BOOST_TEST(!bench.verifies(algorithm, Bytes(10'000)));
  }
}

BOOST_AUTO_TEST_CASE(an_algorithm_fits_keys_of_its_kind_alone) {
  const Bench bench;
  for (const Algorithm of_key : all) {
    for (const Algorithm by : all) {
      const bool both_rsa = is_of_rsa(of_key) && is_of_rsa(by);
      BOOST_TEST(bench.key(of_key).fits(by) == (of_key == by || both_rsa));
      if (of_key != by) {
        BOOST_TEST(!bench.key(by).verify(by, as_bytes(Bench::message), bench.sign(of_key)));
        if (!both_rsa) BOOST_TEST(!bench.key(of_key).verify(by, as_bytes(Bench::message), bench.sign(of_key)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(es256_numbers_may_start_with_zeros_or_high_bits) {
  const IssuerKey signer = IssuerKey::ec("P-256");
  const auto key = SignatureKey::p256(signer.x(), signer.y());
  BOOST_REQUIRE(key.has_value());
  bool seen[2][2] = {};  // r or s; with a leading zero or with the highest bit set
  for (int i = 0; i < 20'000 && !(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]); ++i) {
    const std::string message = std::to_string(i);
    const Bytes good = ecdsa(signer, message);
    BOOST_REQUIRE(key->verify(Algorithm::es256, as_bytes(message), good));
    for (const std::size_t half : {0u, 1u}) {
      if (good[32 * half] == 0) seen[half][0] = true;
      if (good[32 * half] >= 0x80) seen[half][1] = true;
    }
  }
  BOOST_TEST((seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]));
}

BOOST_DATA_TEST_CASE(es256_numbers_out_of_range_are_refused, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  const Bytes good = bench.sign(Algorithm::es256);
  const Bytes r(good.begin(), good.begin() + 32), s(good.begin() + 32, good.end());
  const Bytes zero(32), ones(32, 0xff);
  for (const Bytes& wrong : {zero, p256_order, ones}) {
    BOOST_TEST(!bench.verifies(Algorithm::es256, joined(wrong, s)));
    BOOST_TEST(!bench.verifies(Algorithm::es256, joined(r, wrong)));
    BOOST_TEST(!bench.verifies(Algorithm::es256, joined(wrong, wrong)));
  }
  BOOST_TEST(!bench.verifies(Algorithm::es256, joined(s, r)));
  BOOST_TEST(!bench.verifies(Algorithm::es256, ecdsa_der(bench.p256, Bench::message)));
  BOOST_TEST(!bench.verifies(Algorithm::es384, Bytes(96)));
  BOOST_TEST(!bench.verifies(Algorithm::es384, ecdsa_der(bench.p384, Bench::message, "SHA384")));
}

BOOST_DATA_TEST_CASE(another_hash_is_refused, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  BOOST_TEST(!bench.verifies(Algorithm::rs256, pkcs1(rsa_2048(), Bench::message, "SHA1")));
  BOOST_TEST(!bench.verifies(Algorithm::rs256, pkcs1(rsa_2048(), Bench::message, "SHA384")));
  BOOST_TEST(!bench.verifies(Algorithm::es256, ecdsa(bench.p256, Bench::message, "SHA384")));
  BOOST_TEST(!bench.verifies(Algorithm::es384, ecdsa(bench.p384, Bench::message, "SHA256")));
  BOOST_TEST(!bench.verifies(Algorithm::ps256, pss(rsa_2048(), Bench::message, 32, "SHA384", "SHA384")));
  BOOST_TEST(!bench.verifies(Algorithm::ps256, pss(rsa_2048(), Bench::message, 32, "SHA256", "SHA1")));
  BOOST_TEST(!bench.verifies(Algorithm::rs384, pkcs1(rsa_2048(), Bench::message, "SHA512")));
  BOOST_TEST(!bench.verifies(Algorithm::rs512, pkcs1(rsa_2048(), Bench::message, "SHA384")));
  BOOST_TEST(!bench.verifies(Algorithm::ps384, pss(rsa_2048(), Bench::message, 48, "SHA384", "SHA256")));
  BOOST_TEST(!bench.verifies(Algorithm::ps512, pss(rsa_2048(), Bench::message, 64, "SHA512", "SHA256")));
  BOOST_TEST(!bench.verifies(Algorithm::ps384, pss(rsa_2048(), Bench::message, 32, "SHA384", "SHA384")));
  BOOST_TEST(!bench.verifies(Algorithm::ps512, pss(rsa_2048(), Bench::message, 32, "SHA512", "SHA512")));
  BOOST_TEST(!bench.verifies(Algorithm::es512, ecdsa(bench.p521, Bench::message, "SHA256")));
}

// In DER such a signature has 128 bytes or more, or slightly fewer if both numbers are short.
BOOST_AUTO_TEST_CASE(es512_numbers_of_every_length) {
  const IssuerKey signer = IssuerKey::ec("P-521");
  const auto key = SignatureKey::p521(signer.x(), signer.y());
  BOOST_REQUIRE(key.has_value());
  for (int i = 0; i < 500; ++i) {
    const std::string message = std::to_string(i);
    const Bytes good = ecdsa(signer, message, "SHA512");
    BOOST_TEST_REQUIRE(good.size() == 132u);
    BOOST_TEST_REQUIRE(key->verify(Algorithm::es512, as_bytes(message), good));
  }
  BOOST_TEST(!key->verify(Algorithm::es512, {}, Bytes(132)));
  BOOST_TEST(!key->verify(Algorithm::es512, {}, Bytes(132, 0xff)));
}

BOOST_AUTO_TEST_CASE(the_salt_of_pss_has_32_bytes) {
  const Bench bench;
  BOOST_TEST(bench.verifies(Algorithm::ps256, pss(rsa_2048(), Bench::message, 32)));
  for (const int salt : {0, 20, 31, 33, 64, 222}) {
    BOOST_TEST(!bench.verifies(Algorithm::ps256, pss(rsa_2048(), Bench::message, salt)));
  }
}

BOOST_AUTO_TEST_CASE(an_rsa_signature_is_below_the_modulus) {
  const Bench bench;
  for (const Algorithm algorithm : all) {
    if (!is_of_rsa(algorithm)) continue;
    BOOST_TEST(!bench.verifies(algorithm, Bytes(256)));
    BOOST_TEST(!bench.verifies(algorithm, rsa_2048().n()));
    BOOST_TEST(!bench.verifies(algorithm, Bytes(256, 0xff)));
  }
}

BOOST_AUTO_TEST_CASE(ed25519_as_published) {
  // RFC 8032 section 7.1, tests 1 and 2.
  const auto key =
      SignatureKey::ed25519(test::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  BOOST_REQUIRE(key.has_value());
  BOOST_TEST(key->verify(Algorithm::eddsa, {},
                         test::from_hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b"
                                        "acc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")));
  const auto second =
      SignatureKey::ed25519(test::from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  BOOST_REQUIRE(second.has_value());
  const Bytes message{0x72};
  const Bytes good = test::from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
      "b00d291612bb0c00");
  BOOST_TEST(second->verify(Algorithm::eddsa, message, good));
  BOOST_TEST(!key->verify(Algorithm::eddsa, message, good));
}

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

BOOST_AUTO_TEST_CASE(p256_keys_alone_are_prepared) {
  const Bench bench(true);
  for (const Algorithm algorithm : all) {
    BOOST_TEST(bench.key(algorithm).is_prepared() == (algorithm == Algorithm::es256));
  }
  const Bench other;
  BOOST_TEST(!other.key(Algorithm::es256).is_prepared());
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(threads_verify_with_a_key_that_others_prepare) {
  const Bench bench;
  const SignatureKey& key = bench.key(Algorithm::es256);
  const Bytes good = bench.sign(Algorithm::es256);
  Bytes changed = good;
  changed.back() ^= 1;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0, after = 0; i < 100'000 && after < 20; ++i, after += key.is_prepared() ? 1 : 0) {
        wrong += key.verify(Algorithm::es256, as_bytes(Bench::message), good) ? 0 : 1;
        wrong += key.verify(Algorithm::es256, as_bytes(Bench::message), changed) ? 1 : 0;
      }
    });
  }
  for (int thread = 0; thread < 2; ++thread) threads.emplace_back([&] { key.prepare(); });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(wrong.load() == 0);
}

BOOST_AUTO_TEST_CASE(threads_share_a_key) {
  const Bench bench;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (const Algorithm algorithm : all) {
        const Bytes signed_here = bench.sign(algorithm);
        Bytes changed = signed_here;
        changed.back() ^= 1;
        for (int i = 0; i < 50; ++i) {
          good += bench.key(algorithm).verify(algorithm, as_bytes(Bench::message), signed_here) ? 1 : 0;
          good -= bench.key(algorithm).verify(algorithm, as_bytes(Bench::message), changed) ? 1 : 0;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good.load() == 4 * static_cast<int>(std::size(all)) * 50);
}

BOOST_AUTO_TEST_SUITE_END()
