// Messages that two HTTP parsers could read differently: each is refused and its connection closed, so that nothing
// after it is read as a request. The bytes are sent exactly as written here.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::string_literals;

namespace {

const Tenant& tenant() {
  static const Tenant made = new_tenant();
  return made;
}

std::string with_api_key(const std::string& head) { return head + "x-api-key: " + tenant().key + "\r\n"; }

const std::string get = "GET /api/v1/secrets/ HTTP/1.1\r\n";
const std::string post = "POST /api/v1/secrets/ HTTP/1.1\r\n";
const std::string host = "Host: 127.0.0.1\r\n";
const std::string json_type = "Content-Type: application/json\r\n";
const std::string body = R"({"secret_name":"smuggled","secret_value":"12345678"})";
const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";

// The request after the hostile message. An answer to it would show that the message was read differently than judged.
std::string follower() { return with_api_key("GET /healthz HTTP/1.1\r\n" + host) + "\r\n"; }

// Sends a message and a request after it. Expects one answer with that status, and the end of the connection.
void expect_refusal(const std::string& bytes, int status) {
  HttpsClient client(shared_server().api_client());
  client.send(bytes + follower());
  const Answer answer = client.read_answer();
  CHECK_STATUS(answer, status);
  BOOST_TEST(answer.closes());
  const std::string detail = answer.text("detail");
  BOOST_TEST((detail.ends_with(".") && detail.find("smuggled") == std::string::npos), detail);
  BOOST_TEST(client.closed_by_server());
}

struct Message {
  std::string name;
  std::string bytes;
  int status = 400;
};

void expect_refusals(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    BOOST_TEST_CONTEXT(message.name) { expect_refusal(message.bytes, message.status); }
  }
}

