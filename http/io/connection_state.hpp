// The state machine of a connection: its current stage, the deadline, and what ends it. It has no socket and no clock:
// Connection reports each event with its time, and asks what follows.
// http/io/connection_stage.hpp has its stages, http/io/connection_deadlines.hpp their time limits;
// http/io/connection_rest.hpp decides what an idle connection frees, and when an old one ends.
#pragma once

#include <cstdint>

#include "http/io/connection_deadlines.hpp"
#include "http/io/connection_stage.hpp"
#include "http/io/deadlines.hpp"
#include "http/io/write_rate.hpp"

namespace tacit::http {

/// Belongs to one thread. The stage `over` is final: later events change nothing.
class ConnectionState {
 public:
  using Clock = Deadline::Clock;

  ConnectionState(const ConnectionTerms& terms, Clock::time_point now) : terms_(terms), waiting_since_(now) {}

  Stage stage() const { return stage_; }
  bool over() const { return stage_ == Stage::over; }
  bool idle() const { return stage_ == Stage::idle; }
  /// When the sweep has to call lapse().
  const Deadline& deadline() const { return deadline_; }
  /// When it began to wait for a request, or when the first byte of the current request came.
  Clock::time_point waiting_since() const { return waiting_since_; }

  // The connection's steps.

  /// The client has to send what `stage` waits for: a PROXY header, a request (Stage::idle), the rest of its head, or
  /// its body. The deadline of a head is set at its first byte and holds for the whole, so that a slow sender cannot
  /// postpone it.
  void await_input(Stage stage, Clock::time_point now);
  /// The PROXY header and the handshake share one deadline.
  void handshake();
  /// After a head or an invalid head, after a body, and after an answer or a piece of it.
  void serve();
  /// No deadline while the client takes everything at once.
  void write();
  /// The client does not take the answer at once; it has taken `taken` bytes so far. A slow client gets the whole of a
  /// long answer if it is fast enough for lapse().
  void output_stalled(std::uint64_t taken, Clock::time_point now);
  void close(Clock::time_point now);
  void end();

  // Events that may end the connection.

  /// The server winds down. True: the connection ends now, because it is idle, nothing is `unread`, and its client has
  /// sent a request before or has had time to. A request that has arrived is served: closing would lose it.
  bool wind_down(Clock::time_point now, bool unread);
  /// It need not wait for another request: the server drains, and at least one request was served.
  bool is_unwanted() const;

  enum class Lapse : std::uint8_t {
    none,  ///< the client takes the answer fast enough: there is a new deadline
    late,  ///< the client has not sent in time: the connection ends now
    slow,  ///< the client takes the answer too slowly: likewise
  };
  /// The deadline has passed. The client's host has acknowledged `taken` of `sent` bytes.
  Lapse lapse(std::uint64_t taken, std::uint64_t sent, Clock::time_point now);

 private:
  bool enter(Stage stage);

  ConnectionTerms terms_;
  Stage stage_ = Stage::proxy_header;
  bool asked_ = false;  ///< a request has come
  Clock::time_point waiting_since_;
  Deadline deadline_;
  WriteRate write_rate_;
};

}  // namespace tacit::http
