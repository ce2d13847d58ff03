// Token buckets against a reference bucket, with debt, eviction and several threads.
#include "auth/limits/rate_limiter.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstring>
#include <random>
#include <thread>

using namespace tacit;
using namespace tacit::auth;
using namespace std::chrono_literals;

namespace {

using Clock = RateLimiter::Clock;

constexpr Clock::time_point start{1000h};

struct Key {
  explicit Key(std::uint64_t number) { std::memcpy(bytes.data(), &number, sizeof number); }
  crypto::ByteView view() const { return bytes; }
  std::array<std::uint8_t, 16> bytes{};
};

std::uint32_t take_all(RateLimiter& limiter, const Key& key, Rate rate, Clock::time_point now) {
  std::uint32_t taken = 0;
  while (limiter.take(key.view(), rate, now).allowed) ++taken;
  return taken;
}

// The textbook token bucket: a level that rises with time up to the burst, and falls by one per request.
class TokenBucket {
 public:
  explicit TokenBucket(Rate rate) : rate_(rate), level_(std::uint64_t{rate.burst} * unit) {}

  bool take(std::chrono::nanoseconds since_last) {
    level_ += static_cast<std::uint64_t>(since_last.count()) * rate_.per_second;
    level_ = std::min(level_, std::uint64_t{rate_.burst} * unit);
    if (level_ < unit) return false;
    level_ -= unit;
    return true;
  }
  std::uint32_t whole() const { return static_cast<std::uint32_t>(level_ / unit); }
  std::chrono::nanoseconds wait() const {
    return std::chrono::nanoseconds((unit - level_ + rate_.per_second - 1) / rate_.per_second);
  }

 private:
  static constexpr std::uint64_t unit = 1'000'000'000;  // the size of one token
  Rate rate_;
  std::uint64_t level_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limiter)

BOOST_AUTO_TEST_CASE(decides_as_a_token_bucket_does) {
  std::mt19937_64 random(1);
  // Rates whose interval is a whole number of ticks, so that both count exactly.
  for (const Rate rate : {Rate{1, 1}, Rate{1, 100}, Rate{10, 3}, Rate{1000, 2000}, Rate{100'000, 7}, Rate{2, 2}}) {
    for (int round = 0; round < 20; ++round) {
      RateLimiter limiter(64, start);
      TokenBucket reference(rate);
      Clock::time_point now = start;
      const std::uint64_t interval = 1'000'000'000 / rate.per_second / 10;
      for (int i = 0; i < 2000; ++i) {
        // Mostly bursts, with occasional pauses in which some or all tokens return.
        const std::uint64_t most = random() % 4 == 0 ? interval * (random() % 30) : interval / (1 + random() % 8);
        const std::chrono::nanoseconds pause(10 * (random() % (most + 1)));
        now += pause;
        const bool expected = reference.take(pause);
        const auto verdict = limiter.take(Key(1).view(), rate, now);
        if (verdict.allowed != expected) BOOST_TEST_REQUIRE(verdict.allowed == expected);
        if (expected && verdict.remaining != reference.whole())
          BOOST_TEST_REQUIRE(verdict.remaining == reference.whole());
        if (!expected && verdict.wait != reference.wait()) BOOST_TEST_REQUIRE((verdict.wait == reference.wait()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(lets_a_burst_through_then_one_for_each_interval) {
  RateLimiter limiter(64, start);
  const Rate rate{10, 5};
  for (std::uint32_t left = 5; left-- > 0;) {
    const auto verdict = limiter.take(Key(1).view(), rate, start);
    BOOST_TEST(verdict.allowed);
    BOOST_TEST(verdict.remaining == left);
  }
  const auto refused = limiter.take(Key(1).view(), rate, start);
  BOOST_TEST(!refused.allowed);
  BOOST_TEST((refused.wait == 100ms));
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start + 30ms) == 70ms));
  BOOST_TEST(!limiter.take(Key(1).view(), rate, start + 100ms - 10ns).allowed);
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start + 100ms) == 0ns));
  BOOST_TEST(take_all(limiter, Key(1), rate, start + 100ms) == 1U);
  BOOST_TEST(take_all(limiter, Key(1), rate, start + 300ms) == 2U);
  BOOST_TEST(take_all(limiter, Key(1), rate, start + 1h) == 5U);
}

BOOST_AUTO_TEST_CASE(keys_do_not_share_a_bucket) {
  RateLimiter limiter(65'536, start);
  const Rate rate{1, 3};
  for (std::uint64_t key = 0; key < 100; ++key) BOOST_TEST(take_all(limiter, Key(key), rate, start) == 3U);
  for (std::uint64_t key = 0; key < 100; ++key) BOOST_TEST(!limiter.take(Key(key).view(), rate, start).allowed);
}

BOOST_AUTO_TEST_CASE(another_rate_applies_at_once) {
  RateLimiter limiter(64, start);
  BOOST_TEST(take_all(limiter, Key(1), {1, 100}, start) == 100U);
  // A higher rate: the bucket is still empty and fills at the new rate, although it would be full only in 100 s.
  BOOST_TEST(!limiter.take(Key(1).view(), {1000, 2000}, start).allowed);
  BOOST_TEST((limiter.take(Key(1).view(), {1000, 2000}, start).wait == 1ms));
  BOOST_TEST(take_all(limiter, Key(1), {1000, 2000}, start + 100ms) == 100U);
  // A lower rate: at most the new burst, then the new rate.
  BOOST_TEST(take_all(limiter, Key(1), {1, 2}, start + 10s) == 2U);
  BOOST_TEST((limiter.take(Key(1).view(), {1, 2}, start + 10s).wait == 1s));
}

BOOST_AUTO_TEST_CASE(a_rate_out_of_range_becomes_the_nearest_in_range) {
  RateLimiter limiter(64, start);
  BOOST_TEST(take_all(limiter, Key(1), {1, 0}, start) == 1U);
  BOOST_TEST(take_all(limiter, Key(2), {UINT32_MAX, 5}, start) == 5U);
  BOOST_TEST((limiter.wait(Key(2).view(), {UINT32_MAX, 5}, start) == 1us));
  BOOST_TEST((limiter.take(Key(3).view(), {1, UINT32_MAX}, start).remaining == Rate::most - 1));
  // Other threads may have read the clock slightly earlier.
  BOOST_TEST(take_all(limiter, Key(4), {1, 3}, start - 1s) == 3U);
}

BOOST_AUTO_TEST_CASE(charges_beyond_the_burst_are_owed_up_to_another_burst) {
  RateLimiter limiter(64, start);
  const Rate rate{1, 10};
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST((limiter.wait(Key(1).view(), rate, start) == 0s));
    limiter.charge(Key(1).view(), rate, start);
  }
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start) == 1s));
  limiter.charge(Key(1).view(), rate, start);
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start) == 2s));
  for (int i = 0; i < 1000; ++i) limiter.charge(Key(1).view(), rate, start);
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start) == 11s));
  BOOST_TEST((limiter.wait(Key(1).view(), rate, start + 11s) == 0s));
  BOOST_TEST((limiter.wait(Key(2).view(), rate, start) == 0s));
}

