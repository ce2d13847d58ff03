// Whether a client takes an answer fast enough. A client that takes a byte now and then would hold the answer for ever.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::http {

/// Watches an answer in windows of time, from the moment when its client does not take it at once. Only what the
/// client's host has acknowledged counts as taken, because the socket's own buffer can hold megabytes.
class WriteRate {
 public:
  using Clock = std::chrono::steady_clock;

  /// Begins a window.
  void begin(std::uint64_t taken, Clock::time_point ends) {
    taken_ = taken;
    ends_ = ends;
  }
  /// Ends watching: the answer was sent.
  void end() { ends_ = Clock::time_point::min(); }
  bool watching() const { return ends_ != Clock::time_point::min(); }
  /// When the window ends.
  Clock::time_point ends() const { return ends_; }

  /// At a window's end: whether the client has taken `least` more bytes; if so, the next window begins, until `ends`. A
  /// client that has taken all `sent` bytes is not slow either.
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
