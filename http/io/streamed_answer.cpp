// An answer whose body is produced while it is sent: over HTTP/1.1 in chunks (RFC 9112 section 7.1), over HTTP/1.0
// until the connection ends. Only one piece is in memory, however slowly the client takes it.
#include <charconv>
#include <utility>

#include "http/exchange/problem.hpp"
#include "http/io/answer_writer.hpp"
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

/// Sends the head, which is in the output, and the body. Whether all of it was sent.
asio::awaitable<bool> AnswerWriter::write_streamed() {
  crypto::WipedBytes& output = connection_.output;
  Exchange& exchange = connection_.exchange;
  Response& response = exchange.response;
  const std::unique_ptr<BodyStream> rest = std::move(response.rest);
  std::size_t ahead = connection_.request.sent_ahead;
  if (exchange.head.is_head) co_return co_await write_all(output.view().subspan(ahead));
  const bool chunked = !exchange.head.http_1_0;
  for (bool last = false;;) {
    const std::size_t size = response.body.size();
    if (chunked && size > 0) {  // an empty chunk would be the last one
      append_chunk_size(output, size);
      response.body.append("\r\n");
    }
    if (chunked && last) response.body.append("0\r\n\r\n");
    bool written = co_await write_all(output.view().subspan(std::exchange(ahead, 0)));
    if (written) written = co_await write_all(response.body.view());
    if (!written) co_return false;
    response.streamed += size;
    output.clear();
    response.body.clear();
    if (last) co_return true;
    connection_.state.serve();  // reading has a deadline of its own (http/api/list_stream.hpp)
    const auto ended = co_await rest->next(response.body);
    if (exchange.abandoned) {
      give_up();
      co_return false;
    }
    if (!ended) {
      cut_short(ended.error());
      co_return false;
    }
    if (connection_.state.over()) co_return false;
    last = *ended;
  }
}

/// Ends the connection at once, without the last chunk and without TLS's close_notify, so that no client mistakes the
/// partial answer for a complete one.
void AnswerWriter::cut_short(const store::Failure& failure) {
  Exchange& exchange = connection_.exchange;
  note_failure(exchange, failure);
  exchange.response.body.clear();
  log(LogLine(LogLevel::error, "answer_cut_short")
          .field("request_id", exchange.request_id)
          .field("reason", exchange.note));
  connection_.expired();
}

}  // namespace tacit::http
