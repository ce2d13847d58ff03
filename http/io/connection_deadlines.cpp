// What bounds a connection: the time that a request's head and body may take, how old it gets, how slowly its client
// may take an answer, and what memory its messages hold.
#include <algorithm>

#include "http/io/connection.hpp"

namespace tacit::http {
namespace {

/// On the admin plane, for the whole head: monitors ask within a moment of connecting.
constexpr std::chrono::seconds monitor_head_time{5};

}  // namespace

/// From the first byte of a head on the whole of it has to come in time: a slow sender cannot push the deadline out.
void Connection::become_busy() {
  phase_ = Phase::busy;
  waiting_since_ = Clock::now();
  std::chrono::seconds time = thread_.server.timeouts.header;
  if (exchange_.plane == Plane::admin) time = std::min(time, monitor_head_time);
  await_input(time);
}

/// A server that winds down waits for what clients have begun to send, but not for long: half a request shall not keep
/// the next server from starting.
void Connection::await_input(Clock::duration time) {
  write_rate_.end();
  expire_at(std::min(Clock::now() + time, thread_.last_input));
}

void Connection::lapse() {
  if (!write_rate_.watching()) return expired();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(write_window()).count();
  const std::uint64_t least = thread_.server.peers.write_rate * static_cast<std::uint64_t>(seconds);
  const auto ends = Clock::now() + write_window();
  if (write_rate_.keeps_up(stream_.taken(), stream_.sent(), least, ends)) return expire_at(ends);
  count(Ended::slow);
  log_refused_connection(thread_, "answer_not_taken", peer_);
  stream_.drop_output_on_close();
  expired();
}

Connection::Clock::duration Connection::write_window() const {
  const bool winding_down = thread_.last_input != Clock::time_point::max();
  const std::chrono::seconds time = thread_.server.timeouts.write;
  return winding_down ? std::min(time, wind_down_patience) : time;
}

/// The client does not take the answer at once. A slow one gets all of a long one, if it is not too slow.
void Connection::watch_output() {
  if (!write_rate_.watching()) write_rate_.begin(stream_.taken(), Clock::now() + write_window());
  expire_at(write_rate_.ends());  // if that is over, the next sweep looks at what was taken
}

/// To be called whenever a message has grown and before it waits for its client.
void Connection::charge_buffers() {
  buffered_.set(input_.capacity() - first_input_size + body_.capacity() + output_.capacity() +
                exchange_.response.body.capacity());
}

/// One more request is answered: whether it is to be the last one.
bool Connection::has_served_its_time(Clock::time_point now) {
  lifetime_.count_request();
  const bool all = lifetime_.has_made_all();
  if (!all && !lifetime_.is_old(now)) return false;
  count(all ? Ended::requests : Ended::age);
  return true;
}

}  // namespace tacit::http
