#include "http/io/answer_writer.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <exception>

#include "http/io/response_writer.hpp"
#include "http/log/log.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// A body up to this size goes out in one piece with its head: one TLS record, one system call.
constexpr std::size_t joined_body_size = 15 * 1024;
/// The first part of a longer answer goes out in small TLS records: a client can use a record only when it is complete,
/// and a slow client gets 4 KiB sooner than 16.
constexpr std::size_t slow_start_size = 64 * 1024;
constexpr std::size_t slow_start_record = 4 * 1024;

}  // namespace

/// The chain's barrier does not cover this: an exception here ends the connection.
asio::awaitable<bool> AnswerWriter::write(bool keep_alive) {
  try {
    Exchange& exchange = connection_.exchange;
    crypto::WipedBytes& output = connection_.output;
    const crypto::WipedBytes& body = exchange.response.body;
    append_head(output, exchange, connection_.thread.date.text(), keep_alive);
    if (exchange.response.rest) {
      const bool streamed = co_await write_streamed();
      co_return streamed;
    }
    const bool joined = body.size() <= joined_body_size;
    if (joined && !exchange.head.is_head) output.append(body.view());
    bool written = co_await write_all(output.view().subspan(connection_.request.sent_ahead));
    if (written && !joined && !exchange.head.is_head) written = co_await write_all(body.view());
    co_return written;
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("unknown exception");
  }
  co_return false;
}

asio::awaitable<bool> AnswerWriter::send_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool sent = co_await write_all(crypto::as_bytes(go_on));
  connection_.request.answered = 0;  // it is not part of the answer
  co_return sent;
}

asio::awaitable<bool> AnswerWriter::write_all(crypto::ByteView data) {
  ConnectionState& state = connection_.state;
  TlsStream& stream = connection_.stream;
  std::size_t& answered = connection_.request.answered;
  state.write();
  connection_.charge_buffers();
  while (!data.empty()) {
    // The descriptor may have been reused.
    if (state.over()) co_return false;
    const bool starting = answered < slow_start_size && data.size() > joined_body_size + slow_start_record;
    const TlsStream::Result result = stream.write_some(starting ? data.first(slow_start_record) : data);
    if (result.must_wait()) {
      if (result.status != TlsStream::Status::yield) {
        state.output_stalled(connection_.socket.taken(), ConnectionState::Clock::now());
      }
      const auto [error] = co_await stream.wait(result.status);
      if (error || state.over()) co_return false;
    } else if (result.status != TlsStream::Status::done) {
      co_return false;
    }
    answered += result.size;
    data = data.subspan(result.size);
  }
  co_return true;
}

void AnswerWriter::give_up() {
  Exchange& exchange = connection_.exchange;
  const RequestProgress& request = connection_.request;
  if (request.answered <= request.sent_ahead) exchange.response.status = 408;  // for the log
  exchange.note = connection_.state.over() ? "connection_ended" : "client_left";
  exchange.response.body.clear();
  connection_.expired();
}

/// Logs like the chain's barrier. Part of the answer may have been sent, so no other answer can follow.
void AnswerWriter::fail(std::string_view what) {
  Exchange& exchange = connection_.exchange;
  log(LogLine(LogLevel::error, "panic").field("request_id", exchange.request_id).field("what", what));
  exchange.problem = Problem::internal;
  exchange.note = "panic";
  exchange.response.body.clear();
  connection_.expired();
}

/// A client that has sent a FIN has either half-closed or closed the connection. Sending the first byte of the answer
/// distinguishes them: the host of a client that has closed resets the connection, and a client that still waits
/// needs that byte anyway.
bool AnswerWriter::client_has_left() {
  static constexpr std::string_view first_of_any_answer = "H";
  if (connection_.state.over()) return true;
  TlsStream& stream = connection_.stream;
  RequestProgress& request = connection_.request;
  const ClientSocket::Peer peer = connection_.socket.peer();
  if (peer != ClientSocket::Peer::silent || request.answered > 0) return peer == ClientSocket::Peer::gone;
  connection_.turn.renew();  // other connections had their turn while the handler worked
  const TlsStream::Result result = stream.write_some(crypto::as_bytes(first_of_any_answer));
  if (result.status == TlsStream::Status::done) request.sent_ahead = request.answered = result.size;
  return result.status == TlsStream::Status::closed || result.status == TlsStream::Status::failed;
}

}  // namespace tacit::http
