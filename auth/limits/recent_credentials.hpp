// The credentials that this process accepted within the last hour. Their holders are not limited while another client
// guesses from the same address. The table decides only that: each credential is still judged on every request.
//
// A lock-free table: sets of eight words in a cache line, each word 48 bits of the credential's SHA-256 and the minute
// in which it was last accepted. With the bits that choose the set, 61 bits must match. Only accepted credentials are
// entered, and eviction costs their holder little, so the hash needs no secret key.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/primitives/digest.hpp"

namespace tacit::auth {

/// Thread-safe. Callers pass the time, from one steady clock.
class RecentCredentials {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes lifetime{60};

  /// `places` is rounded up to a power of two; each takes 8 bytes. A full set evicts its oldest entry.
  explicit RecentCredentials(std::size_t places, Clock::time_point start);

  /// Whether the credential with that SHA-256 was remembered within the last hour, to the minute. (An entry of 45 days
  /// ago that was never evicted counts as new, because minutes are counted in 16 bits.)
  bool contains(const crypto::Digest& credential, Clock::time_point now) const;
  /// Records that the credential was accepted at `now`. Writes at most once a minute per credential.
  void remember(const crypto::Digest& credential, Clock::time_point now);
  /// Removes a credential that is no longer valid.
  void forget(const crypto::Digest& credential);

 private:
  static constexpr std::size_t ways = 8;
  struct alignas(64) Set {
    std::array<std::atomic<std::uint64_t>, ways> words;  ///< 0: never used
  };

  std::uint64_t minute(Clock::time_point now) const;
  std::size_t set_of(const crypto::Digest& credential) const;

  Clock::time_point start_;
  std::vector<Set> sets_;
};

}  // namespace tacit::auth
