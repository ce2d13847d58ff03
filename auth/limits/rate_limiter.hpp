// Token buckets for any number of keys in a fixed amount of memory, shared by all threads without a lock.
//
// A bucket is one number, the theoretical arrival time (TAT) of the generic cell rate algorithm in its virtual
// scheduling form (ITU-T I.371, annex A): the instant at which the bucket is full again if no token is taken. Taking a
// token advances the TAT by the interval of the steady rate; the TAT lies at most `burst` intervals ahead. A bucket
// with a past TAT is full. An unknown key also has a full bucket, so a full bucket can be evicted.
//
// The table is set-associative with eight ways per set. A key's set is chosen by a keyed hash with a secret key, so
// clients cannot aim at a set. A key without a bucket takes over a full bucket's way, or, if no bucket is full, the way
// whose bucket is nearest to full: the emptiest buckets stay in the table.
//
// A way is two atomic words: the tag (the 64-bit hash of the owning key) and the state (the TAT, and in the upper byte
// an echo of the tag). This suffices because:
// * A take reads the state, checks that the tag is still its own, and replaces the state only if it is unchanged. So
//   no take is lost to another take, and a thread that lost the way cannot overwrite the new owner's state.
// * A take-over changes the tag, then clears the old TAT. A thread that reads between the two sees the former owner's
//   echo and counts the bucket as full, which it is about to be. The same holds for a late take of the former owner.
// * Two threads that add the same new key at once may each take over a way: tokens taken from the second way are not
//   counted.
// So a race can only leave a request uncounted, for a new bucket or one that was taken over. (If two echoes are equal
// in such a race, one time in 256, a new key can be charged with the former key's debt.)
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/siphash.hpp"

namespace tacit::auth {

/// Aligned to its size, so that std::atomic<Rate> is lock-free with every compiler.
struct alignas(2 * sizeof(std::uint32_t)) Rate {
  static constexpr std::uint32_t most = 1'000'000;  ///< of both members; larger values count as this

  std::uint32_t per_second = 0;  ///< 0: no limit
  std::uint32_t burst = 1;       ///< requests allowed at once; 0 counts as 1

  bool limited() const { return per_second != 0; }
  bool operator==(const Rate&) const = default;
};

/// Thread-safe. Callers pass the time, from one steady clock.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  struct Verdict {
    bool allowed = true;
    std::uint32_t remaining = 0;       ///< tokens left
    std::chrono::nanoseconds wait{0};  ///< if not allowed: time until the next token
  };

  /// `buckets` is rounded up to a power of two; each takes 16 bytes. `start` is at or before every `now`; the limiter
  /// covers 22 years from `start`. `longest_debt` limits how long charges can make a key wait, if it exceeds the time
  /// of one burst.
  RateLimiter(std::size_t buckets, Clock::time_point start, std::chrono::seconds longest_debt = {});

  /// Takes a token from the key's bucket if it has one; a refusal takes none. The rate may change between calls: an
  /// empty bucket stays empty and fills at the new rate. (With a longest debt, an empty bucket of a lower rate looks
  /// like debt, so the caller makes the rate part of the key.) Debt (see charge) is paid first. `rate` must be limited.
  Verdict take(crypto::ByteView key, Rate rate, Clock::time_point now);

  /// Takes `count` tokens even if the bucket has fewer. The debt extends the wait by at most the time of one burst, or
  /// the longest debt.
  void charge(crypto::ByteView key, Rate rate, Clock::time_point now, std::uint64_t count = 1);

  /// The time until the bucket has a token; zero if it has one. Changes nothing.
  std::chrono::nanoseconds wait(crypto::ByteView key, Rate rate, Clock::time_point now) const;

  std::size_t memory() const { return sets_.size() * sizeof(Set); }

 private:
  static constexpr std::size_t ways = 8;
  // Tags in one cache line, states in the next: a search for a key reads one line.
  struct alignas(64) Set {
    std::array<std::atomic<std::uint64_t>, ways> tags;
    std::array<std::atomic<std::uint64_t>, ways> states;
  };

  std::uint64_t tag_of(crypto::ByteView key) const;
  std::uint64_t ticks(Clock::time_point now) const;
  /// How far ahead of now the TAT of a bucket of that depth may lie.
  std::uint64_t farthest(std::uint64_t depth) const { return depth + std::max(depth, longest_debt_); }
  Set& set_of(std::uint64_t tag) { return sets_[tag & (sets_.size() - 1)]; }
  const Set& set_of(std::uint64_t tag) const { return sets_[tag & (sets_.size() - 1)]; }
  static std::size_t find(const Set& set, std::uint64_t tag);
  static std::size_t find_or_take_over(Set& set, std::uint64_t tag);
  struct Place {
    std::atomic<std::uint64_t>& state;
    std::uint64_t seen;
  };
  static Place state_in(Set& set, std::uint64_t tag);

  crypto::SipKey hash_key_ = crypto::SipKey::random();
  Clock::time_point start_;
  std::uint64_t longest_debt_;  ///< in ticks
  std::vector<Set> sets_;
};

}  // namespace tacit::auth
