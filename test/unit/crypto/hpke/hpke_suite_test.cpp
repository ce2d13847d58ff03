// Each part of HPKE against the vectors of RFC 9180.
#include "crypto/hpke/hpke_suite.hpp"

#include "crypto/hpke/p256.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"
#include "test/unit/crypto/hpke/hpke_vectors_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

PublicKey public_from_hex(std::string_view text) { return array_from_hex<65>(text); }

KeyPair ephemeral_of(const HpkeVector& vector) {
  return {public_from_hex(vector.pk_em), private_from_hex(vector.sk_em)};
}

HpkeSharedSecret shared_secret_of(const HpkeVector& vector) { return private_from_hex(vector.shared_secret); }

}  // namespace

BOOST_AUTO_TEST_SUITE(hpke_suite)

BOOST_AUTO_TEST_CASE(there_are_vectors_of_both_ciphers) {
  BOOST_REQUIRE(hpke_vectors().size() == 2u);
  BOOST_TEST((hpke_vectors()[0].aead == HpkeAead::aes_128_gcm));
  BOOST_TEST((hpke_vectors()[1].aead == HpkeAead::aes_256_gcm));
  for (const HpkeVector& vector : hpke_vectors()) BOOST_TEST(vector.encryptions.size() == 6u);
}

BOOST_AUTO_TEST_CASE(derive_key_pair) {
  for (const HpkeVector& vector : hpke_vectors()) {
    const auto ephemeral = hpke_derive_key_pair(from_hex(vector.ikm_e));
    const auto recipient = hpke_derive_key_pair(from_hex(vector.ikm_r));
    BOOST_REQUIRE(ephemeral.has_value());
    BOOST_REQUIRE(recipient.has_value());
    BOOST_TEST(to_hex(ephemeral->private_key.view()) == vector.sk_em);
    BOOST_TEST(to_hex(ephemeral->public_key) == vector.pk_em);
    BOOST_TEST(to_hex(recipient->private_key.view()) == vector.sk_rm);
    BOOST_TEST(to_hex(recipient->public_key) == vector.pk_rm);
  }
}

BOOST_AUTO_TEST_CASE(encap_and_decap) {
  for (const HpkeVector& vector : hpke_vectors()) {
    const PublicKey recipient = public_from_hex(vector.pk_rm);
    const auto sent = hpke_encap(recipient, ephemeral_of(vector));
    BOOST_REQUIRE(sent.has_value());
    BOOST_TEST(to_hex(sent->view()) == vector.shared_secret);
    const auto received = hpke_decap(public_from_hex(vector.pk_em), private_from_hex(vector.sk_rm), recipient);
    BOOST_REQUIRE(received.has_value());
    BOOST_TEST(to_hex(received->view()) == vector.shared_secret);
  }
}

BOOST_AUTO_TEST_CASE(key_schedule) {
  for (const HpkeVector& vector : hpke_vectors()) {
    const HpkeContext context(vector.aead, shared_secret_of(vector), from_hex(vector.info));
    BOOST_TEST(to_hex(context.key()) == vector.key);
    BOOST_TEST(to_hex(context.base_nonce()) == vector.base_nonce);
  }
}

BOOST_AUTO_TEST_CASE(encryptions_in_their_order) {
  for (const HpkeVector& vector : hpke_vectors()) {
    const Bytes info = from_hex(vector.info);
    HpkeContext sender(vector.aead, shared_secret_of(vector), info);
    HpkeContext receiver(vector.aead, shared_secret_of(vector), info);
    const Bytes plaintext = from_hex(vector.plaintext);
    Bytes box(plaintext.size() + aead_tag_size);
    Bytes opened(plaintext.size());
    std::uint64_t sequence = 0;
    for (const HpkeEncryption& encryption : vector.encryptions) {
      const Bytes aad = from_hex(encryption.aad);
      for (; sequence < encryption.sequence; ++sequence) {
        sender.seal(aad, plaintext, box);
        BOOST_REQUIRE(receiver.open(aad, box, opened));
      }
      sender.seal(aad, plaintext, box);
      BOOST_TEST(to_hex(box) == encryption.ciphertext);
      BOOST_TEST(receiver.open(aad, from_hex(encryption.ciphertext), opened));
      BOOST_TEST(opened == plaintext);
      ++sequence;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failed_opening_does_not_advance_the_context) {
  const HpkeVector& vector = hpke_vectors()[1];
  HpkeContext receiver(vector.aead, shared_secret_of(vector), from_hex(vector.info));
  const Bytes box = from_hex(vector.encryptions[0].ciphertext);
  const Bytes aad = from_hex(vector.encryptions[0].aad);
  Bytes opened(box.size() - aead_tag_size);
  BOOST_TEST(!receiver.open(from_hex(vector.encryptions[1].aad), box, opened));
  BOOST_TEST(receiver.open(aad, box, opened));
  BOOST_TEST(!receiver.open(aad, box, opened));
}

BOOST_AUTO_TEST_SUITE_END()
