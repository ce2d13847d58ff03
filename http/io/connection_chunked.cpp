// How a connection reads a chunked body: through the room behind the head in its input, in turns with other
// connections of its thread.
#include <boost/asio/use_awaitable.hpp>

#include "http/io/connection.hpp"
#include "http/wire/chunk_decoder.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// Bytes that one connection takes before others have their turn: their chunks may be of one byte each.
constexpr std::size_t most_in_turn = 64 * 1024;

}  // namespace

/// The fields of the head are views into the input, in front of what is read here; trailers touch none of them.
asio::awaitable<BodyRead> Connection::read_chunked_body(Exchange& exchange) {
  ChunkDecoder decoder(largest_body(*exchange.route));
  await_input(thread_.server.timeouts.body);
  if (filled_ == used_ && exchange.head.expects_continue) {
    const bool sent = co_await send_continue();
    if (!sent) co_return BodyRead::incomplete;
  }
  const std::size_t room_begins = used_;
  const bool wanted = exchange.route->body_limit > 0;
  std::size_t in_turn = 0;
  for (;;) {
    used_ += decoder.take(input_.view().subspan(used_, filled_ - used_), body_);
    if (!wanted) body_.clear();
    charge_buffers();
    if (decoder.state() != ChunkDecoder::State::unfinished) break;
    const auto share = exchange.plane == Plane::tools ? BufferShare::tools : BufferShare::api;
    if (wanted && thread_.buffers.lacks(0, share)) {
      expire_never();
      co_return BodyRead::no_memory;
    }
    crypto::wipe(input_.data() + room_begins, filled_ - room_begins);
    filled_ = used_ = room_begins;
    if (in_turn >= most_in_turn) {
      in_turn = 0;
      co_await stream_.wait(TlsStream::Status::yield);
    }
    if (phase_ == Phase::over) co_return BodyRead::incomplete;
    const TlsStream::Result result = stream_.read_some(input_.span().subspan(filled_));
    if (result.must_wait()) {
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return BodyRead::incomplete;
      in_turn = 0;
    } else if (result.status != TlsStream::Status::done) {
      co_return BodyRead::incomplete;
    }
    filled_ += result.size;
    in_turn += result.size;
  }
  expire_never();
  judge_certificate();  // its time may have come while the body did
  if (decoder.state() == ChunkDecoder::State::complete) co_return BodyRead::complete;
  exchange.note = decoder.fault();
  co_return decoder.state() == ChunkDecoder::State::malformed ? BodyRead::malformed : BodyRead::too_large;
}

}  // namespace tacit::http
