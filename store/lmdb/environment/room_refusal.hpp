// That the disk had no room for a write, though nothing said so before: a quota, a full thin volume, a file system that
// gives blocks only when they are written. Until a look finds room again, what grows is refused without being tried.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// Whether an error says that there is no room: on the disk, under a quota or under a limit for one file.
constexpr bool is_want_of_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

/// Changed by the writer thread alone, asked by any.
class RoomRefusal {
 public:
  using Clock = std::chrono::steady_clock;

  /// A write failed for that error. `all`: even one that only gives space back or logs.
  void stand(int error, bool all) {
    all_.store(all || this->all(), std::memory_order_relaxed);
    if (!stands()) wait_ = first_wait;
    next_look_ = Clock::now() + wait_;
    error_.store(error, std::memory_order_release);
  }
  /// A look found none again: the next one is later.
  void last() {
    wait_ = std::min<Clock::duration>(2 * wait_, longest_wait);
    next_look_ = Clock::now() + wait_;
  }
  /// Something could be written after all.
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
  /// When to look for room, for the writer.
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
