#include "http/exchange/body_stream.hpp"

#include <utility>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

boost::asio::awaitable<void> answer_streamed(Exchange& exchange, std::unique_ptr<BodyStream> stream) {
  const auto ended = co_await stream->next(exchange.response.body);
  if (exchange.abandoned) co_return;
  if (!ended) {
    answer(exchange, ended.error());
    co_return;
  }
  if (*ended) co_return;
  exchange.response.rest = std::move(stream);
  // HTTP/1.0 has no chunks: the end of the connection marks the end of the body (RFC 9112 section 6.3).
  if (exchange.head.http_1_0) exchange.response.close = true;
}

}  // namespace tacit::http
