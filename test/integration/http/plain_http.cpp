// Plain HTTP on an HTTPS port gets a clear response, for any method and any division of its bytes, also after a
// balancer's header.
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const std::string told = R"({"detail":"This port speaks HTTPS: use https:// instead of http://."})";

/// The answer to these pieces, sent one after the other, until the server closes.
std::string sent(std::uint16_t port, const std::vector<std::string>& pieces) {
  const int socket = connect_tcp(port, 5s);
  for (const std::string& piece : pieces) {
    if (&piece != pieces.data()) std::this_thread::sleep_for(20ms);
    static_cast<void>(::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL));
  }
  std::string answer;
  char part[1024];
  for (ssize_t got = 0; (got = ::recv(socket, part, sizeof part, 0)) > 0;) {
    answer.append(part, static_cast<std::size_t>(got));
  }
  ::close(socket);
  return answer;
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

void expect_told(const std::string& answer) {
  BOOST_TEST(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), answer);
  BOOST_TEST(answer.find("Connection: close\r\n") != std::string::npos, answer);
  BOOST_TEST(answer.ends_with(told), answer);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_http)

BOOST_AUTO_TEST_CASE(any_method_in_any_pieces_gets_the_answer) {
  const std::string rest = " /api/v1/secrets/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
  for (const std::uint16_t port : {shared_server().api_port(), shared_server().tools_port()}) {
    for (const std::string method : {"GET", "POST", "PATCH", "REPORT", "LINK", "VERSION-CONTROL"}) {
      BOOST_TEST_CONTEXT(method) {
        expect_told(sent(port, {method + rest + std::string(100'000, 'x')}));
        expect_told(sent(port, bytes_of(method + " /")));
      }
    }
    BOOST_TEST(sent(port, {"HELO example.org\r\n"}).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_client_behind_a_balancer_gets_the_answer) {
  const Deployment deployment(Settings{{"proxy-protocol-from", "127.0.0.1"}});
  const Server server(deployment);
  const std::string header = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n";
  const std::string request = "DELETE /api/v1/secrets/x HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::uint16_t port : {server.api_port(), server.tools_port()}) {
    expect_told(sent(port, {header + request}));
    expect_told(sent(port, {header.substr(0, 9), header.substr(9) + "DEL", request.substr(3)}));
  }
  BOOST_TEST(deployment.printed().find(R"("peer":"192.0.2.7:4711","reason":"the client speaks plain HTTP)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
