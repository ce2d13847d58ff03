// Whether a client takes an answer fast enough. A byte now and then is not: it would hold the answer for ever.
#pragma once

#include <cstdint>

namespace tacit::http {

/// Watches an answer from the moment on that its client does not take it at once, in windows of time. What the client
/// has taken is what its host has acknowledged: the socket's own buffer can hold megabytes that nobody reads.
class WriteRate {
 public:
  void begin(std::uint64_t taken) {
    taken_ = taken;
    watching_ = true;
  }
  void end() { watching_ = false; }
  bool watching() const { return watching_; }

  /// A window is over, in which `least` more bytes should have been taken; the next one begins. Of so many that were
  /// sent: where all of them are taken, it is not the client that is slow.
  bool keeps_up(std::uint64_t taken, std::uint64_t sent, std::uint64_t least) {
    const bool enough = taken >= sent || taken >= taken_ + least;
    taken_ = taken;
    return enough;
  }

 private:
  std::uint64_t taken_ = 0;
  bool watching_ = false;
};

}  // namespace tacit::http
