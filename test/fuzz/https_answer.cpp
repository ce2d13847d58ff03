// Answers to the HTTPS client, in one piece and byte by byte; URLs, and the lifetime that an answer states.
#include "auth/https/https_response.hpp"

#include <boost/asio/buffer.hpp>

#include "auth/https/http_caching.hpp"
#include "auth/https/https_client.hpp"
#include "auth/https/https_url.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

struct Answer {
  bool header = false;
  bool done = false;
  unsigned status = 0;
  std::string fault;
  std::string body;
  std::string cache_control;
  bool operator==(const Answer&) const = default;
};

/// Gives the parser `step` bytes more each time, as a connection does.
Answer parse(std::string_view text, std::size_t step) {
  auth::HttpsParser parser;
  parser.header_limit(static_cast<std::uint32_t>(auth::HttpsClient::header_limit));
  parser.body_limit(512);
  boost::system::error_code error;
  std::size_t taken = 0;
  std::size_t given = 0;
  Answer answer;
  while (!parser.is_done() && given < text.size()) {
    given = std::min(text.size(), given + step);
    for (;;) {
      if (parser.is_header_done()) parser.eager(true);
      const std::size_t more = parser.put(boost::asio::buffer(text.data() + taken, given - taken), error);
      taken += more;
      if (error == boost::beast::http::error::need_more) error = {};
      if (error || more == 0 || parser.is_done() || taken == given) break;
    }
    if (error) break;
  }
  if (!error && !parser.is_done() && parser.is_header_done()) parser.put_eof(error);
  answer.header = parser.is_header_done();
  if (!answer.header) return answer;
  answer.status = parser.get().result_int();
  answer.fault = auth::fault_of_header(parser.get()).value_or("");
  answer.cache_control = auth::joined(parser.get(), boost::beast::http::field::cache_control);
  answer.done = !error && parser.is_done();
  if (answer.done) answer.body = parser.get().body().text();
  return answer;
}

void check_url(std::string_view text) {
  const auto url = auth::parse_https_url(text);
  if (!url) return;
  TACIT_HOLDS(url->target.starts_with('/') && url->port != 0 && !url->host.empty());
  TACIT_HOLDS(url->target.find_first_of("# \r\n") == std::string::npos);
  const auto again = auth::parse_https_url("https://" + url->authority() + url->target);
  TACIT_HOLDS(again && again->host == url->host && again->port == url->port && again->target == url->target);
}

Description describe() {
  return {.max_size = 1024,
          .seeds = {Seed().byte(0).rest("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                        "2\r\nCache-Control: max-age=60\r\n\r\n{}"),
                    Seed().byte(0).rest(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nAge: 1\r\n\r\n"),
                    Seed().byte(0).rest("HTTP/1.0 302 Found\r\nLocation: /\r\n\r\nuntil the end"),
                    Seed().byte(1).rest("https://id.example.org/path?q=1"),
                    Seed().byte(1).rest("https://[2001:db8::1]:8443"),
                    Seed().byte(2).text("max-age=60, no-transform, x=\"a,b\"").rest("10")},
          .words = {"HTTP/1.1 ",
                    "\r\n",
                    "\r\n\r\n",
                    "Content-Length: ",
                    "Transfer-Encoding: ",
                    "chunked",
                    "gzip",
                    "Content-Encoding: ",
                    "Content-Type: ",
                    "application/jwt",
                    "+json",
                    "Cache-Control: ",
                    "max-age=",
                    "no-store",
                    "s-maxage",
                    "https://",
                    "[::1]",
                    ":443",
                    "%25",
                    "0\r\n\r\n"}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 3U;
  if (kind == 1) return check_url(in.rest());
  if (kind == 2) {
    const std::string_view control = in.text();
    const auto fresh = auth::freshness(control, in.rest());
    TACIT_HOLDS(!fresh || (fresh->count() >= 0 && fresh->count() <= 315'360'000));
    return;
  }
  const std::string_view text = in.rest();
  const Answer whole = parse(text, text.size());
  TACIT_HOLDS(whole.body.size() <= 512);
  const Answer bytes = parse(text, 1);
  if (whole.done) TACIT_HOLDS(whole == bytes);
}

const Target target("https_answer", describe, take);

}  // namespace
}  // namespace tacit::fuzz
