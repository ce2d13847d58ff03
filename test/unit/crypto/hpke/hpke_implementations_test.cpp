// Both implementations against the RFC's boxes and against each other. With OpenSSL before 3.2 there is only Tacit's
// own.
#include <openssl/err.h>

#include "crypto/hpke/hpke_openssl.hpp"
#include "crypto/hpke/hpke_own.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"
#include "test/unit/crypto/hpke/hpke_vectors_fixture.hpp"

#if TACIT_OPENSSL_HAS_HPKE
#include <openssl/hpke.h>

#include "crypto/primitives/openssl.hpp"
#endif

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

// The first message of the published vectors with Tacit's cipher, as a box.
struct PublishedBox {
  const HpkeVector& vector = hpke_vectors()[1];
  PrivateKey key = private_from_hex(vector.sk_rm);
  PublicKey public_key = array_from_hex<65>(vector.pk_rm);
  Bytes info = from_hex(vector.info);
  Bytes aad = from_hex(vector.encryptions[0].aad);
  Bytes box = from_hex(std::string(vector.pk_em) + std::string(vector.encryptions[0].ciphertext));
};

template <class Open>
void check_that_published_box_opens(const Open& open) {
  const PublishedBox published;
  const auto opened = open(published.key, published.public_key, published.info, published.aad, published.box);
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST(to_hex(opened->view()) == published.vector.plaintext);
}

template <class Seal, class Open>
void check_pair(const Seal& seal, const Open& open) {
  for (const std::size_t size : {1u, 15u, 16u, 17u, 32u, 1000u, 65536u}) {
    const KeyPair pair = generate_key_pair();
    const Bytes info = random_of(size % 1025);
    const Bytes aad = random_of(size % 70);
    const Bytes plaintext = random_of(size);
    const auto box = seal(pair.public_key, info, aad, plaintext);
    BOOST_REQUIRE(box.has_value());
    const auto opened = open(pair.private_key, pair.public_key, info, aad, *box);
    BOOST_REQUIRE_MESSAGE(opened.has_value(), size << " bytes");
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
  }
}

