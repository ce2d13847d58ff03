// HPKE boxes open unaltered and not otherwise, whichever implementation is in use.
#include "crypto/hpke/hpke.hpp"

#include <openssl/err.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

BOOST_AUTO_TEST_SUITE(hpke)

BOOST_AUTO_TEST_CASE(a_sealed_box_opens) {
  const KeyPair pair = generate_key_pair();
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 65536u}) {
    const Bytes info = random_of(size % 40);
    const Bytes aad = random_of(size % 70);
    const Bytes plaintext = random_of(size);
    const auto box = hpke_seal(pair.public_key, info, aad, plaintext);
    BOOST_REQUIRE(box.has_value());
    BOOST_TEST(box->size() == size + hpke_overhead);
    const auto opened = hpke_open(pair.private_key, info, aad, *box);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
    BOOST_TEST(hpke_open(pair.private_key, pair.public_key, info, aad, *box).has_value());
  }
}

BOOST_AUTO_TEST_CASE(every_box_differs) {
  const KeyPair pair = generate_key_pair();
  const Bytes plaintext = random_of(20);
  const auto first = hpke_seal(pair.public_key, {}, {}, plaintext);
  const auto second = hpke_seal(pair.public_key, {}, {}, plaintext);
  BOOST_TEST(to_hex(ByteView(*first).first(65)) != to_hex(ByteView(*second).first(65)));
  BOOST_TEST(to_hex(ByteView(*first).subspan(65)) != to_hex(ByteView(*second).subspan(65)));
}

BOOST_AUTO_TEST_CASE(no_altered_box_opens) {
  const KeyPair pair = generate_key_pair();
  const Bytes info = random_of(9);
  const Bytes aad = random_of(9);
  const auto box = hpke_seal(pair.public_key, info, aad, random_of(30));
  BOOST_REQUIRE(hpke_open(pair.private_key, info, aad, *box));
  for (std::size_t at = 0; at < box->size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      Bytes altered = *box;
      altered[at] = static_cast<std::uint8_t>(altered[at] ^ mask);
      BOOST_TEST(!hpke_open(pair.private_key, info, aad, altered), "byte " << at);
    }
    BOOST_TEST(!hpke_open(pair.private_key, info, aad, ByteView(*box).first(at)), "cut to " << at);
  }
  Bytes longer = *box;
  longer.push_back(0);
  BOOST_TEST(!hpke_open(pair.private_key, info, aad, longer));
  BOOST_TEST(!hpke_open(pair.private_key, aad, info, *box));
  BOOST_TEST(!hpke_open(pair.private_key, info, {}, *box));
  BOOST_TEST(!hpke_open(pair.private_key, {}, aad, *box));
  BOOST_TEST(!hpke_open(generate_key_pair().private_key, info, aad, *box));
  BOOST_TEST(!hpke_open(pair.private_key, generate_key_pair().public_key, info, aad, *box));
  BOOST_TEST(!hpke_open(PrivateKey(), info, aad, *box));
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
