#include "http/io/response_writer.hpp"

#include "http/chain/cors.hpp"
#include "http/exchange/reason_phrase.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {
void append_head(crypto::WipedBytes& out, const Exchange& exchange, std::string_view date, bool keep_alive) {
  const Response& response = exchange.response;
  out.append("HTTP/1.1 ");
  write_number(out, response.status);
  out.push_back(' ');
  out.append(reason_phrase(response.status));
  out.append("\r\nDate: ");
  out.append(date);
  // RFC 9110 sections 15.3.5 and 15.4.5: neither has content.
  const bool without_content = response.status == 204 || response.status == 304;
  if (!without_content) {
    out.append("\r\nContent-Type: ");
    out.append(response.content_type);
  }
  if (!without_content && response.rest == nullptr) {
    out.append("\r\nContent-Length: ");
    write_number(out, response.body.size());
  } else if (!without_content && !exchange.head.http_1_0) {
    out.append("\r\nTransfer-Encoding: chunked");
  }
  out.append("\r\nX-Request-Id: ");
  out.append(exchange.request_id);
  out.append("\r\nCache-Control: ");
  out.append(response.cache_control);
  out.append("\r\nX-Content-Type-Options: nosniff\r\n");
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
