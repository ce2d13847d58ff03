// The time limits of a connection's stages: a request's head and body, a handshake, idling, and an answer that the
// client takes slowly.
#pragma once

#include <atomic>
#include <chrono>

#include "http/chain/peer_limits.hpp"
#include "http/chain/timeouts.hpp"
#include "http/io/connection_stage.hpp"
#include "http/io/deadlines.hpp"

namespace tacit::http {

/// How long a server that winds down still waits for what its clients have begun to send, and at each step for what
/// they have to take. With an inherited listening socket, clients that connect meanwhile wait until the next server
/// starts.
inline constexpr std::chrono::seconds wind_down_patience{3};
/// How long a draining server waits for the first request of a new connection.
inline constexpr std::chrono::seconds first_request_patience{2};
/// On the admin plane: how long a request's head may take to arrive, and how long a connection may be idle. Monitors
/// send requests right after connecting; one that asks every five seconds keeps its connection.
inline constexpr std::chrono::seconds monitor_head_time{5};
inline constexpr std::chrono::seconds monitor_idle_time{7};
/// A connection that is idle for this time frees its buffers, or ends if it is old. Not after each request: freeing
/// them costs a busy connection a tenth of its time.
inline constexpr std::chrono::seconds rest_after{2};
/// How long a client may take to read the last answer before its connection is closed.
inline constexpr std::chrono::seconds close_time{1};

/// What a connection's deadlines depend on. Each value outlives the connection and may change meanwhile.
struct ConnectionTerms {
  const Timeouts& timeouts;
  const PeerLimits& peers;
  const std::atomic<bool>& draining;              ///< answers end their connections
  const Deadline::Clock::time_point& last_input;  ///< input that has not come by then is not awaited
  bool of_monitor = false;                        ///< a connection of the admin plane
};

/// When the client must have sent what `stage` waits for, if the stage begins now. A server that winds down waits only
/// briefly for the rest of a request, so that half a request does not delay the start of the next server.
Deadline::Clock::time_point input_deadline(Stage stage, const ConnectionTerms& terms, Deadline::Clock::time_point now);

/// A client that does not take an answer at once is checked after this time: it must have taken `least_taken` bytes.
std::chrono::seconds write_window(const ConnectionTerms& terms);
std::uint64_t least_taken(const ConnectionTerms& terms);

}  // namespace tacit::http
