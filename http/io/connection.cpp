#include "http/io/connection.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <utility>

#include "http/api/routes.hpp"
#include "http/chain/rate_limits.hpp"
#include "http/io/access_line.hpp"
#include "http/io/connection_handshake.hpp"
#include "http/log/log.hpp"
#include "http/wire/head_lines.hpp"

namespace tacit::http {

namespace asio = boost::asio;
using asio::ip::tcp;

Connection::Connection(crypto::Descriptor accepted, const tcp::endpoint& from, std::optional<asio::ip::address> client,
                       Plane plane, SSL_CTX* tls, ThreadState& of_thread)
    : ConnectionCore(std::move(accepted), from, std::move(client), plane, tls, of_thread) {}

Connection::~Connection() {
  if (request.counted) counters().requests_ended.add();
  counters().connections_closed.add();
  thread.server.limits(exchange.plane).leave(peer.counted);
}

asio::awaitable<void> Connection::run() {
  const bool begun = co_await begin();
  bool open = begun;
  while (open) {
    const bool asked = co_await head_.read();
    if (!asked) break;
    const bool turn_is_over = stream.begin_request();
    open = co_await serve_request();
    // The client may have pipelined many more requests.
    if (open && turn_is_over) co_await stream.wait(TlsStream::Status::yield);
    open = open && !state.over();
  }
  if (begun && stream.flooded()) end_flood();
  if (begun && !state.over()) co_await close_gently();
}

/// The steps before the first request. False if no request will come.
asio::awaitable<bool> Connection::begin() {
  state.await_input(Stage::proxy_header, Clock::now());
  if (!peer.counted) {
    const bool known = co_await learn_client(*this);
    if (!known) co_return false;
  }
  state.handshake();
  if (stream.ssl() == nullptr) co_return true;
  const Begun begun = co_await begin_tls(*this);
  if (begun == Begun::plain_http) co_await refuse_plain_http();
  co_return begun == Begun::secure;
}

asio::awaitable<void> Connection::refuse_plain_http() {
  const auto started = Clock::now();
  begin_exchange();
  exchange.head.is_head = input.received().starts_with("HEAD ");
  exchange.head.take_origin(only_origin(input.received()));
  exchange.request_id = request_ids_.take({});
  answer(exchange, Problem::plain_http);
  const bool written = co_await writer_.write(false);
  thread.counters.answered(exchange, Clock::now() - started);
  input.take_all();
  forget_exchange();
  if (written && !state.over()) co_await close_gently();
}

/// Begins the exchange of the request whose head was read. Returns what is wrong with the head, if anything.
std::optional<Problem> Connection::begin_request() {
  counters().requests_begun.add();
  request.counted = true;
  state.serve();
  begin_exchange();
  judge_certificate();
  std::optional<Problem> framing = head_.parse();
  const bool forwarder_is_clear =
      framing || forwarded_.find(exchange, thread.server.balancers, peer.endpoint.address());
  if (!forwarder_is_clear) framing = Problem::malformed_request;
  if (framing) exchange.head.refuse();
  exchange.request_id = request_ids_.take(framing ? std::string_view{} : exchange.head.request_id);
  return framing;
}

/// Whether the connection stays open.
asio::awaitable<bool> Connection::serve_request() {
  const auto started = Clock::now();
  const std::optional<Problem> framing = begin_request();
  const bool answerable = co_await run_chain(exchange, thread, body_reader_, framing);
  bool keep_alive = false;
  if (exchange.abandoned) {
    writer_.give_up();
  } else if (answerable) {
    keep_alive =
        exchange.head.keep_alive && !exchange.response.close && !framing && !is_leaving() && !was_last_request(started);
    const bool written = co_await writer_.write(keep_alive);
    keep_alive = keep_alive && written;
  } else {
    exchange.response.status = 408;  // for the log: the client left, or its body came too late
    exchange.note = "body_incomplete";
  }
  end_request(started, keep_alive);
  co_return keep_alive;
}

/// Whether answers close their connections, so that a balancer sends the next ones to another server. This begins as
/// soon as a shutdown is announced, so that few connections are left to close at its end.
bool Connection::is_leaving() const {
  const std::atomic<bool>* const stopping = exchange.services.stopping;
  return thread.server.draining.load(std::memory_order_relaxed) ||
         (stopping != nullptr && stopping->load(std::memory_order_relaxed));
}

bool Connection::was_last_request(Clock::time_point now) {
  lifetime.count_request();
  const bool made_all = lifetime.has_made_all();
  if (!made_all && !lifetime.is_old(now)) return false;
  count(made_all ? Ended::requests : Ended::age);
  return true;
}

void Connection::end_request(Clock::time_point started, bool keep_alive) {
  const auto time = Clock::now() - started;
  charge_rows(exchange, thread);
  thread.counters.answered(exchange, time);
  const bool is_good_probe = is_probe(exchange.route) && exchange.response.status < 400;  // they would fill the log
  if (thread.server.access_log && log_enabled(LogLevel::info) && !is_good_probe) {
    const std::uint32_t weight = thread.access_sample.weight(exchange.response.status, time);
    if (weight > 0) {
      LogLine line = access_line(exchange, time, weight, keep_alive);
      thread.access_log.add(line);
    }
  }
  // Nothing after this request is served. What was received of an unread body is wiped now, because the client may
  // close late.
  if (!keep_alive) input.take_all();
  counters().requests_ended.add();
  forget_exchange();
  state.serve();
}

/// Announces the end, then gives the client a moment to read the answer: closing with unread input would reset the
/// connection. A client that has ended needs none, which saves a short connection four system calls.
asio::awaitable<void> Connection::close_gently() {
  state.close(Clock::now());
  stream.send_close();
  if (!socket.exhausted()) co_await socket.drop_input();
  expired();
}

}  // namespace tacit::http
