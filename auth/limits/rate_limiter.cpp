#include "auth/limits/rate_limiter.hpp"

#include <algorithm>
#include <bit>

namespace tacit::auth {
namespace {

// Times are ticks since the limiter's start; the state's lower 56 bits hold decades of them. The largest rate is an
// interval of 100 ticks.
using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 100'000'000>>;
constexpr std::uint64_t ticks_per_second = 100'000'000;
constexpr unsigned time_bits = 56;
constexpr std::uint64_t time_mask = (std::uint64_t{1} << time_bits) - 1;

/// Allowance for a thread that read the clock later but updated the state earlier.
constexpr std::uint64_t clock_slack = ticks_per_second;

constexpr auto relaxed = std::memory_order_relaxed;
// A thread that reads an owner's state also sees that owner's tag or a later one.
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

std::uint64_t echo_of(std::uint64_t tag) { return tag & ~time_mask; }

/// The TAT in `state` if the echo matches the tag; else that of a full bucket.
std::uint64_t tat_of(std::uint64_t state, std::uint64_t tag) {
  return (state & ~time_mask) == echo_of(tag) ? state & time_mask : 0;
}

std::uint64_t state_of(std::uint64_t tat, std::uint64_t tag) { return echo_of(tag) | std::min(tat, time_mask); }

/// A rate in ticks.
struct Schedule {
  explicit Schedule(Rate rate)
      : interval(ticks_per_second / std::clamp<std::uint64_t>(rate.per_second, 1, Rate::most)),
        depth(interval * std::clamp<std::uint64_t>(rate.burst, 1, Rate::most)) {}

  std::uint64_t interval;  ///< between two tokens at the steady rate
  std::uint64_t depth;     ///< how far ahead of now the TAT may lie
};

}  // namespace

RateLimiter::RateLimiter(std::size_t buckets, Clock::time_point start, std::chrono::seconds longest_debt)
    : start_(start),
      longest_debt_(static_cast<std::uint64_t>(Tick(longest_debt).count())),
      sets_(std::bit_ceil(std::max(buckets, ways)) / ways) {}

std::uint64_t RateLimiter::tag_of(crypto::ByteView key) const {
  const std::uint64_t hash = crypto::siphash(hash_key_, key);
  return hash == 0 ? 1 : hash;  // 0 marks an unused way
}

std::uint64_t RateLimiter::ticks(Clock::time_point now) const {
  const auto since = std::chrono::duration_cast<Tick>(now - start_).count();
  return since > 0 ? static_cast<std::uint64_t>(since) : 0;
}

std::size_t RateLimiter::find(const Set& set, std::uint64_t tag) {
  std::size_t way = 0;
  while (way < ways && set.tags[way].load(relaxed) != tag) ++way;
  return way;
}

std::size_t RateLimiter::find_or_take_over(Set& set, std::uint64_t tag) {
  for (;;) {
    if (const std::size_t way = find(set, tag); way < ways) return way;
    std::size_t fullest = 0;
    std::array<std::uint64_t, ways> states;
    std::array<std::uint64_t, ways> tags;
    for (std::size_t way = 0; way < ways; ++way) {
      tags[way] = set.tags[way].load(relaxed);
      states[way] = set.states[way].load(relaxed);
      if ((states[way] & time_mask) < (states[fullest] & time_mask)) fullest = way;
    }
    if (tags[fullest] == tag) return fullest;
    if (!set.tags[fullest].compare_exchange_strong(tags[fullest], tag, relaxed)) continue;
    // The echo identifies the old TAT's owner, unless the echoes are equal. If this fails, another thread has updated
    // the state since.
    set.states[fullest].compare_exchange_strong(states[fullest], 0, relaxed);
    return fullest;
  }
}

RateLimiter::Place RateLimiter::state_in(Set& set, std::uint64_t tag) {
  for (;;) {
    const std::size_t way = find_or_take_over(set, tag);
    const std::uint64_t seen = set.states[way].load(acquire);
    if (set.tags[way].load(relaxed) == tag) return {set.states[way], seen};
  }
}

RateLimiter::Verdict RateLimiter::take(crypto::ByteView key, Rate rate, Clock::time_point now) {
  const Schedule schedule(rate);
  const std::uint64_t at = ticks(now);
  const std::uint64_t tag = tag_of(key);
  Set& set = set_of(tag);
  for (;;) {
    auto [state, seen] = state_in(set, tag);
    const std::uint64_t tat = std::max(tat_of(seen, tag), at);
    if (tat > at + farthest(schedule.depth) + clock_slack) {
      // Written at a lower rate: the bucket becomes empty as of now.
      state.compare_exchange_weak(seen, state_of(at + schedule.depth, tag), release, relaxed);
      continue;
    }
    const std::uint64_t next = tat + schedule.interval;
    if (next > at + schedule.depth) {
      const Tick wait(static_cast<std::int64_t>(next - at - schedule.depth));
      return {false, 0, std::chrono::duration_cast<std::chrono::nanoseconds>(wait)};
    }
    if (state.compare_exchange_weak(seen, state_of(next, tag), release, relaxed)) {
      return {true, static_cast<std::uint32_t>((at + schedule.depth - next) / schedule.interval), {}};
    }
  }
}

void RateLimiter::charge(crypto::ByteView key, Rate rate, Clock::time_point now, std::uint64_t count) {
  const Schedule schedule(rate);
  const std::uint64_t owed = schedule.interval * std::min<std::uint64_t>(count, 2 * std::uint64_t{Rate::most});
  const std::uint64_t at = ticks(now);
  const std::uint64_t tag = tag_of(key);
  Set& set = set_of(tag);
  for (;;) {
    auto [state, seen] = state_in(set, tag);
    const std::uint64_t next = std::min(std::max(tat_of(seen, tag), at) + owed, at + farthest(schedule.depth));
    if (state.compare_exchange_weak(seen, state_of(next, tag), release, relaxed)) return;
  }
}

std::chrono::nanoseconds RateLimiter::wait(crypto::ByteView key, Rate rate, Clock::time_point now) const {
  const std::uint64_t tag = tag_of(key);
  const Set& set = set_of(tag);
  const std::size_t way = find(set, tag);
  if (way == ways) return {};
  const Schedule schedule(rate);
  const std::uint64_t next = tat_of(set.states[way].load(relaxed), tag) + schedule.interval;
  const std::uint64_t latest = ticks(now) + schedule.depth;
  if (next <= latest) return {};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Tick(static_cast<std::int64_t>(next - latest)));
}

}  // namespace tacit::auth
