// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012): a keyed hash for the places
// of hash tables whose keys strangers choose. Without the key nobody can find inputs that meet in one place.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/bytes.hpp"

namespace tacit::crypto {

struct SipKey {
  std::array<std::uint64_t, 2> words{};

  /// A key of its own for each table, made anew by each process.
  static SipKey random();
};

/// 64 bits; some 20 ns for 16 bytes. Not for authenticating anything. Thread-safe.
std::uint64_t siphash(const SipKey& key, ByteView data);

}  // namespace tacit::crypto
