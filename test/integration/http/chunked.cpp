// Chunked request bodies are read like bodies with a length, and refused where two parsers could differ.
#include "test/integration/http/chunked_bodies.hpp"
#include "test/integration/support/shared_server.hpp"

#include <algorithm>

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const Tenant& tenant() {
  static const Tenant made = new_tenant();
  return made;
}

HttpsClient connect() { return HttpsClient(shared_server().api_client()); }

std::string secret(const std::string& name) { return R"({"secret_name":")" + name + R"(","secret_value":"12345678"})"; }

std::string head(const std::string& request_line, const std::string& more = {}) {
  return request_line + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nx-api-key: " + tenant().key +
         "\r\n" + more + "\r\n";
}

std::string posting(const std::string& more = {}) {
  return head("POST " + secrets_path, "Content-Type: application/json\r\n" + more);
}

std::string in_chunks(const std::string& body, std::size_t size) {
  std::string bytes;
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::string chunk = body.substr(at, size);
    bytes += chunk_size(chunk.size()) + "\r\n" + chunk + "\r\n";
  }
  return bytes + "0\r\n\r\n";
}

const std::string follower = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: follower\r\n\r\n";

void expect_follower(HttpsClient& client) {
  const Answer next = client.read_answer();
  REQUIRE_STATUS(next, 200);
  BOOST_TEST(next.header("X-Request-Id") == "follower");
}

std::size_t stored() {
  const Answer listed = Client(shared_server(), tenant().key).get(secrets_path);
  REQUIRE_STATUS(listed, 200);
  return listed.at("data").as_array().size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunked)

