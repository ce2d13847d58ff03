// Whether a client takes an answer fast enough. A byte now and then is not: it would hold the answer for ever.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::http {

/// Watches an answer from the moment on that its client does not take it at once, in windows of time. What the client
/// has taken is what its host has acknowledged: the socket's own buffer can hold megabytes that nobody reads.
class WriteRate {
 public:
  using Clock = std::chrono::steady_clock;

  /// A window begins.
  void begin(std::uint64_t taken, Clock::time_point ends) {
    taken_ = taken;
    ends_ = ends;
  }
  /// The answer is sent.
  void end() { ends_ = Clock::time_point::min(); }
  bool watching() const { return ends_ != Clock::time_point::min(); }
  /// When the window ends.
  Clock::time_point ends() const { return ends_; }

  /// The window is over, in which `least` more bytes should have been taken; if they were, the next one begins. Of so
  /// many that were sent: where all of them are taken, it is not the client that is slow.
  bool keeps_up(std::uint64_t taken, std::uint64_t sent, std::uint64_t least, Clock::time_point ends) {
    const bool enough = taken >= sent || taken >= taken_ + least;
    if (enough) begin(taken, ends);
    return enough;
  }

 private:
  std::uint64_t taken_ = 0;
  Clock::time_point ends_ = Clock::time_point::min();
};

}  // namespace tacit::http
