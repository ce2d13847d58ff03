// AES-GCM (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag, in one step. Every key of this program seals one
// message, or a counted few in an HPKE context, so the callers choose the nonces, never at random.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {

inline constexpr std::size_t aead_tag_size = 16;
using AeadNonce = std::array<std::uint8_t, 12>;

/// Seals: writes the ciphertext and then the tag to `out`, which has plaintext.size() + 16 bytes. The key's length, 16
/// or 32 bytes, selects AES-128 or AES-256. Throws on any other length of the key or `out`. Thread-safe.
void aes_gcm_seal(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView plaintext, std::span<std::uint8_t> out);

/// Opens a box of aes_gcm_seal into `out`, which has box.size() - 16 bytes. Returns false and overwrites `out` if the
/// box is too short or anything was altered. Throws like aes_gcm_seal. Thread-safe.
[[nodiscard]] bool aes_gcm_open(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView box,
                                std::span<std::uint8_t> out);

}  // namespace tacit::crypto