std::string posting(const std::string& more) { return with_api_key(post + host + json_type) + more + "\r\n"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(a_head_with_lf_alone_is_answered_at_once) {
  HttpsClient client(shared_server().api_client());
  client.send("GET /healthz HTTP/1.1\nHost: a\n\n");
  const Answer answer = client.read_answer();
  CHECK_STATUS(answer, 400);
  BOOST_TEST(answer.text("detail") == "Line 1 of the request head ends in LF alone; lines end in CR and LF.");
  BOOST_TEST(client.closed_by_server());
}

BOOST_AUTO_TEST_CASE(transfer_encodings_other_than_chunked_are_refused) {
  const std::string chunks = "34\r\n" + body + "\r\n0\r\n\r\n";
  BOOST_REQUIRE(body.size() == 0x34);
  expect_refusals({
      {"identity", posting("Transfer-Encoding: identity\r\n") + chunks},
      {"xchunked", posting("Transfer-Encoding: xchunked\r\n") + chunks},
      {"chunked, identity", posting("Transfer-Encoding: chunked, identity\r\n") + chunks},
      {"gzip, chunked", posting("Transfer-Encoding: gzip, chunked\r\n") + chunks},
      {"chunked twice", posting("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + chunks},
      {"chunked and identity in two fields",
       posting("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + chunks},
      {"empty", posting("Transfer-Encoding:\r\n") + chunks},
      {"with a vertical tab", posting("Transfer-Encoding: \x0b"
                                      "chunked\r\n") +
                                  chunks},
      {"with a length", posting("Transfer-Encoding: chunked\r\n" + length) + chunks},
      {"after a length", posting(length + "Transfer-Encoding: chunked\r\n") + chunks},
      {"identity with a length", posting(length + "Transfer-Encoding: identity\r\n") + body},
      {"on HTTP/1.0", with_api_key("POST /api/v1/secrets/ HTTP/1.0\r\n" + host + json_type) +
                          "Transfer-Encoding: chunked\r\n\r\n" + chunks},
      {"on a GET", with_api_key(get + host) + "Transfer-Encoding: identity\r\n\r\n" + chunks},
  });
}

BOOST_AUTO_TEST_CASE(content_length_is_one_plain_number) {
  expect_refusals({
      {"repeated, equal", posting(length + length) + body},
      {"repeated, different", posting(length + "Content-Length: 0\r\n") + body},
      {"a list", posting("Content-Length: 52, 52\r\n") + body},
      {"a sign", posting("Content-Length: +52\r\n") + body},
      {"negative", posting("Content-Length: -52\r\n") + body},
      {"hexadecimal", posting("Content-Length: 0x34\r\n") + body},
      {"a fraction", posting("Content-Length: 52.0\r\n") + body},
      {"empty", posting("Content-Length:\r\n") + body},
      {"words", posting("Content-Length: many\r\n") + body},
      {"inner space", posting("Content-Length: 5 2\r\n") + body},
      {"beyond 64 bits", posting("Content-Length: 18446744073709551668\r\n") + body},
      {"a space before the colon", posting("Content-Length : 52\r\n") + body},
  });
}

BOOST_AUTO_TEST_CASE(a_post_without_a_length_has_no_body) {
  HttpsClient client(shared_server().api_client());
  client.send(posting("") + follower());
  REQUIRE_STATUS(client.read_answer(), 422);
  REQUIRE_STATUS(client.read_answer(), 200);
}

BOOST_AUTO_TEST_CASE(a_request_has_exactly_one_host) {
  expect_refusals({
      {"none", with_api_key(get) + "\r\n"},
      {"two", with_api_key(get + host + host) + "\r\n"},
      {"two different", with_api_key(get + host + "Host: elsewhere\r\n") + "\r\n"},
      {"empty", with_api_key(get + "Host:\r\n") + "\r\n"},
      {"with a path", with_api_key(get + "Host: a/b\r\n") + "\r\n"},
      {"with a space", with_api_key(get + "Host: a b\r\n") + "\r\n"},
      {"a list", with_api_key(get + "Host: a, b\r\n") + "\r\n"},
  });
}

BOOST_AUTO_TEST_CASE(a_repeated_decisive_header_is_refused) {
  const std::string key = tenant().key;
  expect_refusals({
      {"token", with_api_key(get + host) + "token: " + key + "\r\ntoken: " + key + "\r\n\r\n"},
      {"Authorization", get + host + "Authorization: " + key + "\r\nauthorization: x\r\n\r\n"},
      {"x-api-key", with_api_key(with_api_key(get + host)) + "\r\n"},
      {"Content-Type", posting(length + "Content-Type: text/plain\r\n") + body},
      {"If-Match", with_api_key(get + host) + "If-Match: \"a\"\r\nIf-Match: \"b\"\r\n\r\n"},
      {"Idempotency-Key", posting(length + "Idempotency-Key: a\r\nIdempotency-Key: a\r\n") + body},
  });
}

BOOST_AUTO_TEST_CASE(fields_are_plain_lines) {
  expect_refusals({
      {"a folded line", with_api_key(get + host) + "X-Folded: a\r\n b\r\n\r\n"},
      {"a folded line with a tab", with_api_key(get + host) + "X-Folded: a\r\n\tb\r\n\r\n"},
      {"a folded first line", get + " X-First: a\r\n" + with_api_key(host) + "\r\n"},
      {"a field folded away", with_api_key(get + host) + "Content-Length:\r\n 0\r\n\r\n"},
      {"NUL in a value", with_api_key(get + host) + "X: a\0b\r\n\r\n"s},
      {"NUL in a name", with_api_key(get + host) + "X\0: a\r\n\r\n"s},
      {"a control byte in a value", with_api_key(get + host) + "X: a\x01"
                                                               "b\r\n\r\n"},
      {"DEL in a value", with_api_key(get + host) + "X: a\x7f\r\n\r\n"},
      {"a bare CR in a value", with_api_key(get + host) + "X: a\rContent-Length: 5\r\n\r\n"},
      {"a bare LF after a field", with_api_key(get + host) + "X: a\n\r\n"},
      {"bare LFs all over", "GET /healthz HTTP/1.1\nHost: x\n\n"},
      {"a bare LF after the request line", "GET /healthz HTTP/1.1\n" + host + "\r\n"},
      {"no colon", with_api_key(get + host) + "nonsense\r\n\r\n"},
      {"no name", with_api_key(get + host) + ": value\r\n\r\n"},
      {"a space in a name", with_api_key(get + host) + "X Y: a\r\n\r\n"},
      {"a space before the colon", with_api_key(get + host) + "X : a\r\n\r\n"},
      {"a byte beyond ASCII in a name", with_api_key(get + host) + "X\xc3\xa4: a\r\n\r\n"},
  });
}

BOOST_AUTO_TEST_CASE(request_lines_are_plain) {
  const std::string rest = with_api_key(host) + "\r\n";
  expect_refusals({
      {"no version", "GET /healthz\r\n" + rest},
      {"HTTP/2.0", "GET /healthz HTTP/2.0\r\n" + rest},
      {"HTTP/1.2", "GET /healthz HTTP/1.2\r\n" + rest},
      {"HTTP/0.9", "GET /healthz HTTP/0.9\r\n" + rest},
      {"http/1.1", "GET /healthz http/1.1\r\n" + rest},
      {"two spaces", "GET  /healthz HTTP/1.1\r\n" + rest},
      {"a tab", "GET\t/healthz HTTP/1.1\r\n" + rest},
      {"a space in the target", "GET /heal thz HTTP/1.1\r\n" + rest},
      {"a trailing space", "GET /healthz HTTP/1.1 \r\n" + rest},
      {"a leading space", " GET /healthz HTTP/1.1\r\n" + rest},
      {"a fragment", "GET /healthz#top HTTP/1.1\r\n" + rest},
      {"a control byte in the target", "GET /healthz\x01 HTTP/1.1\r\n" + rest},
      {"no slash", "GET healthz HTTP/1.1\r\n" + rest},
      {"a method of strange characters", "G(T /healthz HTTP/1.1\r\n" + rest},
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
  });
}

BOOST_AUTO_TEST_CASE(targets_in_other_forms) {
  const std::string rest = with_api_key(host) + "\r\n";
  for (const std::string line :
       {"GET https://127.0.0.1/healthz HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "GET * HTTP/1.1\r\n",
        "CONNECT 127.0.0.1:443 HTTP/1.1\r\n", "GET //127.0.0.1/healthz HTTP/1.1\r\n"}) {
    BOOST_TEST_CONTEXT(line) {
      HttpsClient client(shared_server().api_client());
      client.send(line + rest);
      const Answer answer = client.read_answer();
      BOOST_TEST((answer.status == 400 || answer.status == 404 || answer.status == 405), "status " << answer.status);
    }
  }
}

BOOST_AUTO_TEST_CASE(refused_requests_store_nothing) {
  const Answer answer = Client(shared_server(), tenant().key).get(secrets_path);
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.at("data").as_array().empty());
}

BOOST_AUTO_TEST_CASE(the_tool_plane_applies_the_same_rules) {
  for (const std::string& bytes :
       {"POST /tool/v1/resolve HTTP/1.1\r\n" + host + json_type + "Transfer-Encoding: identity\r\n\r\n",
        "POST /tool/v1/resolve HTTP/1.1\r\n" + host + host + json_type + length + "\r\n" + body}) {
    HttpsClient client(shared_server().tools_client());
    client.send(bytes);
    CHECK_STATUS(client.read_answer(), 400);
    BOOST_TEST(client.closed_by_server());
  }
}

BOOST_AUTO_TEST_SUITE_END()
