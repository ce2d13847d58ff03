// Signing keys: the vectors of RFC 8032, separation of contexts and fields, refusal of altered signatures and unsound
// keys.
#include "crypto/signatures/signing_key.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "crypto/signatures/signature.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

struct Vector {
  std::string_view private_half;
  std::string_view public_half;
  std::string_view message;
  std::string_view signature;
};

// RFC 8032 section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
constexpr Vector vectors[] = {
    {.private_half = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     .public_half = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     .message = "",
     .signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {.private_half = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     .public_half = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     .message = "72",
     .signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {.private_half = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     .public_half = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     .message = "af82",
     .signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {.private_half = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     .public_half = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     .message = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     .signature = "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
                  "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

WipedArray<32> seed_of(std::string_view text) { return private_from_hex(text); }

VerifyingKey public_half_of(const SigningKey& key) { return *VerifyingKey::from(key.public_key()); }

const Bytes message = from_hex("000102030405");

SigningPublicKey filled(std::uint8_t byte) {
  SigningPublicKey key;
  key.fill(byte);
  return key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_key)

BOOST_AUTO_TEST_CASE(published_vectors) {
  for (const Vector& vector : vectors) {
    const SigningKey key = SigningKey::from_seed(seed_of(vector.private_half));
    BOOST_TEST(to_hex(key.public_key()) == vector.public_half);
    BOOST_TEST(to_hex(key.seed().view()) == vector.private_half);
    const Bytes text = from_hex(vector.message);
    BOOST_TEST(to_hex(ed25519_sign(key.seed(), text)) == vector.signature);
    const auto verifier = SignatureKey::ed25519(from_hex(vector.public_half));
    BOOST_TEST(verifier->verify(SignatureAlgorithm::eddsa, text, from_hex(vector.signature)));
  }
}

BOOST_AUTO_TEST_CASE(the_signed_bytes_are_canonical) {
  const SigningKey key = SigningKey::generate();
  const Bytes signed_bytes = from_hex(to_hex(as_bytes("context")) + "00000001ff" + "00000006" + to_hex(message));
  const Bytes first = {0xff};
  BOOST_TEST(to_hex(key.sign("context", {first, message})) == to_hex(ed25519_sign(key.seed(), signed_bytes)));
}

BOOST_AUTO_TEST_CASE(a_signature_is_for_one_context_one_list_of_fields_and_one_key) {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifier = public_half_of(key);
  for (const std::size_t size : {0U, 1U, 100U, 100'000U}) {
    const Bytes text = random_of(size);
    const Signature signature = key.sign("context", {text});
    BOOST_TEST(verifier.verify("context", {text}, signature));
    BOOST_TEST(!verifier.verify("contex", {text}, signature));
    BOOST_TEST(!verifier.verify("", {text}, signature));
    BOOST_TEST(!verifier.verify("context", {text, {}}, signature));
    BOOST_TEST(!verifier.verify("context", {}, signature));
    Bytes longer = text;
    longer.push_back(0);
    BOOST_TEST(!verifier.verify("context", {longer}, signature));
    BOOST_TEST(!public_half_of(SigningKey::generate()).verify("context", {text}, signature));
  }
  // The boundaries between fields are signed, too.
  const Signature joined = key.sign("context", {as_bytes("ab"), as_bytes("c")});
  BOOST_TEST(verifier.verify("context", {as_bytes("ab"), as_bytes("c")}, joined));
  BOOST_TEST(!verifier.verify("context", {as_bytes("a"), as_bytes("bc")}, joined));
  BOOST_TEST(!verifier.verify("context", {as_bytes("abc")}, joined));
  BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_CASE(an_altered_signature_does_not_verify) {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifier = public_half_of(key);
  const Signature signature = key.sign("context", {message});
  for (std::size_t at = 0; at < signature.size(); ++at) {
    for (const unsigned mask : {0x01U, 0x80U}) {
      Signature altered = signature;
      altered[at] = static_cast<std::uint8_t>(altered[at] ^ mask);
      BOOST_TEST(!verifier.verify("context", {message}, altered), "byte " << at);
    }
    BOOST_TEST(!verifier.verify("context", {message}, ByteView(signature).first(at)), "cut to " << at);
  }
  // S plus the order of the group (little-endian): the same signature in another form (RFC 8032 section 5.1.7).
  const Bytes order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature other = signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{other[32 + i]} + order[i];
    other[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  BOOST_TEST(!verifier.verify("context", {message}, other));
  BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_CASE(keys_are_random_and_come_back_from_their_seed) {
  const SigningKey one = SigningKey::generate();
  const SigningKey other = SigningKey::generate();
  BOOST_TEST(to_hex(one.public_key()) != to_hex(other.public_key()));
  const SigningKey again = SigningKey::from_seed(one.seed());
  BOOST_TEST(to_hex(again.public_key()) == to_hex(one.public_key()));
  BOOST_TEST(to_hex(again.sign("context", {message})) == to_hex(one.sign("context", {message})));
  SigningKey moved = SigningKey::generate();
  moved = SigningKey::from_seed(one.seed());
  BOOST_TEST(to_hex(moved.public_key()) == to_hex(one.public_key()));
}

BOOST_AUTO_TEST_CASE(copies_of_a_verifying_key_outlive_it) {
  const SigningKey key = SigningKey::generate();
  const Signature signature = key.sign("context", {message});
  auto first = std::make_unique<VerifyingKey>(public_half_of(key));
  const VerifyingKey copy = *first;
  first.reset();
  BOOST_TEST(copy.verify("context", {message}, signature));
  BOOST_TEST(to_hex(copy.bytes()) == to_hex(key.public_key()));
}

BOOST_AUTO_TEST_CASE(unsound_public_keys_are_refused) {
  BOOST_TEST(!VerifyingKey::from(filled(0)).has_value());  // of order 4
  SigningPublicKey one{};
  one[0] = 1;
  BOOST_TEST(!VerifyingKey::from(one).has_value());           // the neutral element
  BOOST_TEST(!VerifyingKey::from(filled(0xff)).has_value());  // not canonical
  BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_CASE(threads_share_a_key) {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifier = public_half_of(key);
  const Signature expected = key.sign("context", {message});
  std::vector<int> good(4);
  std::vector<std::thread> threads;
  for (int& count : good) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const Signature made = key.sign("context", {message});
        if (made == expected && verifier.verify("context", {message}, made)) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(std::count(good.begin(), good.end(), 50) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
