// Token buckets for any number of keys in a fixed piece of memory, shared by all threads without a lock.
//
// A bucket is one number, the theoretical arrival time (TAT) of the generic cell rate algorithm, in its form as virtual
// scheduling (ITU-T I.371, annex A): the instant at which the bucket is full again if nothing is taken from it. Taking
// one moves it on by the interval between two at the steady rate; it may lie at most `burst` intervals ahead. A bucket
// whose TAT is past is full, and so is one that nobody has heard of: it may be forgotten.
//
// The table has sets of eight ways. A key's place is its hash under a secret key of the table, so nobody can aim at a
// set. A key that has no bucket takes over the way of its set that is full, or, if all are in use, the one that is
// nearest to being full: among the eight, whoever is furthest from it stays known.
//
// A way is two atomic words: the tag (the 64-bit hash of whose bucket it is) and the state (the TAT, and in its upper
// byte an echo of the tag). Why no more is needed:
// * A take reads the state, then sees that the tag is still its own, then replaces the state only if it is still the
// one
//   that it read. So no two takes are made one, and nobody who lost the way replaces what its new owner has taken.
// * A take-over changes the tag, then forgets the old TAT. Whoever reads between the two sees the former owner's echo
//   and counts the bucket as full, as it will be. So does one who meets a take of the former owner's that came late.
// * Two threads that look for room for one new key may each take over a way: what is taken from the second is not found
//   again.
// So what a race can do is leave a request uncounted, of a bucket that was given away or is new. (If in such a race two
// echoes are the same, one time in 256, a new key can be charged with what the former one owed.)
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/siphash.hpp"

namespace tacit::auth {

/// Aligned as a whole, so that every compiler makes an atomic one of it without a lock.
struct alignas(2 * sizeof(std::uint32_t)) Rate {
  static constexpr std::uint32_t most = 1'000'000;  ///< of either; more counts as this

  std::uint32_t per_second = 0;  ///< 0: no limit
  std::uint32_t burst = 1;       ///< how many may come at once; 0 counts as 1

  bool limited() const { return per_second != 0; }
  bool operator==(const Rate&) const = default;
};

/// Thread-safe. Time comes from the caller, from one steady clock.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  struct Verdict {
    bool allowed = true;
    std::uint32_t remaining = 0;       ///< that may still come at once
    std::chrono::nanoseconds wait{0};  ///< if not allowed: until one will be
  };

  /// Room for that many buckets, rounded up to a power of two: 16 bytes each. `start` is before or at every `now`; the
  /// limiter can count 22 years from there. `longest_debt` is for how long what is charged can keep a key waiting,
  /// where that is longer than the time of another burst.
  RateLimiter(std::size_t buckets, Clock::time_point start, std::chrono::seconds longest_debt = {});

  /// Takes one from the key's bucket if there is one in it. A refusal takes nothing. The rate may be another at each
  /// call: an empty bucket stays empty, and fills at the new rate. (Not so with a longest debt, which an empty bucket
  /// of a lower rate looks like: there the rate is part of the key.) What is owed (below) has to be paid first. `rate`
  /// is limited.
  Verdict take(crypto::ByteView key, Rate rate, Clock::time_point now);

  /// Takes one, or so many, though there be none: what is owed makes the wait longer, up to that for another burst or
  /// by the longest debt.
  void charge(crypto::ByteView key, Rate rate, Clock::time_point now, std::uint64_t count = 1);

  /// How long until the bucket has one; zero: it has. Changes nothing.
  std::chrono::nanoseconds wait(crypto::ByteView key, Rate rate, Clock::time_point now) const;

  std::size_t memory() const { return sets_.size() * sizeof(Set); }

 private:
  static constexpr std::size_t ways = 8;
  // Tags in one cache line, states in the next: looking for a key reads one line.
  struct alignas(64) Set {
    std::array<std::atomic<std::uint64_t>, ways> tags;
    std::array<std::atomic<std::uint64_t>, ways> states;
  };

  std::uint64_t tag_of(crypto::ByteView key) const;
  std::uint64_t ticks(Clock::time_point now) const;
  /// How far ahead of now a TAT may lie, of a bucket of that depth.
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
