// An answer whose body is made while it is sent: over HTTP/1.1 in chunks (RFC 9112 section 7.1), over HTTP/1.0 until
// the connection ends. No more of it than a piece is in memory, however slowly the client takes it.
#include <charconv>
#include <utility>

#include "http/exchange/problem.hpp"
#include "http/io/connection.hpp"
#include "http/log/log.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

void append_chunk_size(crypto::WipedBytes& out, std::size_t size) {
  std::array<char, 16> digits;
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  out.append("\r\n");
}

}  // namespace

/// Sends what stands in `output_`, the head, and the body. Whether all of it was sent.
asio::awaitable<bool> Connection::write_streamed() {
  Response& response = exchange_.response;
  const std::unique_ptr<BodyStream> rest = std::move(response.rest);
  std::size_t ahead = sent_ahead_;
  if (exchange_.head.is_head) co_return co_await write_all(output_.view().subspan(ahead));
  const bool chunked = !exchange_.head.http_1_0;
  for (bool last = false;;) {
    const std::size_t size = response.body.size();
    if (chunked && size > 0) {  // an empty chunk would be the last one
      append_chunk_size(output_, size);
      response.body.append("\r\n");
    }
    if (chunked && last) response.body.append("0\r\n\r\n");
    bool written = co_await write_all(output_.view().subspan(std::exchange(ahead, 0)));
    if (written) written = co_await write_all(response.body.view());
    if (!written) co_return false;
    response.streamed += size;
    output_.clear();
    response.body.clear();
    if (last) co_return true;
    expire_never();  // reading has a deadline of its own (http/api/list_stream.hpp)
    const auto ended = co_await rest->next(response.body);
    if (exchange_.abandoned) {
      give_up();
      co_return false;
    }
    if (!ended) {
      cut_short(ended.error());
      co_return false;
    }
    if (phase_ == Phase::over) co_return false;
    last = *ended;
  }
}

/// Ends the connection at once: without the last chunk, and without TLS's word that all was sent, so that no client
/// takes what it has for the whole.
void Connection::cut_short(const store::Failure& failure) {
  note_failure(exchange_, failure);
  exchange_.response.body.clear();
  log(LogLine(LogLevel::error, "answer_cut_short")
          .field("request_id", exchange_.request_id)
          .field("reason", exchange_.note));
  expired();
}

/// As the chain's barrier logs it. How much the client has is not known, so there is no other answer.
void Connection::fail_while_writing(std::string_view what) {
  log(LogLine(LogLevel::error, "panic").field("request_id", exchange_.request_id).field("what", what));
  exchange_.problem = Problem::internal;
  exchange_.note = "panic";
  exchange_.response.body.clear();
  expired();
}

/// There is nobody to answer. What was sent cannot be taken for whole, as when it is cut short.
void Connection::give_up() {
  if (answered_ <= sent_ahead_) exchange_.response.status = 408;  // for the log
  exchange_.note = phase_ == Phase::over ? "connection_ended" : "client_left";
  exchange_.response.body.clear();
  expired();
}

/// A client that has sent its FIN may have half-closed the connection, or closed it. The first byte of the answer
/// tells: a host whose client has closed resets the connection at it, and who waits for an answer has the first byte of
/// it.
bool Connection::client_has_left() {
  static constexpr std::string_view first_of_any_answer = "H";
  if (phase_ == Phase::over) return true;
  const TlsStream::Peer peer = stream_.peer();
  if (peer != TlsStream::Peer::silent || answered_ > 0) return peer == TlsStream::Peer::gone;
  stream_.begin_turn();
  const TlsStream::Result result = stream_.write_some(crypto::as_bytes(first_of_any_answer));
  if (result.status == TlsStream::Status::done) sent_ahead_ = answered_ = result.size;
  return result.status == TlsStream::Status::closed || result.status == TlsStream::Status::failed;
}

}  // namespace tacit::http
