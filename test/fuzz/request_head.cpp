// Heads of requests: searched in one piece and byte by byte, and read by a second, simple reader of fields.
#include "crypto/text/ascii.hpp"
#include "http/wire/framing.hpp"

#include "http/api/change_terms.hpp"
#include "http/chain/request_terms.hpp"
#include "http/json/limits.hpp"
#include "http/wire/head_lines.hpp"
#include "http/wire/request_id.hpp"
#include "http/wire/target.hpp"
#include "http/wire/trace_context.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using http::HeadScan;

HeadScan scan_by_bytes(std::string_view text) {
  HeadScan scan;
  std::size_t searched = 0;
  for (std::size_t size = 1; size <= text.size() && scan.state == HeadScan::State::incomplete; ++size) {
    scan = http::scan_head(text.substr(0, size), searched);
    searched = size;
  }
  return scan;
}

/// The values of the fields of that name, as a simple reader sees them.
std::vector<std::string_view> fields_of(std::string_view head, std::string_view name) {
  std::vector<std::string_view> values;
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.starts_with("\r\n")) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (crypto::equal_ignoring_case(line.substr(0, colon), name))
      values.push_back(crypto::trimmed(line.substr(colon + 1)));
  }
  return values;
}

/// Conditions and Idempotency-Key, on a route that takes all of them.
void check_terms(const http::RequestHead& head) {
  using http::Terms;
  // Neither function uses the store.
  alignas(store::Store) static std::array<std::byte, sizeof(store::Store)> no_store;
  static const http::Services services{.store = reinterpret_cast<store::Store&>(no_store)};
  static crypto::WipedBytes body;
  static const http::Route route{.method = http::Method::post,
                                 .path = "/",
                                 .scope = store::Scope::none,
                                 .authenticated = true,
                                 .body_limit = 1024,
                                 .handler = nullptr,
                                 .terms = Terms::if_match | Terms::if_none_match | Terms::idempotency_key};
  http::Exchange exchange({.services = services, .plane = http::Plane::api, .body = body});
  exchange.head = head;
  exchange.route = &route;
  const std::string_view key = head.idempotency_key;
  const bool good = !key.empty() && key.size() <= http::limits::idempotency_key &&
                    std::ranges::all_of(key, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  TACIT_HOLDS(http::terms_problem(exchange).has_value() == (head.has_idempotency_key && !good));
  const auto terms = http::change_terms(exchange);
  if (!terms) return;
  TACIT_HOLDS(terms->idempotency.has_value() == head.has_idempotency_key);
  if (terms->idempotency) TACIT_HOLDS(terms->idempotency->key.text() == key);
}

void check_head(std::string_view raw, const http::RequestHead& head) {
  TACIT_HOLDS(fields_of(raw, "host").size() == 1 || head.http_1_0);
  const auto lengths = fields_of(raw, "content-length");
  const auto codings = fields_of(raw, "transfer-encoding");
  TACIT_HOLDS(lengths.size() == (head.has_content_length ? 1U : 0U) && codings.size() == (head.chunked ? 1U : 0U));
  TACIT_HOLDS(!(head.chunked && head.has_content_length) && !(head.chunked && head.http_1_0));
  if (head.has_content_length) {
    const std::size_t zeros = std::min(lengths[0].find_first_not_of('0'), lengths[0].size() - 1);
    TACIT_HOLDS(std::to_string(head.content_length) == lengths[0].substr(zeros));
  }
  const auto check_one = [raw](std::string_view name, bool present, std::string_view value) {
    const auto values = fields_of(raw, name);
    TACIT_HOLDS(values.size() == (present ? 1U : 0U));
    TACIT_HOLDS(!present || values[0] == value);
  };
  check_one("authorization", head.has_authorization, head.authorization);
  check_one("token", head.has_token, head.token);
  check_one("x-api-key", head.has_x_api_key, head.x_api_key);
  check_one("if-match", head.has_if_match, head.if_match);
  check_one("idempotency-key", head.has_idempotency_key, head.idempotency_key);
  TACIT_HOLDS(fields_of(raw, "x-forwarded-for") == head.forwarded_for && fields_of(raw, "forwarded") == head.forwarded);
  TACIT_HOLDS(http::sane_traceparent(head.traceparent) == head.traceparent);
  static http::RequestIds ids;
  TACIT_HOLDS(!ids.take(head.request_id).empty());
  http::target_fault(head.target);
  check_terms(head);
}

Description describe() {
  const std::string host = "Host: tacit.example.org\r\n";
  return {
      .max_size = 2048,
      .seeds =
          {"GET /v1/user-secrets HTTP/1.1\r\n" + host + "\r\n",
           "POST /v1/user-secrets?x=1 HTTP/1.1\r\n" + host +
               "Content-Type: application/json\r\nContent-Length: 12\r\ntoken: tct_x\r\nIdempotency-Key: k\r\n\r\n{}",
           "PUT / HTTP/1.1\r\n" + host +
               "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\nIf-Match: \"1\"\r\n\r\n0\r\n\r\n",
           "GET / HTTP/1.0\r\nConnection: keep-alive\r\nProxy-Connection: close\r\n\r\n",
           "GET / HTTP/1.1\r\n" + host +
               "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\ntraceparent: "
               "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: a.b\r\n\r\n",
           "\x16\x03\x01", "GET / HTTP/1.1\nHost: x\n\n"},
      .words = {"\r\n",
                "\r\n\r\n",
                " HTTP/1.1\r\n",
                " HTTP/1.0\r\n",
                "Host: ",
                "Content-Length: ",
                "Transfer-Encoding: chunked",
                "Authorization: Bearer ",
                "token: ",
                "x-api-key: ",
                "Connection: close",
                "Proxy-Connection",
                "Expect: 100-continue",
                "Content-Encoding: gzip",
                "If-None-Match: *",
                "Idempotency-Key: ",
                "Upgrade: h2c",
                "Origin: https://",
                "HEAD ",
                "OPTIONS ",
                "PATCH ",
                "\t",
                ": ",
                "chunked, identity"}};
}

void take(std::string_view input) {
  const HeadScan whole = http::scan_head(input, 0);
  const HeadScan bytes = scan_by_bytes(input);
  TACIT_HOLDS(whole.state != HeadScan::State::complete || bytes.state == HeadScan::State::refused ||
              bytes.size == whole.size);
  TACIT_HOLDS(whole.state != HeadScan::State::incomplete || bytes.state == HeadScan::State::incomplete);
  const std::string fault = http::line_fault(input);
  if (whole.state != HeadScan::State::complete) return;
  TACIT_HOLDS(whole.size <= input.size() && input.substr(0, whole.size).ends_with("\r\n\r\n"));
  std::string raw(input.substr(0, whole.size));
  http::hide_proxy_connection({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  http::RequestHead head;
  std::string why;
  const auto problem = http::parse_head(raw, head, why);
  if (!problem) return check_head(raw, head);
  TACIT_HOLDS(*problem != http::Problem::malformed_request || !why.empty());
}

const Target target("request_head", describe, take);

}  // namespace
}  // namespace tacit::fuzz
