// The parts of RFC 9180 for hpke_seal and hpke_open, named as there: DHKEM(P-256, HKDF-SHA256) with a given ephemeral
// key, and the context of base mode over HKDF-SHA256. Separate, so that the RFC's test vectors test each of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "crypto/hpke/hpke.hpp"
#include "crypto/primitives/aead.hpp"

namespace tacit::crypto {

/// RFC 9180 section 7.3, the two that use AES-GCM. Tacit writes aes_256_gcm only.
enum class HpkeAead : std::uint16_t { aes_128_gcm = 0x0001, aes_256_gcm = 0x0002 };

/// DeriveKeyPair, section 7.1.3. std::nullopt if no candidate is a scalar (the probability is 2^-8192).
std::optional<KeyPair> hpke_derive_key_pair(ByteView input_key);

/// The input key of an ephemeral key pair for one message: hedged randomness over everything that is sealed.
WipedArray<32> hpke_ephemeral_input(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext);

/// The shared secret of Encap and Decap, section 4.1.
using HpkeSharedSecret = WipedArray<32>;

/// Encap with the given ephemeral key, whose public half is `enc`. std::nullopt if `to` is not a point.
std::optional<HpkeSharedSecret> hpke_encap(const PublicKey& to, const KeyPair& ephemeral);

/// Decap; `own_public` is the public half of `own`. std::nullopt if `enc` is not a point.
std::optional<HpkeSharedSecret> hpke_decap(const PublicKey& enc, const PrivateKey& own, const PublicKey& own_public);

/// One direction of an encryption context, section 5.2: messages are numbered, and sealed and opened in order.
class HpkeContext {
 public:
  /// KeySchedule of base mode, section 5.1.
  HpkeContext(HpkeAead aead, const HpkeSharedSecret& shared_secret, ByteView info);

  ByteView key() const { return key_.view().first(key_size_); }
  ByteView base_nonce() const { return base_nonce_.view(); }

  /// ContextS.Seal: `out` is 16 bytes longer than `plaintext`.
  void seal(ByteView aad, ByteView plaintext, std::span<std::uint8_t> out);
  /// ContextR.Open: `out` is 16 bytes shorter than `box`. Returns false and keeps the number if anything was altered.
  [[nodiscard]] bool open(ByteView aad, ByteView box, std::span<std::uint8_t> out);

 private:
  AeadNonce nonce() const;

  std::size_t key_size_;
  WipedArray<32> key_;
  WipedArray<12> base_nonce_;
  std::uint64_t sequence_ = 0;
};

}  // namespace tacit::crypto
