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
  switch (state.lapse(stream.taken(), stream.sent(), now)) {
    case ConnectionState::Lapse::none:
      return;
    case ConnectionState::Lapse::slow:
      count(Ended::slow);
      log_refused_connection(thread, "answer_not_taken", peer.endpoint);
      stream.drop_output_on_close();
      break;
    case ConnectionState::Lapse::late:
      break;
  }
  expired();
}

void Connection::rest(Clock::time_point now) {
  switch (state.rest(now, state.could_retire(now) && stream.has_input())) {
    case ConnectionState::Rest::none:
      break;
    case ConnectionState::Rest::shrink:
      shrink();
      break;
    case ConnectionState::Rest::age:
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
