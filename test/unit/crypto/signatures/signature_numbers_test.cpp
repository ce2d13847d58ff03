// What each algorithm demands of a signature: ranges, lengths, hashes, salts.
#include <boost/test/data/test_case.hpp>

#include <string>

#include "test/unit/crypto/signatures/signature_bench_fixture.hpp"

using namespace tacit::crypto;
using Algorithm = SignatureAlgorithm;
using test::Bench;
using test::is_of_rsa;
using test::joined;
using test::rsa_2048;
using test::signature_algorithms;
using IssuerKey = test::SigningKey;  // crypto::SigningKey signs for Tacit itself

namespace {

const Bytes p256_order = test::from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

}  // namespace

BOOST_AUTO_TEST_SUITE(signature_numbers)

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
  for (const Algorithm algorithm : signature_algorithms) {
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

BOOST_AUTO_TEST_SUITE_END()