template <class Seal, class Open>
void check_refusals(const Seal& seal, const Open& open) {
  const KeyPair pair = generate_key_pair();
  const KeyPair other = generate_key_pair();
  const Bytes info = random_of(9);
  const Bytes aad = random_of(9);
  const auto box = seal(pair.public_key, info, aad, random_of(30));
  BOOST_REQUIRE(open(pair.private_key, pair.public_key, info, aad, *box));
  for (std::size_t at = 0; at < box->size(); ++at) {
    Bytes altered = *box;
    altered[at] = static_cast<std::uint8_t>(altered[at] ^ 0x02);
    BOOST_TEST(!open(pair.private_key, pair.public_key, info, aad, altered), "byte " << at);
    BOOST_TEST(!open(pair.private_key, pair.public_key, info, aad, ByteView(*box).first(at)), "cut to " << at);
  }
  BOOST_TEST(!open(other.private_key, other.public_key, info, aad, *box));
  BOOST_TEST(!open(pair.private_key, other.public_key, info, aad, *box));
  BOOST_TEST(!open(pair.private_key, PublicKey{}, info, aad, *box));
  BOOST_TEST(!open(PrivateKey(), pair.public_key, info, aad, *box));
  PublicKey off_curve = pair.public_key;
  off_curve.back() ^= 0x01;
  BOOST_TEST(!seal(off_curve, info, aad, info));
  BOOST_TEST(!seal(PublicKey{}, info, aad, info));
  BOOST_TEST(ERR_peek_error() == 0u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hpke_implementations)

BOOST_AUTO_TEST_CASE(own_opens_the_published_box) { check_that_published_box_opens(hpke_own::open); }
BOOST_AUTO_TEST_CASE(own_opens_what_it_seals) { check_pair(hpke_own::seal, hpke_own::open); }
BOOST_AUTO_TEST_CASE(own_refuses) { check_refusals(hpke_own::seal, hpke_own::open); }

// The implementation in use.
BOOST_AUTO_TEST_CASE(an_info_of_any_size_and_an_empty_plaintext_are_accepted) {
  const KeyPair pair = generate_key_pair();
  for (const std::size_t info_size : {1023u, 1024u, 1025u, 5000u}) {
    const Bytes info = random_of(info_size);
    for (const std::size_t size : {0u, 1u}) {
      const Bytes plaintext = random_of(size);
      const auto box = hpke_seal(pair.public_key, info, {}, plaintext);
      BOOST_REQUIRE(box.has_value());
      const auto opened = hpke_open(pair.private_key, pair.public_key, info, {}, *box);
      BOOST_REQUIRE(opened.has_value());
      BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
      BOOST_TEST(hpke_own::open(pair.private_key, pair.public_key, info, {}, *box).has_value());
    }
  }
}

#if TACIT_OPENSSL_HAS_HPKE

BOOST_AUTO_TEST_CASE(openssl_opens_the_published_box) { check_that_published_box_opens(hpke_openssl::open); }
BOOST_AUTO_TEST_CASE(openssl_opens_what_it_seals) { check_pair(hpke_openssl::seal, hpke_openssl::open); }
BOOST_AUTO_TEST_CASE(openssl_opens_what_own_seals) { check_pair(hpke_own::seal, hpke_openssl::open); }
BOOST_AUTO_TEST_CASE(own_opens_what_openssl_seals) { check_pair(hpke_openssl::seal, hpke_own::open); }
BOOST_AUTO_TEST_CASE(openssl_refuses) { check_refusals(hpke_openssl::seal, hpke_openssl::open); }

// With the published input for the ephemeral key, which only OpenSSL's own interface takes, every byte is the RFC's.
BOOST_AUTO_TEST_CASE(openssl_seals_the_published_boxes) {
  for (const HpkeVector& vector : hpke_vectors()) {
    const bool small = vector.aead == HpkeAead::aes_128_gcm;
    const OSSL_HPKE_SUITE suite{
        OSSL_HPKE_KEM_ID_P256, OSSL_HPKE_KDF_ID_HKDF_SHA256,
        small ? std::uint16_t{OSSL_HPKE_AEAD_ID_AES_GCM_128} : std::uint16_t{OSSL_HPKE_AEAD_ID_AES_GCM_256}};
    const OpensslPtr<OSSL_HPKE_CTX, OSSL_HPKE_CTX_free> sender(
        OSSL_HPKE_CTX_new(OSSL_HPKE_MODE_BASE, suite, OSSL_HPKE_ROLE_SENDER, nullptr, nullptr));
    BOOST_REQUIRE(sender != nullptr);
    const Bytes ikm_e = from_hex(vector.ikm_e);
    const Bytes recipient = from_hex(vector.pk_rm);
    const Bytes info = from_hex(vector.info);
    const Bytes plaintext = from_hex(vector.plaintext);
    BOOST_REQUIRE(OSSL_HPKE_CTX_set1_ikme(sender.get(), ikm_e.data(), ikm_e.size()) == 1);
    PublicKey enc;
    std::size_t enc_size = enc.size();
    BOOST_REQUIRE(OSSL_HPKE_encap(sender.get(), enc.data(), &enc_size, recipient.data(), recipient.size(), info.data(),
                                  info.size()) == 1);
    BOOST_TEST(to_hex(enc) == vector.pk_em);
    std::uint64_t sequence = 0;
    for (const HpkeEncryption& encryption : vector.encryptions) {
      const Bytes aad = from_hex(encryption.aad);
      Bytes sealed(plaintext.size() + 16);
      std::size_t size = 0;
      for (; sequence <= encryption.sequence; ++sequence) {
        size = sealed.size();
        BOOST_REQUIRE(OSSL_HPKE_seal(sender.get(), sealed.data(), &size, aad.data(), aad.size(), plaintext.data(),
                                     plaintext.size()) == 1);
      }
      BOOST_TEST(to_hex(ByteView(sealed).first(size)) == encryption.ciphertext);
    }
  }
}

#endif

BOOST_AUTO_TEST_SUITE_END()