BOOST_AUTO_TEST_CASE(each_framing_is_accepted_whole_or_refused) {
  const std::size_t before = stored();
  std::size_t number = 0;
  std::size_t taken = 0;
  for (bool more = true; more; ++number) {
    const std::string name = "framing-" + std::to_string(number);
    const std::vector<ChunkedBody> bodies = chunked_bodies(secret(name));
    const ChunkedBody& body = bodies[number];
    more = number + 1 < bodies.size();
    BOOST_TEST_CONTEXT(body.name) {
      HttpsClient client = connect();
      client.send(posting());
      try {
        client.send(body.bytes + follower);
      } catch (const TransportError&) {  // it was refused during sending
      }
      const Answer answer = client.read_answer();
      if (body.taken) {
        CHECK_STATUS(answer, 200);
        BOOST_TEST(answer.text("secret_name") == name);
        expect_follower(client);
        ++taken;
      } else {
        CHECK_STATUS(answer, 400);
        BOOST_TEST(answer.closes());
        BOOST_TEST(answer.text("detail").ends_with("."));
        BOOST_TEST(answer.text("detail").find("framing-") == std::string::npos);
        BOOST_TEST(client.closed_by_server());
      }
    }
  }
  BOOST_TEST(stored() == before + taken);
  BOOST_TEST(shared_deployment().printed().find(smuggled_id) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_may_arrive_in_any_pieces) {
  for (const std::size_t size : {1U, 3U, 1000U}) {
    HttpsClient client = connect();
    const std::string body = secret("in chunks of " + std::to_string(size));
    client.send(posting() + in_chunks(body, size) + follower);
    REQUIRE_STATUS(client.read_answer(), 200);
    expect_follower(client);
  }
  HttpsClient client = connect();
  const std::string bytes = posting() + in_chunks(secret("byte by byte"), 5) + follower;
  for (const char& byte : bytes) client.send({&byte, 1});
  REQUIRE_STATUS(client.read_answer(), 200);
  expect_follower(client);
}

BOOST_AUTO_TEST_CASE(the_limit_is_that_of_a_body_with_a_length) {
  const std::string text = secret("padded in chunks");
  const std::string most = text + std::string(65536 - text.size(), ' ');
  for (const std::size_t size : {100U, 9000U, 65536U}) {
    HttpsClient client = connect();
    client.send(posting() + in_chunks(most, size) + follower);
    const Answer answer = client.read_answer();
    BOOST_TEST((answer.status == 200 || answer.status == 409), answer.body);  // the second time, the name is taken
    expect_follower(client);
  }
  HttpsClient sized = connect();
  const Answer with_length = sized.request(
      "POST", secrets_path, {{"x-api-key", tenant().key}, {"Content-Type", "application/json"}}, most + " ");
  REQUIRE_STATUS(with_length, 413);
  for (const std::string& bytes : {in_chunks(most + " ", 65536), in_chunks(most + " ", 1000), std::string("10001\r\n"),
                                   std::string("ffffffffffffffff\r\n")}) {
    HttpsClient client = connect();
    client.send(posting() + bytes);
    const Answer answer = client.read_answer();
    REQUIRE_STATUS(answer, 413);
    BOOST_TEST(answer.body == with_length.body);
    BOOST_TEST(answer.closes());
    BOOST_TEST(client.closed_by_server());
  }
  // Chunks of one byte, so as many chunks as possible.
  HttpsClient client = connect();
  client.send(posting() + in_chunks(most, 1) + follower);
  REQUIRE_STATUS(client.read_answer(), 409);
  expect_follower(client);
}

BOOST_AUTO_TEST_CASE(trailers_add_nothing_to_the_head) {
  const std::string body = in_chunks(secret("trailed"), 1000);
  const std::string chunks = body.substr(0, body.size() - 2);
  const std::string without_api_key = "POST " + secrets_path +
                                      " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                      "Transfer-Encoding: chunked\r\nTrailer: x-api-key\r\n\r\n";
  for (const char* field : {"x-api-key", "token", "Authorization"}) {
    HttpsClient client = connect();
    client.send(without_api_key + chunks + field + ": " + tenant().key + "\r\n\r\n");
    REQUIRE_STATUS(client.read_answer(), 401);
  }
  HttpsClient client = connect();
  client.send(posting() + chunks +
              "x-api-key: none\r\nConnection: close\r\nX-Request-Id: other\r\n"
              "Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: identity\r\n\r\n" +
              follower);
  const Answer answer = client.read_answer();
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(!answer.closes());
  BOOST_TEST(answer.header("X-Request-Id") != "other");
  expect_follower(client);
}

BOOST_AUTO_TEST_CASE(expect_continue) {
  const std::string expecting = "Expect: 100-continue\r\n";
  HttpsClient client = connect();
  client.send(posting(expecting));
  REQUIRE_STATUS(client.read_answer(), 100);
  client.send(in_chunks(secret("expected in chunks"), 9) + follower);
  REQUIRE_STATUS(client.read_answer(), 200);
  expect_follower(client);

  for (const auto& [request, status] :
       {std::pair(head("POST " + secrets_path, expecting + "Content-Type: text/plain\r\n"), 415),
        std::pair(head("POST /nowhere", expecting), 404),
        std::pair(
            "POST " + secrets_path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + expecting + "\r\n",
            401)}) {
    HttpsClient refused = connect();
    refused.send(request);
    const Answer answer = refused.read_answer();
    REQUIRE_STATUS(answer, status);
    BOOST_TEST(answer.closes());
    BOOST_TEST(refused.closed_by_server());
  }
}

BOOST_AUTO_TEST_CASE(an_unwanted_body_is_dropped) {
  for (const std::string line : {"GET /healthz", "HEAD /healthz", "GET /api/v1/secrets/"}) {
    HttpsClient client = connect();
    client.send(head(line) + in_chunks(std::string(60'000, 'x'), 5000) + follower);
    REQUIRE_STATUS(client.read_answer(line.starts_with("HEAD")), 200);
    expect_follower(client);
    HttpsClient too_large = connect();
    too_large.send(head(line) + "10001\r\n");
    REQUIRE_STATUS(too_large.read_answer(line.starts_with("HEAD")), 413);
  }
  // A request without a body changes nothing, as without a length.
  Client api(shared_server(), tenant().key);
  const Answer made = api.request("POST", secrets_path, secret("not changed"));
  REQUIRE_STATUS(made, 200);
  HttpsClient client = connect();
  client.send(head("PATCH " + secrets_path + made.text("secret_id")) + "0\r\n\r\n" + follower);
  REQUIRE_STATUS(client.read_answer(), 200);
  expect_follower(client);
}

BOOST_AUTO_TEST_CASE(an_endless_body_meets_the_deadline_of_bodies) {
  const Deployment deployment(Settings{{"body-timeout", "1"}});
  Server server(deployment);
  HttpsClient client(server.api_client());
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  bool cut_off = false;
  while (!cut_off && std::chrono::steady_clock::now() - start < 10s) {
    try {
      client.send("1\r\nx\r\n");
    } catch (const TransportError&) {
      cut_off = true;
    }
    std::this_thread::sleep_for(100ms);
  }
  BOOST_TEST(cut_off);
}

// A length is checked before the body is read; the number of chunks is not known in advance.
BOOST_AUTO_TEST_CASE(chunked_bodies_respect_the_memory_limit) {
  const Deployment deployment({{"buffer-memory", "1M"}, {"threads", "1"}});
  Server server(deployment);
  const std::string request = "POST " + secrets_path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
                              "x-api-key: " + deployment.create_api_key(new_uuid()) +
                              "\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::vector<std::unique_ptr<HttpsClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<HttpsClient>(server.api_client()));
    REQUIRE_STATUS(clients.back()->request("GET", "/healthz"), 200);
    clients.back()->send(request + "ea60\r\n" + std::string(60'000, ' ') + "\r\n");
  }
  const auto is_answered = [](const auto& client) { return client->is_stale(); };
  for (int i = 0; i < 100 && std::ranges::none_of(clients, is_answered); ++i) std::this_thread::sleep_for(50ms);
  std::size_t refused = 0;
  for (const auto& client : clients) {
    if (!client->is_stale()) continue;
    const Answer answer = client->read_answer();
    CHECK_STATUS(answer, 503);
    BOOST_TEST(answer.closes());
    ++refused;
  }
  BOOST_TEST((refused > 0 && refused < clients.size()), refused);
  clients.clear();
  int status = 503;
  for (int i = 0; i < 100 && status == 503; ++i) {
    std::this_thread::sleep_for(50ms);
    HttpsClient client(server.api_client());
    client.send(request + in_chunks(secret("room again"), 9));
    status = client.read_answer().status;
  }
  BOOST_TEST(status == 200);
}

BOOST_AUTO_TEST_CASE(the_tool_plane_accepts_chunked_bodies) {
  HttpsClient client(shared_server().tools_client());
  const std::string request =
      "POST /tool/v1/resolve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  const std::string body = R"({"user_id":")" + tenant().id + R"(","tool_name":"no_tool_in_chunks"})";
  client.send(request + in_chunks(body, 10) + follower);
  REQUIRE_STATUS(client.read_answer(), 200);
  expect_follower(client);
  client.send(request + "5\nhello\r\n0\r\n\r\n" + follower);
  REQUIRE_STATUS(client.read_answer(), 400);
  BOOST_TEST(client.closed_by_server());
}

BOOST_AUTO_TEST_SUITE_END()
