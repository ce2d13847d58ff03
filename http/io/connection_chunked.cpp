// Reads a chunked body through the room behind the head in the connection's input, taking turns with other connections
// of the thread.
#include <boost/asio/use_awaitable.hpp>

#include "http/io/connection_body.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// Bytes that one connection takes before others have their turn. A limit, because chunks may be of one byte each.
constexpr std::size_t most_in_turn = 64 * 1024;

}  // namespace

/// Decodes what the input holds, and frees its room from `room_begins` on. Returns the body's result, std::nullopt
/// while more of it is to come.
std::optional<BodyRead> ConnectionBody::decode_chunks(ChunkDecoder& decoder, std::size_t room_begins) {
  ConnectionInput& input = connection_.input;
  Exchange& exchange = connection_.exchange;
  const bool wanted = exchange.route->body_limit > 0;
  input.take(decoder.take(input.untaken(), exchange.body));
  if (!wanted) exchange.body.clear();
  connection_.charge_buffers();
  if (decoder.state() != ChunkDecoder::State::unfinished) {
    end_body();
    if (decoder.state() == ChunkDecoder::State::complete) return BodyRead::complete;
    exchange.note = decoder.fault();
    return decoder.state() == ChunkDecoder::State::malformed ? BodyRead::malformed : BodyRead::too_large;
  }
  const auto share = exchange.plane == Plane::tools ? BufferShare::tools : BufferShare::api;
  const ThreadState& thread = connection_.thread;
  if (wanted && (thread.buffers.lacks(0, share) || lacks_tenant_memory(exchange, thread, 0))) {
    connection_.state.serve();
    return BodyRead::no_memory;
  }
  input.drop_from(room_begins);
  return std::nullopt;
}

/// The head's fields are views into the input, in front of the bytes that are read here, so trailers cannot alter them.
asio::awaitable<BodyRead> ConnectionBody::read_chunked_body(Exchange& exchange) {
  ConnectionInput& input = connection_.input;
  ConnectionState& state = connection_.state;
  TlsStream& stream = connection_.stream;
  ChunkDecoder decoder(largest_body(exchange));
  state.await_input(Stage::body, ConnectionState::Clock::now());
  if (input.untaken().empty() && exchange.head.expects_continue) {
    const bool sent = co_await invite();
    if (!sent) co_return BodyRead::incomplete;
  }
  const std::size_t room_begins = input.taken();
  std::size_t in_turn = 0;
  for (;;) {
    const std::optional<BodyRead> ended = decode_chunks(decoder, room_begins);
    if (ended) co_return *ended;
    if (in_turn >= most_in_turn) {
      in_turn = 0;
      co_await stream.wait(TlsStream::Status::yield);
    }
    if (state.over()) co_return BodyRead::incomplete;
    const TlsStream::Result result = stream.read_some(input.room());
    if (result.must_wait()) {
      const auto [error] = co_await stream.wait(result.status);
      if (error || state.over()) co_return BodyRead::incomplete;
      in_turn = 0;
    } else if (result.status != TlsStream::Status::done) {
      co_return BodyRead::incomplete;
    }
    input.add(result.size);
    in_turn += result.size;
  }
}

}  // namespace tacit::http
