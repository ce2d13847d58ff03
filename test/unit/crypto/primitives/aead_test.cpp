// AES-GCM: published vectors, refusal of altered boxes, and the thread's reused context.
#include "crypto/primitives/aead.hpp"

#include <stdexcept>

#include "crypto/memory/wiped.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using tacit::crypto::test::from_hex;
using tacit::crypto::test::random_of;

namespace {

struct GcmVector {
  std::string_view key, nonce, aad, plaintext, box;
};

// From "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, the submission to NIST, appendix B:
// test cases 1 and 4 of AES-128, and 13 to 16 of AES-256.
constexpr std::string_view long_key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr std::string_view long_plaintext =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba"
    "637b39";
constexpr GcmVector vectors[] = {
    {.key = "00000000000000000000000000000000",
     .nonce = "000000000000000000000000",
     .aad = "",
     .plaintext = "",
     .box = "58e2fccefa7e3061367f1d57a4e7455a"},
    {.key = "feffe9928665731c6d6a8f9467308308",
     .nonce = "cafebabefacedbaddecaf888",
     .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     .plaintext = long_plaintext,
     .box =
         "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0a"
         "ac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    {.key = "0000000000000000000000000000000000000000000000000000000000000000",
     .nonce = "000000000000000000000000",
     .aad = "",
     .plaintext = "",
     .box = "530f8afbc74536b9a963b4f1c4cb738b"},
    {.key = "0000000000000000000000000000000000000000000000000000000000000000",
     .nonce = "000000000000000000000000",
     .aad = "",
     .plaintext = "00000000000000000000000000000000",
     .box = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {.key = long_key,
     .nonce = "cafebabefacedbaddecaf888",
     .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     .plaintext = long_plaintext,
     .box =
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba"
         "7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

AeadNonce nonce_of(std::string_view hex) { return test::array_from_hex<12>(hex); }

Bytes sealed(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView plaintext) {
  Bytes box(plaintext.size() + aead_tag_size);
  aes_gcm_seal(key, nonce, aad, plaintext, box);
  return box;
}

bool opens(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView box) {
  Bytes out(box.size() < aead_tag_size ? 0 : box.size() - aead_tag_size);
  return aes_gcm_open(key, nonce, aad, box, out);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aead)

BOOST_AUTO_TEST_CASE(published_vectors) {
  for (const GcmVector& vector : vectors) {
    const Bytes key = from_hex(vector.key);
    const AeadNonce nonce = nonce_of(vector.nonce);
    const Bytes aad = from_hex(vector.aad);
    const Bytes box = sealed(key, nonce, aad, from_hex(vector.plaintext));
    BOOST_TEST(to_hex(box) == vector.box);
    Bytes opened(box.size() - aead_tag_size);
    BOOST_TEST(aes_gcm_open(key, nonce, aad, box, opened));
    BOOST_TEST(to_hex(opened) == vector.plaintext);
  }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_is_detected) {
  const Bytes key = random_of(32);
  const AeadNonce nonce{};
  const Bytes aad = random_of(20);
  const Bytes box = sealed(key, nonce, aad, random_of(37));
  BOOST_REQUIRE(opens(key, nonce, aad, box));
  const auto flip_each = [](const Bytes& original, auto still_opens) {
    for (std::size_t bit = 0; bit < 8 * original.size(); ++bit) {
      Bytes altered = original;
      altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1u << (bit % 8)));
      BOOST_TEST(!still_opens(altered), "bit " << bit);
    }
  };
  flip_each(box, [&](const Bytes& altered) { return opens(key, nonce, aad, altered); });
  flip_each(aad, [&](const Bytes& altered) { return opens(key, nonce, altered, box); });
  flip_each(key, [&](const Bytes& altered) { return opens(altered, nonce, aad, box); });
  for (std::size_t size = 0; size < box.size(); ++size) {
    BOOST_TEST(!opens(key, nonce, aad, ByteView(box).first(size)), "cut to " << size);
  }
}

BOOST_AUTO_TEST_CASE(a_failed_opening_leaves_no_plaintext) {
  const Bytes key = random_of(32);
  Bytes box = sealed(key, {}, {}, random_of(64));
  box.back() ^= 1;
  Bytes out(64, 0xee);
  BOOST_TEST(!aes_gcm_open(key, {}, {}, box, out));
  BOOST_TEST(out == Bytes(64, 0));
}

// Alternating key lengths and directions on the one context of a thread.
BOOST_AUTO_TEST_CASE(uses_follow_each_other) {
  for (int round = 0; round < 50; ++round) {
    const Bytes key = random_of(round % 2 == 0 ? 16 : 32);
    const Bytes plaintext = random_of(static_cast<std::size_t>(round) * 7);
    const Bytes box = sealed(key, {}, {}, plaintext);
    Bytes out(plaintext.size());
    BOOST_TEST(!opens(random_of(32), {}, {}, box));
    BOOST_TEST(aes_gcm_open(key, {}, {}, box, out));
    BOOST_TEST(out == plaintext);
  }
}

BOOST_AUTO_TEST_CASE(wrong_sizes_are_programming_errors) {
  Bytes out(26);
  const Bytes plaintext(10);
  BOOST_CHECK_THROW(aes_gcm_seal(Bytes(31), {}, {}, plaintext, out), std::invalid_argument);
  BOOST_CHECK_THROW(aes_gcm_seal({}, {}, {}, plaintext, out), std::invalid_argument);
  BOOST_CHECK_THROW(aes_gcm_seal(Bytes(32), {}, {}, Bytes(11), out), std::length_error);
  BOOST_CHECK_THROW(static_cast<void>(aes_gcm_open(Bytes(32), {}, {}, out, out)), std::length_error);
}

BOOST_AUTO_TEST_SUITE_END()
