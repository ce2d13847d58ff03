// Peers that stall, dribble or flood are cut off: each wait has its own deadline, and single bytes do not extend it.
#include <sys/socket.h>
#include <unistd.h>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

const Deployment& deployment() {
  static const Deployment made({{"handshake-timeout", "1"},
                                {"header-timeout", "1"},
                                {"body-timeout", "1"},
                                {"write-timeout", "1"},
                                {"idle-timeout", "2"},
                                {"max-connections-per-address", "40"}});
  return made;
}

Server& server() {
  static Server made(deployment());
  return made;
}

const Tenant& tenant() {
  static const Tenant made(deployment(), server());
  return made;
}

// Sends a byte every 100 ms until the server closes. Returns the duration; std::nullopt if the server does not close.
std::optional<Clock::duration> dribble(HttpsClient& client, char byte) {
  const auto start = Clock::now();
  while (Clock::now() - start < 8s) {
    try {
      client.send({&byte, 1});
    } catch (const TransportError&) {
      return Clock::now() - start;
    }
    std::this_thread::sleep_for(100ms);
  }
  return std::nullopt;
}

void check_near(std::optional<Clock::duration> taken, Clock::duration limit) {
  BOOST_REQUIRE(taken.has_value());
  const auto milliseconds = [](Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  BOOST_TEST(milliseconds(*taken) >= milliseconds(limit) - 100);
  BOOST_TEST(milliseconds(*taken) <= milliseconds(limit) + 3000);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deadlines)

BOOST_AUTO_TEST_CASE(a_missing_handshake_is_cut_off) {
  const int fd = connect_tcp(server().api_port(), 10s);
  const auto start = Clock::now();
  char byte = 0;
  BOOST_TEST(recv(fd, &byte, 1, 0) <= 0);
  check_near(Clock::now() - start, 1s);
  close(fd);
}

BOOST_AUTO_TEST_CASE(a_slow_head_is_cut_off) {
  HttpsClient client(server().api_client());
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  check_near(dribble(client, 'x'), 1s);
}

BOOST_AUTO_TEST_CASE(a_slow_body_is_cut_off) {
  HttpsClient client(server().api_client());
  client.send(
      "POST /api/v1/secrets/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
      "1000\r\nx-api-key: " +
      tenant().key + "\r\n\r\n{");
  check_near(dribble(client, ' '), 1s);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed) {
  HttpsClient client(server().api_client());
  REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
  const auto start = Clock::now();
  BOOST_TEST(client.closed_by_server());
  check_near(Clock::now() - start, 2s);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_no_answers_is_cut_off) {
  Client api(server(), tenant().key);
  for (int i = 0; i < 100; ++i) {
    REQUIRE_STATUS(api.post(secrets_path, {{"secret_name", json::string(std::string(1000, 'x') + std::to_string(i))},
                                           {"secret_value", "1234"}}),
                   200);
  }
  HttpsClient deaf(server().api_client());
  const std::string request = request_bytes("GET", secrets_path, {{"x-api-key", tenant().key}}, {});
  const auto start = Clock::now();
  // Each response has more than 100 KB: soon the server cannot write, and stops reading.
  bool ended = false;
  try {
    while (Clock::now() - start < 15s) deaf.send(request);
  } catch (const TransportError&) {
    ended = true;
  }
  BOOST_TEST(ended);
  // On another connection: the first may have reached idle-timeout.
  REQUIRE_STATUS(HttpsClient(server().api_client()).request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(one_address_has_a_limit_of_connections) {
  server();
  std::this_thread::sleep_for(3s);  // until connections of other tests have reached idle-timeout
  std::vector<std::unique_ptr<HttpsClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<HttpsClient>(server().api_client()));
    REQUIRE_STATUS(clients.back()->request("GET", "/healthz"), 200);
  }
  BOOST_CHECK_THROW(HttpsClient(server().api_client()).request("GET", "/healthz"), TransportError);
  REQUIRE_STATUS(clients.front()->request("GET", "/healthz"), 200);
  clients.pop_back();
  std::this_thread::sleep_for(200ms);
  REQUIRE_STATUS(HttpsClient(server().api_client()).request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_SUITE_END()
