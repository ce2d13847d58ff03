// Which credentials this process has found good within the last hour, so that who presents one of them goes on while
// somebody else guesses from the same address. Says nothing of whether they still are: they are judged as always.
//
// A table without locks: sets of eight words in a cache line, each word 48 bits of the credential's SHA-256 and the
// minute in which it was last good. With the bits that choose the set, 61 bits have to agree. Only good credentials
// come in, and being forgotten costs their holder little, so the place needs no secret key.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/digest.hpp"

namespace tacit::auth {

/// Thread-safe. Time comes from the caller, from one steady clock.
class RecentCredentials {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes lifetime{60};

  /// Takes 8 bytes for each of `places`, rounded up to a power of two; when they are used, the oldest of a set goes.
  explicit RecentCredentials(std::size_t places, Clock::time_point start);

  /// Whether the credential with that SHA-256 was remembered within the last hour, to the minute. (One of 45 days ago
  /// that nothing has displaced passes for new again: the minutes are counted in 16 bits.)
  bool contains(const crypto::Digest& credential, Clock::time_point now) const;
  /// It was good just now. Writes nothing more often than once a minute.
  void remember(const crypto::Digest& credential, Clock::time_point now);
  /// It is good no more.
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
