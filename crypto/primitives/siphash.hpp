// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012): a keyed hash for hash tables
// whose keys clients choose. Without the key, colliding inputs cannot be found.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {

struct SipKey {
  std::array<std::uint64_t, 2> words{};

  /// A new key for a table; each process makes its own.
  static SipKey random();
};

/// 64 bits; some 20 ns for 16 bytes. Not for authentication. Thread-safe.
std::uint64_t siphash(const SipKey& key, ByteView data);

}  // namespace tacit::crypto
