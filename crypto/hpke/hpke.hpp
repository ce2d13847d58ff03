// Hybrid public key encryption, RFC 9180: base mode, single shot, DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256 0x0001,
// AES-256-GCM 0x0002. A box is `enc` (65 bytes, the uncompressed ephemeral point) followed by the ciphertext and its
// 16-byte tag. The ephemeral key is derived from hedged randomness (crypto/primitives/hedge.hpp), see section 9.7.5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// An uncompressed P-256 point, SEC 1 section 2.3.3: 0x04, x, y.
using PublicKey = std::array<std::uint8_t, 65>;
/// A P-256 scalar, big-endian.
using PrivateKey = WipedArray<32>;

struct KeyPair {
  PublicKey public_key{};
  PrivateKey private_key;
};

inline constexpr std::size_t hpke_overhead = 65 + 16;

KeyPair generate_key_pair();

/// The public key of a private one; std::nullopt if the scalar is out of range.
std::optional<PublicKey> public_key_of(const PrivateKey& key);

/// Seals to a public key. std::nullopt if the key is not a point of the curve. Thread-safe.
std::optional<Bytes> hpke_seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext);

/// Opens a box of hpke_seal for `key`. std::nullopt if anything was altered. Thread-safe.
std::optional<WipedBytes> hpke_open(const PrivateKey& key, ByteView info, ByteView aad, ByteView box);

/// The same for a caller that has the public half, which saves its computation. A wrong public half opens nothing.
std::optional<WipedBytes> hpke_open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                                    ByteView box);

}  // namespace tacit::crypto