BOOST_AUTO_TEST_CASE(several_tokens_are_charged_at_once_and_repaid_before_the_next) {
  RateLimiter limiter(64, start);
  const Rate rate{10, 20};
  BOOST_TEST(limiter.take(Key(1).view(), rate, start).remaining == 19U);
  limiter.charge(Key(1).view(), rate, start, 10);
  BOOST_TEST(limiter.take(Key(1).view(), rate, start).remaining == 8U);
  limiter.charge(Key(1).view(), rate, start, 18);  // a debt of ten tokens
  const auto refused = limiter.take(Key(1).view(), rate, start);
  BOOST_TEST(!refused.allowed);
  BOOST_TEST((refused.wait == 1100ms));
  BOOST_TEST(!limiter.take(Key(1).view(), rate, start + 1090ms).allowed);
  BOOST_TEST(limiter.take(Key(1).view(), rate, start + 1100ms).allowed);
  // The debt is limited to one burst.
  limiter.charge(Key(1).view(), rate, start + 1100ms, UINT64_MAX);
  BOOST_TEST((limiter.take(Key(1).view(), rate, start + 1100ms).wait == 2100ms));
  limiter.charge(Key(2).view(), {Rate::most, 1}, start, UINT64_MAX);
  BOOST_TEST((limiter.take(Key(2).view(), {Rate::most, 1}, start).wait == 2us));
}

