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

/// What has arrived behind a request line that is too long, within the limit of a head: perhaps the field Origin.
void HeadReader::take_arrived() {
  ConnectionInput& input = connection_.input;
  while (input.received().size() < max_head_size) {
    if (input.room().empty() && !grow_input()) return;
    const TlsStream::Result result = connection_.stream.read_some(input.room());
    if (result.status != TlsStream::Status::done) return;
    input.add(result.size);
  }
}

asio::awaitable<bool> HeadReader::read() {
  ConnectionInput& input = connection_.input;
  ConnectionState& state = connection_.state;
  TlsStream& stream = connection_.stream;
  std::size_t searched = 0;
  state.await_input(Stage::idle, ConnectionState::Clock::now());
  input.rest();
  for (;;) {
    skip_empty_line();
    scan_ = scan_head(input.received(), searched);
    if (!input.received().empty() && state.idle()) state.await_input(Stage::head, ConnectionState::Clock::now());
    if (scan_.state != HeadScan::State::incomplete) {
      if (scan_.problem == Problem::target_too_long && scan_.state == HeadScan::State::refused) take_arrived();
      co_return true;
    }
    searched = input.received().size();
    if (state.is_unwanted() && !stream.has_input()) co_return false;
    if (!input.received().empty() && input.room().empty() && !grow_input()) {
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
    exchange.head.take_origin(only_origin(input.received()));
    return scan_.problem;
  }
  // Before parsing creates views into the input.
  hide_proxy_connection(input.head(scan_.size));
  if (input.size() - scan_.size < least_body_room) input.grow(scan_.size + least_body_room);
  input.take(scan_.size);
  const std::string_view raw = input.received().substr(0, scan_.size);
  const auto problem = parse_head(raw, exchange.head, exchange.note);
  if (problem) exchange.head.take_origin(only_origin(raw));
  return problem;
}

}  // namespace tacit::http
