#include "http/io/response_writer.hpp"

#include "http/chain/cors.hpp"
#include "http/exchange/reason_phrase.hpp"
#include "http/json/gathered_text.hpp"

namespace tacit::http {
void append_head(crypto::WipedBytes& out, const Exchange& exchange, std::string_view date, bool keep_alive) {
  const Response& response = exchange.response;
  GatheredText text(out);
  text.add("HTTP/1.1 ");
  text.add_number(response.status);
  text.add(" ");
  text.add(reason_phrase(response.status));
  text.add("\r\nDate: ");
  text.add(date);
  // RFC 9110 sections 15.3.5 and 15.4.5: neither has content.
  const bool without_content = response.status == 204 || response.status == 304;
  if (!without_content) {
    text.add("\r\nContent-Type: ");
    text.add(response.content_type);
  }
  if (!without_content && response.rest == nullptr) {
    text.add("\r\nContent-Length: ");
    text.add_number(response.body.size());
  } else if (!without_content && !exchange.head.http_1_0) {
    text.add("\r\nTransfer-Encoding: chunked");
  }
  text.add("\r\nX-Request-Id: ");
  text.add(exchange.request_id);
  text.add("\r\nCache-Control: ");
  text.add(response.cache_control);
  text.add("\r\nX-Content-Type-Options: nosniff\r\n");
  text.flush();
  out.append(response.headers);
  if (exchange.head.has_origin) append_cors_fields(out, exchange);
  if (!keep_alive) {
    out.append("Connection: close\r\n");
  } else if (exchange.head.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace tacit::http
