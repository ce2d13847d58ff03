// What is logged at most once a second: lines that are there to be seen, not to fill the disk. By address and reason:
// handshake_log.hpp.
#pragma once

#include <chrono>

namespace tacit::http {

/// Of one kind of line. Not thread-safe.
class OnceASecond {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds pause{1};

  /// Whether there may be a line now, which then counts as the last.
  bool admit(Clock::time_point now) {
    if (now - last_ < pause) return false;
    last_ = now;
    return true;
  }

 private:
  Clock::time_point last_{};
};

}  // namespace tacit::http
