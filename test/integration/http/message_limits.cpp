// Messages over a size limit are refused, if possible before the body is sent, and responses keep the order of
// requests.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const Tenant& tenant() {
  static const Tenant made = new_tenant();
  return made;
}

HttpsClient connect() { return HttpsClient(shared_server().api_client()); }

Headers with_api_key(Headers more = {}) {
  more.emplace_back("x-api-key", tenant().key);
  return more;
}

Headers with_json(Headers more = {}) {
  more.emplace_back("Content-Type", "application/json");
  return with_api_key(std::move(more));
}

std::string secret(const std::string& name) { return R"({"secret_name":")" + name + R"(","secret_value":"12345678"})"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(message_limits)

BOOST_AUTO_TEST_CASE(a_head_of_more_than_32_KiB_is_431) {
  const Headers fits = with_api_key({{"X-Filler", std::string(32000, 'x')}});
  REQUIRE_STATUS(connect().request("GET", secrets_path, fits), 200);
  for (const Headers& headers :
       {with_api_key({{"X-Filler", std::string(33000, 'x')}}), with_api_key(Headers(4000, {"X", "0123456789"}))}) {
    HttpsClient client = connect();
    const Answer answer = client.request("GET", secrets_path, headers);
    REQUIRE_STATUS(answer, 431);
    BOOST_TEST(answer.at("detail").is_string());
    BOOST_TEST(client.closed_by_server());
  }
  // A head without an end is refused as soon as it is too long.
  HttpsClient endless = connect();
  endless.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40000, 'x'));
  REQUIRE_STATUS(endless.read_answer(), 431);
  // The limit is exact, and the bytes after the head are the next request.
  const std::string begin = "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ";
  const std::string next = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  HttpsClient most = connect();
  most.send(begin + std::string(32768 - begin.size() - 4, 'x') + "\r\n\r\n" + next);
  REQUIRE_STATUS(most.read_answer(), 200);
  REQUIRE_STATUS(most.read_answer(), 200);
  most.send(begin + std::string(32768 - begin.size() - 3, 'x') + "\r\n\r\n" + next);
  REQUIRE_STATUS(most.read_answer(), 431);
  BOOST_TEST(most.closed_by_server());
}

BOOST_AUTO_TEST_CASE(a_long_target_is_414) {
  REQUIRE_STATUS(connect().request("GET", secrets_path + "?x=" + std::string(16384 - 20, 'x'), with_api_key()), 200);
  for (const std::size_t size : {16384U, 17000U, 60000U}) {
    HttpsClient client = connect();
    const Answer answer = client.request("GET", "/" + std::string(size, 'x'), with_api_key());
    REQUIRE_STATUS(answer, 414);
    BOOST_TEST(client.closed_by_server());
  }
}

BOOST_AUTO_TEST_CASE(a_body_too_large_is_413_before_it_is_sent) {
  for (const std::string size : {"65537", "1000000", "18446744073709551615"}) {
    HttpsClient client = connect();
    client.send("POST /api/v1/secrets/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-api-key: " +
                tenant().key + "\r\nContent-Length: " + size + "\r\n\r\n");
    const Answer answer = client.read_answer();
    REQUIRE_STATUS(answer, 413);
    BOOST_TEST(answer.at("detail").is_string());
    BOOST_TEST(answer.closes());
    BOOST_TEST(client.closed_by_server());
  }
  const std::string padded = secret("padded") + std::string(65536 - secret("padded").size(), ' ');
  REQUIRE_STATUS(connect().request("POST", secrets_path, with_json(), padded), 200);
}

BOOST_AUTO_TEST_CASE(expect_continue_is_checked_before_the_body_is_requested) {
  const Headers expecting = {
      {"Expect", "100-continue"}, {"Content-Length", "50"}, {"Content-Type", "application/json"}};
  const auto head = [](const Headers& headers) {
    std::string bytes = "POST /api/v1/secrets/ HTTP/1.1\r\nHost: x\r\n";
    for (const auto& [name, value] : headers) bytes += name + ": " + value + "\r\n";
    return bytes + "\r\n";
  };
  {
    HttpsClient client = connect();
    client.send(head(expecting));
    REQUIRE_STATUS(client.read_answer(), 401);
    BOOST_TEST(client.closed_by_server());
  }
  {
    HttpsClient client = connect();
    client.send(head(
        with_api_key({{"Expect", "100-continue"}, {"Content-Length", "70000"}, {"Content-Type", "application/json"}})));
    REQUIRE_STATUS(client.read_answer(), 413);
  }
  {
    HttpsClient client = connect();
    client.send(
        head(with_api_key({{"Expect", "100-continue"}, {"Content-Length", "50"}, {"Content-Type", "text/plain"}})));
    REQUIRE_STATUS(client.read_answer(), 415);
  }
  {
    HttpsClient client = connect();
    client.send(
        head(with_api_key({{"Expect", "a miracle"}, {"Content-Length", "50"}, {"Content-Type", "application/json"}})));
    REQUIRE_STATUS(client.read_answer(), 417);
  }
  HttpsClient client = connect();
  const std::string body = secret("expected");
  client.send(head(with_json({{"Expect", "100-Continue"}, {"Content-Length", std::to_string(body.size())}})));
  REQUIRE_STATUS(client.read_answer(), 100);
  client.send(body);
  REQUIRE_STATUS(client.read_answer(), 200);
  REQUIRE_STATUS(client.request("GET", secrets_path, with_api_key()), 200);
}

