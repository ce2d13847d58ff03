#include "crypto/hpke/hpke_suite.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "crypto/hpke/p256.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/primitives/hedge.hpp"

namespace tacit::crypto {
namespace {

constexpr std::uint8_t mode_base = 0x00;
constexpr std::array<std::uint8_t, 7> version = {'H', 'P', 'K', 'E', '-', 'v', '1'};
// "KEM" ‖ I2OSP(kem_id, 2), section 4.1.
constexpr std::array<std::uint8_t, 5> kem_suite_id = {'K', 'E', 'M', 0x00, 0x10};

std::array<std::uint8_t, 2> two_bytes(std::size_t number) {
  return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

// LabeledExtract and LabeledExpand, section 4, under one suite id.
class LabeledHkdf {
 public:
  explicit LabeledHkdf(ByteView suite_id) : suite_id_(suite_id) {}

  WipedArray<32> extract(ByteView salt, std::string_view label, ByteView input_key) const {
    return hkdf_extract(salt, {version, suite_id_, as_bytes(label), input_key});
  }
  void expand(ByteView key, std::string_view label, std::initializer_list<ByteView> info,
              std::span<std::uint8_t> out) const {
    Bytes joined;
    for (const ByteView part : info) joined.insert(joined.end(), part.begin(), part.end());
    const auto size = two_bytes(out.size());
    hkdf_expand(key, {size, version, suite_id_, as_bytes(label), joined}, out);
  }

 private:
  ByteView suite_id_;
};

// ExtractAndExpand of section 4.1, with kem_context = enc ‖ the recipient's public key.
HpkeSharedSecret extract_and_expand(const WipedArray<32>& dh, const PublicKey& enc, const PublicKey& recipient) {
  const LabeledHkdf kdf(kem_suite_id);
  const WipedArray<32> eae_prk = kdf.extract({}, "eae_prk", dh.view());
  HpkeSharedSecret shared_secret;
  kdf.expand(eae_prk.view(), "shared_secret", {enc, recipient}, shared_secret.span());
  return shared_secret;
}

}  // namespace

std::optional<KeyPair> hpke_derive_key_pair(ByteView input_key) {
  const LabeledHkdf kdf(kem_suite_id);
  const WipedArray<32> dkp_prk = kdf.extract({}, "dkp_prk", input_key);
  for (unsigned counter = 0; counter <= 255; ++counter) {
    const auto tried = static_cast<std::uint8_t>(counter);
    KeyPair pair;
    kdf.expand(dkp_prk.view(), "candidate", {ByteView(&tried, 1)}, pair.private_key.span());
    if (const auto public_key = public_key_of(pair.private_key)) {
      pair.public_key = *public_key;
      return pair;
    }
  }
  return std::nullopt;
}

// The sender has no secret key for the hedge. An attacker who knows the output of both generators can test guesses of
// the plaintext on the ephemeral public key; with unhedged HPKE the attacker would have the plaintext itself.
WipedArray<32> hpke_ephemeral_input(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext) {
  return hedged_random({}, "tacit hpke ephemeral", {to, info, aad, plaintext});
}

std::optional<HpkeSharedSecret> hpke_encap(const PublicKey& to, const KeyPair& ephemeral) {
  const auto dh = p256_diffie_hellman(ephemeral.private_key, to);
  if (!dh) return std::nullopt;
  return extract_and_expand(*dh, ephemeral.public_key, to);
}

std::optional<HpkeSharedSecret> hpke_decap(const PublicKey& enc, const PrivateKey& own, const PublicKey& own_public) {
  const auto dh = p256_diffie_hellman(own, enc);
  if (!dh) return std::nullopt;
  return extract_and_expand(*dh, enc, own_public);
}

HpkeContext::HpkeContext(HpkeAead aead, const HpkeSharedSecret& shared_secret, ByteView info)
    : key_size_(aead == HpkeAead::aes_128_gcm ? 16 : 32) {
  // "HPKE" ‖ kem_id ‖ kdf_id ‖ aead_id, section 5.1.
  const auto aead_id = two_bytes(static_cast<std::uint16_t>(aead));
  const std::array<std::uint8_t, 10> suite_id = {'H', 'P', 'K', 'E', 0x00, 0x10, 0x00, 0x01, aead_id[0], aead_id[1]};
  const LabeledHkdf kdf(suite_id);
  // Base mode has neither psk nor psk_id: both are empty, but are hashed.
  const WipedArray<32> psk_id_hash = kdf.extract({}, "psk_id_hash", {});
  const WipedArray<32> info_hash = kdf.extract({}, "info_hash", info);
  const ByteView mode(&mode_base, 1);
  const WipedArray<32> secret = kdf.extract(shared_secret.view(), "secret", {});
  const auto schedule_context = {mode, psk_id_hash.view(), info_hash.view()};
  kdf.expand(secret.view(), "key", schedule_context, key_.span().first(key_size_));
  kdf.expand(secret.view(), "base_nonce", schedule_context, base_nonce_.span());
}

// ComputeNonce of section 5.2. A 64-bit counter suffices, because a context here seals one message.
AeadNonce HpkeContext::nonce() const {
  if (sequence_ == std::numeric_limits<std::uint64_t>::max()) throw std::length_error("HPKE: message limit reached");
  AeadNonce nonce;
  std::copy_n(base_nonce_.data(), nonce.size(), nonce.begin());
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i));
  return nonce;
}

void HpkeContext::seal(ByteView aad, ByteView plaintext, std::span<std::uint8_t> out) {
  aes_gcm_seal(key(), nonce(), aad, plaintext, out);
  ++sequence_;
}

bool HpkeContext::open(ByteView aad, ByteView box, std::span<std::uint8_t> out) {
  if (!aes_gcm_open(key(), nonce(), aad, box, out)) return false;
  ++sequence_;
  return true;
}

}  // namespace tacit::crypto
