#include "http/io/connection_body.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>

namespace tacit::http {

namespace asio = boost::asio;

/// Sends `100 Continue`, for which the client waits before it sends the body. False if the connection has ended.
asio::awaitable<bool> ConnectionBody::invite() {
  const bool sent = co_await writer_.send_continue();
  if (sent) connection_.state.await_input(Stage::body, ConnectionState::Clock::now());
  co_return sent;
}

void ConnectionBody::end_body() {
  connection_.state.serve();
  connection_.judge_certificate();  // it may have expired while the body arrived
}

asio::awaitable<BodyRead> ConnectionBody::read_body(Exchange& exchange) {
  if (exchange.head.chunked) {
    const BodyRead read = co_await read_chunked_body(exchange);
    co_return read;
  }
  ConnectionInput& input = connection_.input;
  ConnectionState& state = connection_.state;
  TlsStream& stream = connection_.stream;
  const auto size = static_cast<std::size_t>(exchange.head.content_length);  // within the route's limit
  state.await_input(Stage::body, ConnectionState::Clock::now());
  exchange.body.resize(size);
  connection_.charge_buffers();
  std::size_t have = std::min(size, input.untaken().size());
  if (have > 0) std::memcpy(exchange.body.data(), input.untaken().data(), have);
  input.take(have);
  if (have == 0 && exchange.head.expects_continue && !exchange.head.http_1_0) {
    const bool sent = co_await invite();
    if (!sent) co_return BodyRead::incomplete;
  }
  while (have < size) {
    if (state.over()) co_return BodyRead::incomplete;
    const TlsStream::Result result = stream.read_some(exchange.body.span().subspan(have));
    if (result.must_wait()) {
      const auto [error] = co_await stream.wait(result.status);
      if (error || state.over()) co_return BodyRead::incomplete;
    } else if (result.status != TlsStream::Status::done) {
      co_return BodyRead::incomplete;
    }
    have += result.size;
  }
  end_body();
  co_return BodyRead::complete;
}

}  // namespace tacit::http
