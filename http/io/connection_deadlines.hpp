// How long each stage of a connection may take: the time limits of a request's head and body, of a handshake, of an
// idle connection, of an answer that its client takes slowly.
#pragma once

#include <atomic>
#include <chrono>

#include "http/chain/peer_limits.hpp"
#include "http/chain/timeouts.hpp"
#include "http/io/connection_stage.hpp"
#include "http/io/deadlines.hpp"

namespace tacit::http {

/// How long a server that winds down still waits for what its clients have begun to send, and at each step for what
/// they have to take. Where it was left its listening socket, those who come meanwhile wait for the next server to
/// start.
inline constexpr std::chrono::seconds wind_down_patience{3};
/// How long a draining server waits for the first request of a connection that has just been made.
inline constexpr std::chrono::seconds first_request_patience{2};
/// On the admin plane: how long a request's head may take to arrive, and how long a connection may be idle. Monitors
/// ask within a moment of connecting; one that comes every five seconds keeps its connection.
inline constexpr std::chrono::seconds monitor_head_time{5};
inline constexpr std::chrono::seconds monitor_idle_time{7};
/// A connection that is idle for so long gives its buffers back, or ends if it is old. Not after each request: giving
/// them back costs a busy connection a tenth of its time.
inline constexpr std::chrono::seconds rest_after{2};
/// How long a client may take to read what it was sent last, before its connection is closed.
inline constexpr std::chrono::seconds close_time{1};

/// What a connection's deadlines depend on. All of it may change while the connection lives, and outlives it.
struct ConnectionTerms {
  const Timeouts& timeouts;
  const PeerLimits& peers;
  const std::atomic<bool>& draining;              ///< answers end their connections
  const Deadline::Clock::time_point& last_input;  ///< what clients have not sent by then is not waited for
  bool of_monitor = false;                        ///< a connection of the admin plane
};

/// When the client must have sent what `stage` waits for, if that begins now. A server that winds down waits for what
/// clients have begun to send, but not for long: half a request must not keep the next server from starting.
Deadline::Clock::time_point input_deadline(Stage stage, const ConnectionTerms& terms, Deadline::Clock::time_point now);

/// A client that does not take an answer at once is looked at after so long: it must have taken `least_taken` bytes.
std::chrono::seconds write_window(const ConnectionTerms& terms);
std::uint64_t least_taken(const ConnectionTerms& terms);

}  // namespace tacit::http
