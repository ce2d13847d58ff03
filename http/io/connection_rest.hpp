// When a connection that waits for a request frees its buffers, or ends because it is old. No I/O, no clock.
#pragma once

#include <cstdint>

#include "http/io/connection_lifetime.hpp"
#include "http/io/connection_state.hpp"

namespace tacit::http {

/// Belongs to one connection. Both references must outlive it.
class ConnectionRest {
 public:
  using Clock = ConnectionState::Clock;

  ConnectionRest(ConnectionState& state, const ConnectionLifetime& lifetime) : state_(state), lifetime_(lifetime) {}

  enum class Next : std::uint8_t {
    none,
    shrink,  ///< it has been idle for a while: its buffers can be freed. Only once between two requests
    end,     ///< it is old, idle, and nothing has come: it ends now
  };
  /// Called periodically. `unread`: input has come that was not read; matters only if could_end().
  Next check(Clock::time_point now, bool unread);
  bool could_end(Clock::time_point now) const { return has_rested(now) && lifetime_.is_old(now); }

 private:
  bool has_rested(Clock::time_point now) const { return state_.idle() && now - state_.waiting_since() >= rest_after; }

  ConnectionState& state_;
  const ConnectionLifetime& lifetime_;
  Clock::time_point shrunk_ = Clock::time_point::max();  ///< the beginning of the wait in which it was told to shrink
};

}  // namespace tacit::http
