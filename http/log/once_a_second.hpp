// Limits a kind of log line to one per second, so that it cannot fill the disk. handshake_log.hpp limits by address and
// reason.
#pragma once

#include <chrono>

namespace tacit::http {

/// For one kind of line. Not thread-safe.
class OnceASecond {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds pause{1};

  /// Whether a line may be logged now; if so, counts it as the last.
  bool admit(Clock::time_point now) {
    if (now - last_ < pause) return false;
    last_ = now;
    return true;
  }

 private:
  Clock::time_point last_{};
};

}  // namespace tacit::http