BOOST_AUTO_TEST_CASE(a_longest_debt_bounds_what_is_owed) {
  RateLimiter limiter(64, start, 300s);
  const Rate small{10, 10};
  BOOST_TEST(limiter.take(Key(1).view(), small, start).allowed);
  limiter.charge(Key(1).view(), small, start, 1150);  // the charge of a list of 115,000 rows
  const auto refused = limiter.take(Key(1).view(), small, start);
  BOOST_TEST(!refused.allowed);
  BOOST_TEST((refused.wait == 114'200ms));  // for a debt of 1,141 tokens and the requested one
  BOOST_TEST(!limiter.take(Key(1).view(), small, start + 114'190ms).allowed);
  BOOST_TEST(limiter.take(Key(1).view(), small, start + 114'200ms).allowed);
  // The wait is limited to five minutes.
  for (int i = 0; i < 10; ++i) limiter.charge(Key(2).view(), small, start, 1150);
  BOOST_TEST((limiter.take(Key(2).view(), small, start).wait == 300'100ms));
  // A burst that takes longer extends that limit.
  const Rate slow{1, 1000};
  limiter.charge(Key(3).view(), slow, start, UINT64_MAX);
  BOOST_TEST((limiter.take(Key(3).view(), slow, start).wait == 1001s));
}

BOOST_AUTO_TEST_CASE(a_million_keys_use_bounded_memory_and_do_not_evict_a_busy_one) {
  RateLimiter limiter(65'536, start);
  BOOST_TEST(limiter.memory() == std::size_t{1} << 20);
  const Rate rate{1, 100};
  const Key busy(UINT64_MAX);
  BOOST_TEST(take_all(limiter, busy, rate, start) == 100U);
  bool all = true;
  for (std::uint64_t key = 0; key < 1'000'000; ++key) all = limiter.take(Key(key).view(), rate, start).allowed && all;
  BOOST_TEST(all);
  BOOST_TEST(!limiter.take(busy.view(), rate, start).allowed);
  BOOST_TEST(limiter.memory() == std::size_t{1} << 20);
  // The other keys are idle and are evicted; this one stays.
  const auto later = start + 90s;
  for (std::uint64_t key = 0; key < 1'000'000; ++key) limiter.take(Key(key).view(), rate, later);
  BOOST_TEST(take_all(limiter, busy, rate, later) == 90U);
}

BOOST_AUTO_TEST_CASE(the_bucket_nearest_to_full_is_evicted) {
  RateLimiter limiter(8, start);  // one set
  const Rate rate{1, 100};
  for (std::uint64_t key = 1; key <= 8; ++key) {
    for (std::uint64_t i = 0; i < 10 * key; ++i) limiter.take(Key(key).view(), rate, start);
  }
  BOOST_TEST(limiter.take(Key(9).view(), rate, start).remaining == 99U);
  for (std::uint64_t key = 2; key <= 8; ++key) {
    BOOST_TEST(limiter.take(Key(key).view(), rate, start).remaining == 100 - 10 * key - 1);
  }
  BOOST_TEST(limiter.take(Key(1).view(), rate, start).remaining == 99U);  // instead of 9
  BOOST_TEST(limiter.take(Key(9).view(), rate, start).remaining == 99U);
}

BOOST_AUTO_TEST_CASE(a_reused_slot_owes_nothing) {
  // 2,000 pairs of tags, so that some have equal echoes.
  for (std::uint64_t round = 0; round < 2000; ++round) {
    RateLimiter limiter(8, start);
    for (std::uint64_t key = 0; key < 8; ++key) take_all(limiter, Key(key), {1, 4}, start);
    const auto verdict = limiter.take(Key(8).view(), {1, 4}, start);
    if (!verdict.allowed || verdict.remaining != 3) BOOST_TEST_REQUIRE(verdict.remaining == 3U);
  }
}

BOOST_AUTO_TEST_CASE(threads_take_each_token_once) {
  RateLimiter limiter(64, start);
  const Rate rate{1, 20'000};
  // Few keys per set, so that none is evicted.
  std::atomic<std::uint32_t> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10'000; ++j) taken += limiter.take(Key(1).view(), rate, start).allowed ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(taken == 20'000U);
}

BOOST_AUTO_TEST_CASE(threads_that_displace_each_other_leave_a_busy_key_exact) {
  RateLimiter limiter(8, start);  // one set: every new key takes over a way
  const Rate rate{1, 10'000};
  const Key busy(UINT64_MAX);
  for (int i = 0; i < 5'000; ++i) limiter.take(busy.view(), rate, start);
  std::atomic<std::uint32_t> taken{0};
  std::atomic<std::uint32_t> refused{0};
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint64_t j = 0; j < 5'000; ++j) {
        taken += limiter.take(busy.view(), rate, start).allowed ? 1 : 0;
        // All threads share some of these keys.
        refused += limiter.take(Key(j % 64 + 64 * (i % 2)).view(), rate, start).allowed ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(taken == 5'000U);
  BOOST_TEST(refused == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
