// What ends a waiting connection or frees its buffers: the sweep, and a server that winds down.
#include "http/io/connection.hpp"

namespace tacit::http {

void Connection::wind_down() {
  if (!state.wind_down(Clock::now(), state.idle() && stream.has_input())) return;
  stream.send_close();
  expired();
}

void Connection::sweep(Clock::time_point now) {
  if (state.deadline().passed(now)) {
    lapse(now);
  } else {
    rest(now);
  }
}

void Connection::lapse(Clock::time_point now) {
  switch (state.lapse(socket.taken(), socket.sent(), now)) {
    case ConnectionState::Lapse::none:
      return;
    case ConnectionState::Lapse::slow:
      count(Ended::slow);
      log_refused_connection(thread, "answer_not_taken", peer.endpoint);
      socket.drop_output_on_close();
      break;
    case ConnectionState::Lapse::late:
      break;
  }
  expired();
}

void Connection::rest(Clock::time_point now) {
  switch (rest_.check(now, rest_.could_end(now) && stream.has_input())) {
    case ConnectionRest::Next::none:
      break;
    case ConnectionRest::Next::shrink:
      shrink();
      break;
    case ConnectionRest::Next::end:
      count(Ended::age);
      stream.send_close();
      expired();
      break;
  }
}

/// A client that floods the connection with empty TLS records gets no answer.
void Connection::end_flood() {
  count(Ended::flood);
  log_refused_connection(thread, "tls_flood", peer.endpoint);
  expired();
}

}  // namespace tacit::http
