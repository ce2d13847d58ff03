// The listener for monitors and balancers: plain HTTP, without a credential, and nothing of tenants.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "test/integration/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

Settings with_admin() { return {{"admin-listen", "127.0.0.1:0"}}; }

/// Sends the bytes and reads until the server closes.
std::string exchange(std::uint16_t port, const std::string& bytes) {
  const int socket = connect_tcp(port, 5s);
  ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::string answer;
  char buffer[4096];
  for (;;) {
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(socket);
  return answer;
}

std::string get(const Server& server, const std::string& target, const std::string& headers = {}) {
  return exchange(server.admin_port(),
                  "GET " + target + " HTTP/1.1\r\nHost: monitor\r\n" + headers + "Connection: close\r\n\r\n");
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_listener)

BOOST_AUTO_TEST_CASE(it_says_without_tls_that_the_server_is_alive_and_ready) {
  const Deployment deployment(with_admin());
  const Server server(deployment);
  const std::string health = get(server, "/healthz");
  BOOST_TEST(health.starts_with("HTTP/1.1 200 OK\r\n"), health);
  BOOST_TEST(health.ends_with(R"({"status":"ok"})"), health);
  const std::string readiness = get(server, "/readyz");
  BOOST_TEST(readiness.starts_with("HTTP/1.1 200 OK\r\n"), readiness);
  BOOST_TEST(readiness.ends_with(R"({"status":"ready"})"), readiness);
}

BOOST_AUTO_TEST_CASE(requests_come_one_after_the_other) {
  const Deployment deployment(with_admin());
  const Server server(deployment);
  const std::string one = "GET /healthz HTTP/1.1\r\nHost: monitor\r\n\r\n";
  const std::string last = "HEAD /healthz HTTP/1.0\r\n\r\n";
  const std::string answers = exchange(server.admin_port(), one + one + last);
  std::size_t count = 0;
  for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos; at = answers.find("HTTP/1.1 200", at + 1))
    ++count;
  BOOST_TEST(count == 3u, answers);
}

BOOST_AUTO_TEST_CASE(it_serves_nothing_else) {
  const Deployment deployment(with_admin());
  Server server(deployment);
  const Tenant tenant(deployment, server);
  for (const std::string target : {"/api/v1/secrets/", "/api/v1/quota", "/tool/v1/resolve", "/openapi.json", "/"}) {
    const std::string answer = get(server, target, "x-api-key: " + tenant.key + "\r\n");
    BOOST_TEST(answer.starts_with("HTTP/1.1 404 "), target + ": " + answer);
  }
  BOOST_TEST(get(server, "/healthz", "Transfer-Encoding: chunked\r\n").starts_with("HTTP/1.1 411 "));
  const std::string put = exchange(
      server.admin_port(), "POST /healthz HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  BOOST_TEST(put.starts_with("HTTP/1.1 405 "), put);
  ClientOptions tls = server.api_client();
  tls.port = server.admin_port();
  BOOST_CHECK_THROW(HttpsClient{tls}, TransportError);
}

BOOST_AUTO_TEST_CASE(a_stopping_server_says_why_it_is_not_ready) {
  Settings settings = with_admin();
  settings["drain-delay"] = "60";
  const Deployment deployment(settings);
  Server server(deployment);
  HttpsClient client(server.api_client());
  REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
  server.process().signal(SIGTERM);
  std::string readiness;
  for (int i = 0; i < 100 && !has(readiness, " 503 "); ++i) {
    std::this_thread::sleep_for(50ms);
    readiness = get(server, "/readyz");
  }
  BOOST_TEST(readiness.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), readiness);
  BOOST_TEST(has(readiness, "Retry-After: 1\r\n"));
  BOOST_TEST(has(readiness, R"("status":"not ready","reasons":["draining"]})"), readiness);
  BOOST_TEST(get(server, "/healthz").starts_with("HTTP/1.1 200 "));
  // It serves on, and asks clients to come again on another connection.
  const Answer answer = client.request("GET", "/healthz");
  CHECK_STATUS(answer, 200);
  BOOST_TEST(answer.closes());
  server.process().signal(SIGTERM);
  BOOST_TEST((server.process().wait(10s) == 0));
}

BOOST_AUTO_TEST_CASE(a_public_address_is_refused) {
  for (const std::string address : {"0.0.0.0:9100", "[::]:9100", "192.0.2.7:9100", "[2001:db8::1]:9100"}) {
    const Deployment deployment;
    for (const std::string command : {"check-config", "serve"}) {
      const Finished done =
          run({TACIT_BINARY, command, "--config", deployment.config().string()}, {{"TACIT_ADMIN_LISTEN", address}});
      BOOST_TEST(done.status == 2);
      BOOST_TEST(has(done.err, "is not a loopback, private or link-local address"), done.err);
    }
  }
}

BOOST_AUTO_TEST_CASE(it_may_not_stand_in_another_planes_way) {
  const Deployment deployment(Settings{{"admin-listen", "127.0.0.1:8443"}, {"api-listen", "0.0.0.0:8443"}});
  const Finished done = deployment.command({"check-config"});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "api-listen 0.0.0.0:8443 and admin-listen 127.0.0.1:8443 overlap"), done.err);
}

BOOST_AUTO_TEST_SUITE_END()
