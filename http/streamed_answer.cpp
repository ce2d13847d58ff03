// An answer whose body is made while it is sent: over HTTP/1.1 in chunks (RFC 9112 section 7.1), over HTTP/1.0 until
// the connection ends. No more of it than a piece is in memory, however slowly the client takes it.
#include <charconv>

#include "http/connection.hpp"
#include "http/log.hpp"
#include "http/problem.hpp"

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
  if (exchange_.head.is_head) co_return co_await write_all(output_.view());
  const bool chunked = !exchange_.head.http_1_0;
  for (bool last = false;;) {
    const std::size_t size = response.body.size();
    if (chunked && size > 0) {  // an empty chunk would be the last one
      append_chunk_size(output_, size);
      response.body.append("\r\n");
    }
    if (chunked && last) response.body.append("0\r\n\r\n");
    bool written = co_await write_all(output_.view());
    if (written) written = co_await write_all(response.body.view());
    if (!written) co_return false;
    response.streamed += size;
    output_.clear();
    response.body.clear();
    if (last) co_return true;
    expire_never();  // no deadline of the client's runs while the store is read
    const auto ended = co_await rest->next(response.body);
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

}  // namespace tacit::http
