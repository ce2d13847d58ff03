// How long a connection lives. A limit lets balancers redistribute their clients, and bounds how long an attacker
// can keep one.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "http/chain/peer_limits.hpp"

namespace tacit::http {

class ConnectionLifetime {
 public:
  using Clock = std::chrono::steady_clock;

  /// Reduces each limit by up to a tenth, according to `random` (any number), so that connections that began together
  /// do not all end together.
  ConnectionLifetime(const LifetimeLimits& limits, Clock::time_point now, std::uint32_t random) {
    const double part = 1.0 - 0.1 * (static_cast<double>(random) / std::numeric_limits<std::uint32_t>::max());
    if (limits.age.count() > 0) ends_ = now + std::chrono::duration_cast<Clock::duration>(limits.age * part);
    if (limits.requests == 0) return;
    requests_ = limits.requests - static_cast<std::uint64_t>(static_cast<double>(limits.requests) * (1.0 - part));
  }

  /// Counts one more request.
  void count_request() { ++served_; }
  bool has_made_all() const { return served_ >= requests_; }
  bool is_old(Clock::time_point now) const { return now >= ends_; }

 private:
  Clock::time_point ends_ = Clock::time_point::max();
  std::uint64_t requests_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t served_ = 0;
};

}  // namespace tacit::http