BOOST_AUTO_TEST_CASE(answering_before_the_body_was_read_closes) {
  const std::string body = secret("unread") + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const Headers& headers :
       std::vector<Headers>{{{"Content-Type", "application/json"}}, with_api_key({{"Content-Type", "text/plain"}})}) {
    HttpsClient client = connect();
    const Answer answer = client.request("POST", secrets_path, headers, body);
    BOOST_TEST((answer.status == 401 || answer.status == 415), "status " << answer.status);
    if (answer.closes()) {
      BOOST_TEST(client.closed_by_server());
    } else {  // then the body was read, and the next request is parsed correctly
      REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
    }
  }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
  HttpsClient client = connect();
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    bytes += request_bytes("POST", secrets_path, with_json(), secret("pipelined " + std::to_string(i)));
    bytes += request_bytes("GET", secrets_path + "?secret_name=pipelined%20" + std::to_string(i), with_api_key(), {});
  }
  client.send(bytes);
  for (int i = 0; i < 20; ++i) {
    const Answer made = client.read_answer();
    REQUIRE_STATUS(made, 200);
    BOOST_TEST(made.text("secret_name") == "pipelined " + std::to_string(i));
    const Answer listed = client.read_answer();
    REQUIRE_STATUS(listed, 200);
    BOOST_TEST(listed.at("data").as_array().size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_request_may_come_in_single_bytes) {
  HttpsClient client = connect();
  const std::string bytes = request_bytes("POST", secrets_path, with_json(), secret("byte by byte"));
  for (const char& byte : bytes) client.send({&byte, 1});
  REQUIRE_STATUS(client.read_answer(), 200);
  REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_half_closes_still_gets_its_answer) {
  HttpsClient client = connect();
  client.send(request_bytes("POST", secrets_path, with_json(), secret("half closed")));
  client.finish_sending();
  REQUIRE_STATUS(client.read_answer(), 200);
  BOOST_TEST(client.closed_by_server());
}

BOOST_AUTO_TEST_CASE(connection_close_and_http_1_0) {
  {
    HttpsClient client = connect();
    const Answer answer = client.request("GET", "/healthz", {{"Connection", "close"}});
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST(answer.closes());
    BOOST_TEST(client.closed_by_server());
  }
  {
    HttpsClient client = connect();
    client.send("GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n");
    REQUIRE_STATUS(client.read_answer(), 200);
    BOOST_TEST(client.closed_by_server());
  }
  {
    HttpsClient client = connect();
    client.send("GET /healthz HTTP/1.0\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n");
    const Answer answer = client.read_answer();
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST(answer.closes());
    BOOST_TEST(client.closed_by_server());
  }
  for (const std::string value : {"keep alive", "(", ",;", "\"keep-alive", ""}) {
    HttpsClient client = connect();
    for (const std::string version : {"1.1", "1.0"}) {
      client.send("GET /healthz HTTP/" + version + "\r\nHost: x\r\nProxy-Connection: " + value + "\r\n\r\n");
      const Answer answer = client.read_answer();
      REQUIRE_STATUS(answer, 200);
      BOOST_TEST(answer.closes() == (version == "1.0"));
    }
    BOOST_TEST(client.closed_by_server());
  }
  HttpsClient client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send("GET /healthz HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
    const Answer answer = client.read_answer();
    REQUIRE_STATUS(answer, 200);
    if (answer.header("Connection") != "keep-alive") break;
  }
}

BOOST_AUTO_TEST_CASE(other_methods) {
  HttpsClient client = connect();
  for (const std::string method : {"PUT", "OPTIONS", "TRACE", "PROPFIND", "get", "Post"}) {
    BOOST_TEST_CONTEXT(method) {
      HttpsClient fresh = connect();
      const Answer answer = fresh.request(method, secrets_path, with_api_key({{"X-Mirror", "mirrored"}}));
      BOOST_TEST((answer.status == 405 || answer.status == 400), "status " << answer.status);
      BOOST_TEST(answer.body.find("mirrored") == std::string::npos);
      if (answer.status == 405) BOOST_TEST(answer.header("Allow") == "GET, HEAD, POST");
    }
  }
  // HEAD is answered like its GET or refused, but never with a body.
  const Answer head = client.request("HEAD", "/healthz");
  BOOST_TEST((head.status == 200 || head.status == 405), "status " << head.status);
  if (!head.closes()) REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(tls_1_2_and_1_3_are_accepted_and_older_ones_refused) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    ClientOptions options = shared_server().api_client();
    options.tls_version = version;
    HttpsClient client(options);
    REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
    options.session = client.session();
    HttpsClient again(options);
    REQUIRE_STATUS(again.request("GET", "/healthz"), 200);
    BOOST_TEST(again.resumed());
  }
  BOOST_TEST(std::string(connect().tls_version()) == "TLSv1.3");
  ClientOptions old = shared_server().api_client();
  old.tls_version = TLS1_1_VERSION;
  BOOST_CHECK_THROW(HttpsClient{old}, TransportError);
}

BOOST_AUTO_TEST_SUITE_END()
