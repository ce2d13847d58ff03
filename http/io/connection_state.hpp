// What a connection does at each moment, how long it may do that, and what ends it. A machine without a socket and
// without a clock: Connection tells it what happens and when, and asks it what follows.
// http/io/connection_stage.hpp has its stages, http/io/connection_deadlines.hpp their time limits.
#pragma once

#include <cstdint>

#include "http/io/connection_deadlines.hpp"
#include "http/io/connection_lifetime.hpp"
#include "http/io/connection_stage.hpp"
#include "http/io/deadlines.hpp"
#include "http/io/write_rate.hpp"

namespace tacit::http {

/// Belongs to one thread. Of the stages, `over` is final: what happens after it changes nothing.
class ConnectionState {
 public:
  using Clock = Deadline::Clock;

  ConnectionState(const ConnectionTerms& terms, const ConnectionLifetime& lifetime, Clock::time_point now)
      : terms_(terms), lifetime_(lifetime), waiting_since_(now) {}

  Stage stage() const { return stage_; }
  bool over() const { return stage_ == Stage::over; }
  bool idle() const { return stage_ == Stage::idle; }
  /// When the sweep has to call lapse().
  const Deadline& deadline() const { return deadline_; }
  /// When it began to wait for a request, or the first byte of that came which it serves.
  Clock::time_point waiting_since() const { return waiting_since_; }

  // What the connection does.

  /// The PROXY header and the handshake have one deadline together.
  void await_proxy_header(Clock::time_point now);
  void handshake();
  void await_request(Clock::time_point now);
  /// From the first byte of a head on the whole of it has to come in time: a slow sender cannot push the deadline out.
  void request_began(Clock::time_point now);
  /// A head has come, or what cannot become one; a body has come; an answer, or a piece of one, was sent.
  void serve();
  void await_body(Clock::time_point now);
  /// Has no deadline as long as the client takes what is sent at once.
  void write();
  /// The client does not take the answer at once, of which it has taken so many bytes. A slow client gets all of a long
  /// answer if it is not too slow: see lapse().
  void output_stalled(std::uint64_t taken, Clock::time_point now);
  void close(Clock::time_point now);
  void end();

  // What may end it.

  /// The server winds down. True: it ends now, because it is idle, nothing `unread` has come, and its client has asked
  /// before or has had time to. A request that has arrived is served: to close would lose it.
  bool wind_down(Clock::time_point now, bool unread);
  /// It waits for another request in vain: the server drains, and so many as one were served.
  bool is_unwanted() const;

  enum class Rest : std::uint8_t {
    none,
    shrink,  ///< it has been idle for a while: its buffers can be given back. Once, until the next request
    age,     ///< it is old, idle, and nothing has come: it ends now
  };
  /// Called now and then. `unread`: something has come that was not read; counts only where could_retire().
  Rest rest(Clock::time_point now, bool unread);
  bool could_retire(Clock::time_point now) const { return has_rested(now) && lifetime_.is_old(now); }

  enum class Lapse : std::uint8_t {
    none,  ///< the client takes the answer fast enough: there is a new deadline
    late,  ///< it has not sent in time what it had to: it ends now
    slow,  ///< it takes the answer too slowly: likewise
  };
  /// The deadline has passed. The client's host has acknowledged `taken` of `sent` bytes.
  Lapse lapse(std::uint64_t taken, std::uint64_t sent, Clock::time_point now);

  enum class Last : std::uint8_t { no, age, requests };
  /// One more request is answered: whether, and why, it is to be the last one.
  Last count_request(Clock::time_point now);

 private:
  bool enter(Stage stage);
  bool await_input(Stage stage, Clock::time_point now);
  bool has_rested(Clock::time_point now) const { return idle() && now - waiting_since_ >= rest_after; }

  ConnectionTerms terms_;
  ConnectionLifetime lifetime_;
  Stage stage_ = Stage::proxy_header;
  bool asked_ = false;    ///< a request has come
  bool resting_ = false;  ///< its buffers were given back
  Clock::time_point waiting_since_;
  Deadline deadline_;
  WriteRate write_rate_;
};

}  // namespace tacit::http
