// Limits an event to once per interval, so that its log lines or its cost stay bounded. auth/limits/rate_limiter.hpp
// limits by key.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

namespace tacit::crypto {

/// For one kind of event. Not thread-safe: belongs to one thread, or to the mutex of its owner.
class AtMostEvery {
 public:
  using Clock = std::chrono::steady_clock;

  /// The first event is admitted.
  explicit AtMostEvery(Clock::duration interval) : interval_(interval) {}
  /// As if an event had been admitted at `last`.
  AtMostEvery(Clock::duration interval, Clock::time_point last) : interval_(interval), last_(last) {}

  /// Whether the event may occur now; if so, the next interval begins.
  bool admit(Clock::time_point now) {
    if (last_ && now - *last_ < interval_) return false;
    last_ = now;
    return true;
  }

  /// Lets the next event be admitted.
  void reset() { last_.reset(); }

 private:
  Clock::duration interval_;
  std::optional<Clock::time_point> last_;
};

/// The same for several threads: of those that ask at once, one is admitted. Thread-safe.
class SharedAtMostEvery {
 public:
  using Clock = AtMostEvery::Clock;

  explicit SharedAtMostEvery(Clock::duration interval) : interval_(interval) {}

  bool admit(Clock::time_point now) {
    auto next = next_.load(std::memory_order_relaxed);
    if (now.time_since_epoch() < next) return false;
    return next_.compare_exchange_strong(next, now.time_since_epoch() + interval_);
  }

  void reset() { next_.store({}); }

 private:
  Clock::duration interval_;
  std::atomic<Clock::duration> next_{};  ///< since the clock's epoch
};

}  // namespace tacit::crypto
