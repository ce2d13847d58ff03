// Connections without sockets, in the stages where a test begins.
#pragma once

#include <atomic>
#include <chrono>

#include "http/io/connection_state.hpp"

namespace tacit::http::test {

using namespace std::chrono_literals;
using Clock = ConnectionState::Clock;

inline const Clock::time_point start{1000h};
inline constexpr auto never = Clock::time_point::max();

/// A server's settings, which a test changes while its connection lives.
struct Server {
  Timeouts timeouts;
  PeerLimits peers;
  std::atomic<bool> draining{false};
  Clock::time_point last_input = never;

  ConnectionState connect(bool of_monitor = false) {
    return ConnectionState({.timeouts = timeouts,
                            .peers = peers,
                            .draining = draining,
                            .last_input = last_input,
                            .of_monitor = of_monitor},
                           start);
  }
  /// A connection that has shaken hands and waits for a request since `now`.
  ConnectionState connect_idle(bool of_monitor = false, Clock::time_point now = start) {
    ConnectionState state = connect(of_monitor);
    state.await_input(Stage::proxy_header, now);
    state.handshake();
    state.await_input(Stage::idle, now);
    return state;
  }
  void wind_down(Clock::time_point now) {
    draining = true;
    last_input = now + wind_down_patience;
  }
};

inline void serve_request(ConnectionState& state, Clock::time_point now) {
  state.await_input(Stage::head, now);
  state.serve();
  state.write();
  state.serve();
}

}  // namespace tacit::http::test
