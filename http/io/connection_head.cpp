#include "http/io/connection_head.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "http/wire/head_lines.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// The least room in the input behind a head, where a chunked body is read.
constexpr std::size_t least_body_room = 512;

}  // namespace

/// Skips one empty line before a request (RFC 9112 section 2.2): some clients send one after a body.
void HeadReader::skip_empty_line() {
  bool& skipped = connection_.request.empty_line_skipped;
  if (skipped || !connection_.input.skip_empty_line()) return;
  skipped = true;
  if (connection_.input.received().empty()) connection_.state.await_input(Stage::idle, ConnectionState::Clock::now());
}

/// False if the memory for buffers is used up.
bool HeadReader::grow_input() {
  ConnectionInput& input = connection_.input;
  const std::size_t size = std::min(2 * input.size(), max_head_size + ConnectionInput::first_size);
  const Plane plane = connection_.exchange.plane;
  const auto share = plane == Plane::tools ? BufferShare::tools : BufferShare::api_heads;
  if (plane != Plane::admin && connection_.thread.buffers.lacks(size, share)) return false;
  input.grow(size);
  connection_.charge_buffers();
  return true;
}

asio::awaitable<bool> HeadReader::read() {
  ConnectionInput& input = connection_.input;
  ConnectionState& state = connection_.state;
  TlsStream& stream = connection_.stream;
  std::size_t searched = 0;
  state.await_input(Stage::idle, ConnectionState::Clock::now());
  for (;;) {
    skip_empty_line();
    scan_ = scan_head(input.received(), searched);
    if (!input.received().empty() && state.idle()) state.await_input(Stage::head, ConnectionState::Clock::now());
    if (scan_.state != HeadScan::State::incomplete) co_return true;
    searched = input.received().size();
    if (state.is_unwanted() && !stream.has_input()) co_return false;
    if (input.room().empty() && !grow_input()) {
      scan_.state = HeadScan::State::refused;
      scan_.problem = Problem::memory_short;
      co_return true;
    }
    // Between requests there is rarely anything to read yet: waiting first saves a system call.
    TlsStream::Result result{TlsStream::Status::want_read};
    if (!input.received().empty() || stream.has_buffered()) result = stream.read_some(input.room());
    while (result.must_wait()) {
      const auto [error] = co_await stream.wait(result.status);
      if (error || state.over()) co_return false;
      result = stream.read_some(input.room());
    }
    if (result.status != TlsStream::Status::done) co_return false;
    input.add(result.size);
  }
}

std::optional<Problem> HeadReader::parse() {
  ConnectionInput& input = connection_.input;
  Exchange& exchange = connection_.exchange;
  if (scan_.state == HeadScan::State::refused) {
    input.take_all();
    if (scan_.problem == Problem::malformed_request) exchange.note = line_fault(input.received());
    return scan_.problem;
  }
  // Before parsing creates views into the input.
  hide_proxy_connection(input.head(scan_.size));
  if (input.size() - scan_.size < least_body_room) input.grow(scan_.size + least_body_room);
  input.take(scan_.size);
  return parse_head(input.received().substr(0, scan_.size), exchange.head, exchange.note);
}

}  // namespace tacit::http
