// The refusal of writes after a write found no room on the disk without a warning: a quota, a full thin volume, a file
// system that allocates blocks only when they are written. Until a check finds room again, writes that grow the store
// are refused without a try.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// Changed by the writer thread only; read by any thread.
class StandingRefusal {
 public:
  using Clock = std::chrono::steady_clock;

  /// A write failed with that error. `all`: even a write that only frees space or logs.
  void stand(int error, bool all) {
    all_.store(all || this->all(), std::memory_order_relaxed);
    if (!stands()) wait_ = first_wait;
    next_look_ = Clock::now() + wait_;
    error_.store(error, std::memory_order_release);
  }
  /// A check found no room again: the next check is later.
  void last() {
    wait_ = std::min<Clock::duration>(2 * wait_, longest_wait);
    next_look_ = Clock::now() + wait_;
  }
  /// A write succeeded after all.
  void ease() { all_.store(false, std::memory_order_relaxed); }
  void lift() {
    ease();
    error_.store(0, std::memory_order_release);
  }

  int error() const { return error_.load(std::memory_order_acquire); }
  bool stands() const { return error() != 0; }
  bool all() const { return all_.load(std::memory_order_relaxed); }
  bool forbids(Growth growth) const {
    if (!stands()) return false;
    return growth == Growth::grows || growth == Growth::refuses || (growth == Growth::logs && all());
  }
  /// When the writer checks for room.
  std::optional<Clock::time_point> next_look() const { return stands() ? std::optional(next_look_) : std::nullopt; }

 private:
  static constexpr std::chrono::milliseconds first_wait{250};
  static constexpr std::chrono::seconds longest_wait{10};

  std::atomic<int> error_{0};
  std::atomic<bool> all_{false};
  Clock::duration wait_ = first_wait;
  Clock::time_point next_look_{};
};

}  // namespace tacit::store
