// The raw bytes of a head: which heads are accepted, which are refused and why (RFC 9112).
#include "http/wire/framing.hpp"
#include "http/wire/head_lines.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace tacit::http {
namespace {

std::string with(const std::string& lines, const std::string& request_line = "POST /api/v1/secrets/ HTTP/1.1") {
  return request_line + "\r\nHost: localhost\r\n" + lines + "\r\n";
}

std::optional<Problem> parse(const std::string& raw) {
  RequestHead head;
  std::string why;
  return parse_head(raw, head, why);
}

std::string why_not(const std::string& raw) {
  RequestHead head;
  std::string why;
  parse_head(raw, head, why);
  return why;
}

struct Refused {
  const char* name;
  std::string raw;
};
std::ostream& operator<<(std::ostream& out, const Refused& refused) { return out << refused.name; }

const std::vector<Refused> malformed{
    {"identity", with("Transfer-Encoding: identity\r\n")},
    {"xchunked", with("Transfer-Encoding: xchunked\r\n")},
    {"chunked then identity", with("Transfer-Encoding: chunked, identity\r\n")},
    {"chunked twice in a list", with("Transfer-Encoding: chunked, chunked\r\n")},
    {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {"chunked in quotes", with("Transfer-Encoding: \"chunked\"\r\n")},
    {"chunked and a length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
    {"a length and chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
    {"chunked on HTTP/1.0", with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")},
    {"the same length twice", with("Content-Length: 5\r\nContent-Length: 5\r\n")},
    {"two lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n")},
    {"a list of lengths", with("Content-Length: 5, 5\r\n")},
    {"a signed length", with("Content-Length: +5\r\n")},
    {"a negative length", with("Content-Length: -5\r\n")},
    {"a hexadecimal length", with("Content-Length: 0x5\r\n")},
    {"an empty length", with("Content-Length: \r\n")},
    {"a length beyond 64 bits", with("Content-Length: 18446744073709551616\r\n")},
    {"no Host", "GET / HTTP/1.1\r\n\r\n"},
    {"two Hosts", with("Host: other\r\n")},
    {"two Authorizations", with("Authorization: a\r\nAuthorization: b\r\n")},
    {"two tokens", with("token: a\r\nToken: b\r\n")},
    {"two x-api-keys", with("x-api-key: a\r\nX-API-KEY: a\r\n")},
    {"two Content-Types", with("Content-Type: application/json\r\nContent-Type: text/plain\r\n")},
    {"two If-Matches", with("If-Match: \"1\"\r\nIf-Match: \"2\"\r\n")},
    {"two If-None-Matches", with("If-None-Match: *\r\nIf-None-Match: *\r\n")},
    {"two Origins", with("Origin: https://a\r\nOrigin: https://a\r\n")},
    {"two Idempotency-Keys", with("Idempotency-Key: 1\r\nIdempotency-Key: 2\r\n")},
    {"a folded field", with("X-Long: one\r\n two\r\n")},
    {"a field folded by a tab", with("X-Long: one\r\n\ttwo\r\n")},
    {"white space before the first field", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"},
    {"white space before the colon", with("Content-Length : 5\r\n")},
    {"a NUL in a field", with(std::string("X: a\0b\r\n", 8))},
    {"a control byte in a field", with("X: a\x01\r\n")},
    {"DEL in a field", with("X: a\x7f\r\n")},
    {"a bare LF", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
    {"a bare CR", with("X: a\rb\r\n")},
    {"a tab in the request line", with("", "GET\t/ HTTP/1.1")},
    {"a NUL in the request line", with("", std::string("GET /\0 HTTP/1.1", 15))},
    {"a field without a colon", with("Nothing\r\n")},
    {"a field without a name", with(": value\r\n")},
    {"HTTP/2.0", with("", "GET / HTTP/2.0")},
    {"HTTP/0.9", "GET /\r\n\r\n"},
    {"no method", with("", "/ HTTP/1.1")},
    {"no target", with("", "GET HTTP/1.1")},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_DATA_TEST_CASE(refuses_ambiguous_requests, boost::unit_test::data::make(malformed), refused) {
  const auto problem = parse(refused.raw);
  BOOST_REQUIRE(problem.has_value());
  BOOST_TEST((*problem == Problem::malformed_request));
  const std::string why = why_not(refused.raw);
  BOOST_TEST(why.ends_with("."), why);
  BOOST_TEST(why.find("RFC 9112") == std::string::npos, why);  // each fault has its own sentence
}

BOOST_AUTO_TEST_CASE(faults_have_a_reason_and_a_place) {
  const auto says = [](const std::string& raw, const std::string& words) {
    const std::string why = why_not(raw);
    BOOST_TEST(why.find(words) != std::string::npos, "'" << why << "' instead of '" << words << "'");
  };
  says("GET / HTTP/1.1\r\n\r\n", "Host is missing");
  says(with("Host: b\r\n"), "Host is repeated");
  says("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "Host is not a host's name");
  says(with("Content-Length: 5\r\nContent-Length: 5\r\n"), "Content-Length is repeated");
  says(with("content-length: 5x\r\n"), "Content-Length is not a number");
  says(with("Content-Length: 99999999999999999999999\r\n"), "Content-Length is not a number");
  says(with("Transfer-Encoding: gzip, chunked\r\n"), "Transfer-Encoding is not chunked");
  says(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "Transfer-Encoding and Content-Length");
  says(with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), "HTTP/1.0");
  says(with("Authorization: a\r\nauthorization: b\r\n"), "Authorization is repeated");
  says(with("token: a\r\ntoken: b\r\n"), "token is repeated");
  says(with("x-api-key: a\r\nx-api-key: b\r\n"), "x-api-key is repeated");
  says(with("Content-Type: a/b\r\nContent-Type: a/b\r\n"), "Content-Type is repeated");
  says(with("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "Expect is repeated");
  says(with("X: a\r\n b\r\n"), "Line 4 of the request head begins with white space");
  says(with("X: a\x01\r\n"), "Line 3 of the request head has the control character 0x01");
  says(with("X: a\nY: b\r\n"), "Line 3 of the request head ends in LF alone");
  says(with("X: a\rb\r\n"), "Line 3 of the request head has a CR");
  says(with("X : a\r\n"), "Line 3 of the request head has white space before its colon");
  says(with("nothing\r\n"), "Line 3 of the request head has no colon");
  says(with(": a\r\n"), "Line 3 of the request head has no field name");
  says(with("X(y): a\r\n"), "Line 3 of the request head has invalid characters in its field name");
  says(with("", "GET / HTTP/2.0"), "a protocol other than");
  says(with("", "PRI * HTTP/2.0"), "a protocol other than");
  says(with("", "GET /"), "The request line must be");
  says(with("", "GET /a b HTTP/1.1"), "The request line must be");
  says(with("", "G(T / HTTP/1.1"), "method");
  says(with("", "GET / HTTP/1.1 "), "The request line");
  says("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "The request line");
  says(with(""), "");
}

BOOST_AUTO_TEST_CASE(faults_do_not_repeat_the_input) {
  const std::string secret = "cAnArY";
  for (const std::string& raw :
       {with(secret + "\r\n"), with(secret + " : " + secret + "\r\n"), with("X: " + secret + "\x01\r\n"),
        with("Content-Length: " + secret + "\r\n"), with("Transfer-Encoding: " + secret + "\r\n"), with("", secret),
        with("", "GET / " + secret), with("", "GET /" + secret + "\t HTTP/1.1"), with("Host: " + secret + "\r\n"),
        with("token: " + secret + "\r\ntoken: " + secret + "\r\n")}) {
    const std::string why = why_not(raw);
    BOOST_TEST(!why.empty());
    BOOST_TEST(why.find(secret) == std::string::npos, why);
  }
}

BOOST_AUTO_TEST_CASE(a_body_is_chunked_or_has_a_length) {
  const auto head_of = [](const std::string& raw) {
    RequestHead head;
    std::string why;
    BOOST_TEST(!parse_head(raw, head, why).has_value(), why);
    return head;
  };
  for (const char* field : {"Transfer-Encoding: chunked\r\n", "transfer-encoding: Chunked\r\n"}) {
    const RequestHead head = head_of(with(field));
    BOOST_TEST((head.chunked && head.has_body() && head.content_length == 0 && head.keep_alive));
  }
  BOOST_TEST((!head_of(with("")).has_body()));
  BOOST_TEST((!head_of(with("Content-Length: 0\r\n")).has_body()));
  const RequestHead sized = head_of(with("Content-Length: 5\r\nTE: trailers\r\n"));
  BOOST_TEST((sized.has_body() && !sized.chunked));
}

BOOST_AUTO_TEST_CASE(takes_an_ordinary_request) {
  const std::string raw =
      "PATCH /v1/secrets/x?limit=2 HTTP/1.1\r\nhost: a\r\nTOKEN: t\r\nAuthorization: Bearer b\r\n"
      "X-Api-Key:\r\nContent-Type: application/json\r\nContent-Length: 12\r\nX-Request-Id: r-1\r\n"
      "Expect: 100-continue\r\nX-Note: caf\xc3\xa9\ttab\r\n\r\n";
  RequestHead head;
  std::string why;
  BOOST_REQUIRE(!parse_head(raw, head, why).has_value());
  BOOST_TEST((head.method == Method::patch));
  BOOST_TEST(head.path == "/v1/secrets/x");
  BOOST_TEST(head.query == "limit=2");
  BOOST_TEST(head.token == "t");
  BOOST_TEST(head.authorization == "Bearer b");
  BOOST_TEST(head.has_x_api_key);
  BOOST_TEST(head.x_api_key.empty());
  BOOST_TEST(head.content_length == 12U);
  BOOST_TEST(head.request_id == "r-1");
  BOOST_TEST(head.expects_continue);
  BOOST_TEST(head.keep_alive);
}

BOOST_AUTO_TEST_CASE(views_point_into_the_buffer) {
  const std::string raw = with("token: where\r\n");
  RequestHead head;
  std::string why;
  BOOST_REQUIRE(!parse_head(raw, head, why).has_value());
  BOOST_TEST((head.token.data() >= raw.data() && head.token.data() < raw.data() + raw.size()));
}

BOOST_AUTO_TEST_CASE(keeps_a_connection_as_the_version_says) {
  const auto keeps = [](const std::string& raw) {
    RequestHead head;
    std::string why;
    BOOST_REQUIRE(!parse_head(raw, head, why).has_value());
    return head.keep_alive;
  };
  BOOST_TEST(keeps(with("")));
  BOOST_TEST(!keeps(with("Connection: close\r\n")));
  BOOST_TEST(!keeps("GET / HTTP/1.0\r\n\r\n"));
  BOOST_TEST(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  BOOST_TEST(keeps("GET / HTTP/1.0\r\nConnection: x,\tKeep-Alive ,y\r\n\r\n"));
  BOOST_TEST(keeps("GET / HTTP/1.0\r\nConnection: x\r\nConnection: keep-alive\r\n\r\n"));
  BOOST_TEST(!keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
  BOOST_TEST(!keeps(with("Connection: keep-alive\r\nConnection: TE, CLOSE\r\n")));
  BOOST_TEST(keeps(with("Connection: closed, not-close\r\n")));
  // Proxy-Connection had a meaning only between a client and an old proxy (RFC 9112 appendix C.2.2).
  BOOST_TEST(!keeps("GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n"));
  BOOST_TEST(keeps(with("Proxy-Connection: close\r\n")));
}

// Beast treats Proxy-Connection like Connection, and would refuse the request for a field without meaning here.
BOOST_AUTO_TEST_CASE(proxy_connection_is_ignored_whatever_it_says) {
  const auto hidden = [](std::string raw) {
    hide_proxy_connection({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    return raw;
  };
  for (const char* const value : {"", "close", "a b", "keep-alive, (", "=;=", "\"open", ",", "\xe9"}) {
    for (const char* const name : {"Proxy-Connection", "proxy-connection", "PROXY-CONNECTION"}) {
      for (const char* const line : {"GET / HTTP/1.0", "GET / HTTP/1.1"}) {
        const std::string raw = with(std::string(name) + ":" + value + "\r\nX: y\r\n", line);
        BOOST_TEST(!parse(hidden(raw)).has_value(), raw);
        BOOST_TEST(hidden(raw).size() == raw.size());
      }
    }
  }
  // Other lines are unchanged, and the framing of this line is checked as before.
  for (const char* const lines : {"Connection: a b\r\n", "X-Proxy-Connection: x\r\n", "Proxy-Connection-X: x\r\n",
                                  "X: Proxy-Connection: x\r\n", "Proxy-Connection : x\r\n", "Proxy-Connection\r\n"}) {
    BOOST_TEST(hidden(with(lines)) == with(lines));
  }
  for (const char* const lines :
       {"Connection: a b\r\n", "Proxy-Connection : x\r\n", "Proxy-Connection: x\r\n y\r\n",
        "Proxy-Connection: x\ny: z\r\n", "Proxy-Connection: x\ry\r\n", "Proxy-Connection: x\x01\r\n",
        "Proxy-Connection: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"}) {
    BOOST_TEST((parse(hidden(with(lines))) == Problem::malformed_request), lines);
  }
  const std::string target = "GET /\r\nProxy-Connection";
  BOOST_TEST(hidden(target) == target);
}

BOOST_AUTO_TEST_CASE(finds_the_end_of_a_head_however_it_arrives) {
  const std::string raw = with("X: y\r\n") + "body";
  for (std::size_t size = 0; size + 5 <= raw.size(); ++size) {
    BOOST_TEST((scan_head(raw.substr(0, size), size / 2).state == HeadScan::State::incomplete), "at " << size);
  }
  for (std::size_t searched = 0; searched < raw.size() - 4; ++searched) {
    const HeadScan scan = scan_head(raw, searched);
    BOOST_REQUIRE((scan.state == HeadScan::State::complete));
    BOOST_TEST(scan.size == raw.size() - 4);
  }
}

// Otherwise such a head might never end, and the server would wait until the deadline.
BOOST_AUTO_TEST_CASE(refuses_line_ends_of_lf_alone_at_once) {
  const auto refused = [](const std::string& raw, std::size_t searched = 0) {
    const HeadScan scan = scan_head(raw, searched);
    return scan.state == HeadScan::State::refused && scan.problem == Problem::malformed_request;
  };
  const std::string bare = "GET /healthz HTTP/1.1\nHost: a\n\n";
  BOOST_TEST(refused(bare));
  BOOST_TEST(line_fault(bare).starts_with("Line 1 of the request head ends in LF alone"));
  BOOST_TEST(refused("\n"));
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\n"));
  BOOST_TEST(line_fault("GET / HTTP/1.1\r\nHost: a\n").starts_with("Line 2 of the request head ends in LF alone"));
  for (std::size_t searched = 0; searched < bare.find('\n'); ++searched) {
    BOOST_TEST(refused(bare.substr(0, bare.find('\n') + 1), searched), searched);
  }
  BOOST_TEST(!refused(bare.substr(0, bare.find('\n'))));
  // Bytes that cannot begin a request: TLS on a plain port.
  BOOST_TEST(refused("\x16\x03\x01\x02"));
  BOOST_TEST(line_fault("\x16\x03\x01\x02").starts_with("A TLS handshake"));
  BOOST_TEST(refused("\x80\x2e\x01"));
  BOOST_TEST(!refused("\r"));
  // A head that is cut between CR and LF, and bytes after a complete head.
  BOOST_TEST((scan_head("GET / HTTP/1.1\r\nHost: a\r\n", 15).state == HeadScan::State::incomplete));
  BOOST_TEST((scan_head(with("") + "a\nb\n", 0).state == HeadScan::State::complete));
}

BOOST_AUTO_TEST_CASE(bounds_the_head) {
  const std::string long_target = "GET /" + std::string(max_target_size + 100, 'a');
  const HeadScan target = scan_head(long_target, 0);
  BOOST_TEST((target.state == HeadScan::State::refused));
  BOOST_TEST((target.problem == Problem::target_too_long));
  for (const char* method : {"GET", "OPTIONS"}) {
    const auto to = [&](std::size_t size) {
      return with("", method + std::string(" /") + std::string(size - 1, 'a') + " HTTP/1.1");
    };
    BOOST_TEST((scan_head(to(max_target_size), 0).state == HeadScan::State::complete));
    BOOST_TEST(!parse(to(max_target_size)).has_value());
    BOOST_TEST((parse(to(max_target_size + 1)) == Problem::target_too_long));
  }

  const std::string long_field = "GET / HTTP/1.1\r\nX: " + std::string(max_head_size, 'a');
  const HeadScan field = scan_head(long_field, 0);
  BOOST_TEST((field.state == HeadScan::State::refused));
  BOOST_TEST((field.problem == Problem::header_too_large));

  std::string exact = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  exact += std::string(max_head_size - exact.size() - 4, 'a') + "\r\n\r\n";
  BOOST_TEST((scan_head(exact, 0).state == HeadScan::State::complete));
  BOOST_TEST(!parse(exact).has_value());
}

BOOST_AUTO_TEST_CASE(bounds_the_number_of_fields) {
  std::string fields;
  for (std::size_t i = 0; i < max_field_count - 1; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
  BOOST_TEST(!parse(with(fields)).has_value());
  BOOST_TEST(parse(with(fields + "X-One-More: y\r\n")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
