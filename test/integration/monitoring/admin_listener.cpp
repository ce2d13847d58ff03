// The admin listener, for monitors and balancers, answers over plain HTTP without a credential, serves no tenant's
// data, and stays available to monitors when one address takes many connections.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

Settings with_admin() { return {{"admin-listen", "127.0.0.1:0"}}; }

/// Sends the bytes and reads until the server closes.
std::string exchange(std::uint16_t port, const std::string& bytes, const std::string& source = {}) {
  const int socket = connect_tcp(port, 5s, source);
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

std::string get(const Server& server, const std::string& target, const std::string& headers = {},
                const std::string& source = {}) {
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: monitor\r\n" + headers + "Connection: close\r\n\r\n";
  return exchange(server.admin_port(), request, source);
}

/// Connections without a request or with an incomplete one.
class Squatters {
 public:
  explicit Squatters(std::uint16_t port) : port_(port) {}
  ~Squatters() {
    for (const int socket : sockets_) ::close(socket);
  }
  Squatters(const Squatters&) = delete;
  Squatters& operator=(const Squatters&) = delete;

  void add(const std::string& source) {
    sockets_.push_back(connect_tcp(port_, 15s, source));
    if (sockets_.size() % 2 == 0) ::send(sockets_.back(), "GET /readyz", 11, MSG_NOSIGNAL);
  }
  /// Waits until the server has closed the connection of that number.
  void await_end(std::size_t number) const {
    char byte = 0;
    BOOST_TEST(::recv(sockets_.at(number), &byte, 1, 0) <= 0);
  }

 private:
  std::uint16_t port_;
  std::vector<int> sockets_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_listener)

BOOST_AUTO_TEST_CASE(it_reports_health_and_readiness_without_tls) {
  const Deployment deployment(with_admin());
  const Server server(deployment);
  const std::string health = get(server, "/healthz");
  BOOST_TEST(health.starts_with("HTTP/1.1 200 OK\r\n"), health);
  BOOST_TEST(health.ends_with(R"({"status":"ok"})"), health);
  const std::string readiness = get(server, "/readyz");
  BOOST_TEST(readiness.starts_with("HTTP/1.1 200 OK\r\n"), readiness);
  BOOST_TEST(readiness.find("\r\n\r\n{\"status\":\"ready\"") != std::string::npos, readiness);
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
  const std::string chunked = exchange(server.admin_port(),
                                       "GET /healthz HTTP/1.1\r\nHost: m\r\nConnection: close\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
  BOOST_TEST(chunked.starts_with("HTTP/1.1 200 "), chunked);
  const std::string put = exchange(
      server.admin_port(), "POST /healthz HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  BOOST_TEST(put.starts_with("HTTP/1.1 405 "), put);
  ClientOptions tls = server.api_client();
  tls.port = server.admin_port();
  BOOST_CHECK_THROW(HttpsClient{tls}, TransportError);
  // At once, not when the time limit for a head has passed.
  const std::string answer = exchange(server.admin_port(), "\x16\x03\x01\x02");
  BOOST_TEST(answer.starts_with("HTTP/1.1 400 "), answer);
  BOOST_TEST(answer.find("this port serves plain HTTP") != std::string::npos, answer);
}

BOOST_AUTO_TEST_CASE(connections_of_one_address_do_not_exclude_monitors) {
  const Deployment deployment(with_admin());
  const Server server(deployment);
  const int monitor = connect_tcp(server.admin_port(), 5s);
  const auto ask = [monitor] {
    const std::string request = "GET /readyz HTTP/1.1\r\nHost: monitor\r\n\r\n";
    if (::send(monitor, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    char buffer[4096];
    const auto got = ::recv(monitor, buffer, sizeof buffer, 0);
    return got > 0 && std::string_view(buffer, static_cast<std::size_t>(got)).starts_with("HTTP/1.1 200 ");
  };
  BOOST_TEST(ask());
  Squatters of_one_address(server.admin_port());
  for (int i = 0; i < 300; ++i) of_one_address.add("127.0.0.2");
  BOOST_TEST(get(server, "/readyz").starts_with("HTTP/1.1 200 "));
  BOOST_TEST(get(server, "/metrics", {}, "127.0.0.2").starts_with("HTTP/1.1 "));
  BOOST_TEST(ask());  // the limit of one address does not affect others
  Squatters of_many(server.admin_port());
  for (int i = 0; i < 300; ++i) of_many.add("127.0.1." + std::to_string(i % 250 + 1));
  BOOST_TEST(get(server, "/readyz").starts_with("HTTP/1.1 200 "));
  BOOST_TEST(get(server, "/readyz", {}, "127.0.1.1").starts_with("HTTP/1.1 200 "));
  ::close(monitor);
}

BOOST_AUTO_TEST_CASE(a_connection_without_a_request_ends_soon) {
  const Deployment deployment(with_admin());
  const Server server(deployment);
  Squatters squatters(server.admin_port());
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 2; ++i) squatters.add("127.0.0.2");
  for (std::size_t i = 0; i < 2; ++i) squatters.await_end(i);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 9s));  // idle-timeout is 75, header-timeout 10
}

BOOST_AUTO_TEST_CASE(a_stopping_server_reports_why_it_is_not_ready) {
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
  // It continues to serve, and asks clients to open another connection.
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

BOOST_AUTO_TEST_CASE(its_address_must_not_overlap_another_planes) {
  const Deployment deployment(Settings{{"admin-listen", "127.0.0.1:8443"}, {"api-listen", "0.0.0.0:8443"}});
  const Finished done = deployment.command({"check-config"});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "api-listen 0.0.0.0:8443 and admin-listen 127.0.0.1:8443 overlap"), done.err);
}

BOOST_AUTO_TEST_SUITE_END()
