// Empty lines before a request (RFC 9112 section 2.2): the server skips one, and none extends a deadline.
#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const std::string health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(empty_lines)

BOOST_AUTO_TEST_CASE(one_empty_line_is_skipped_in_any_pieces) {
  for (const std::string before : {"\r\n", "\r"}) {
    HttpsClient client(shared_server().api_client());
    client.send(before);
    std::this_thread::sleep_for(100ms);
    client.send(before == "\r" ? "\n" + health : health);
    REQUIRE_STATUS(client.read_answer(), 200);
  }
  HttpsClient client(shared_server().api_client());
  client.send("\r\n" + health + "\r\n" + health);
  REQUIRE_STATUS(client.read_answer(), 200);
  REQUIRE_STATUS(client.read_answer(), 200);
}

BOOST_AUTO_TEST_CASE(an_empty_line_after_a_body_is_not_a_request) {
  HttpsClient client(shared_server().api_client());
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}\r\n");
  REQUIRE_STATUS(client.read_answer(), 200);
  std::this_thread::sleep_for(100ms);
  client.send(health);
  REQUIRE_STATUS(client.read_answer(), 200);
}

BOOST_AUTO_TEST_CASE(two_empty_lines_are_refused) {
  HttpsClient client(shared_server().api_client());
  client.send("\r\n\r\n\r\n" + health);
  REQUIRE_STATUS(client.read_answer(), 400);
  BOOST_TEST(client.closed_by_server());
}

BOOST_AUTO_TEST_CASE(a_drip_of_empty_lines_is_cut_off) {
  const Deployment deployment({{"header-timeout", "1"}, {"idle-timeout", "2"}});
  Server server(deployment);
  HttpsClient client(server.api_client());
  const auto start = std::chrono::steady_clock::now();
  bool cut_off = false;
  while (!cut_off && std::chrono::steady_clock::now() - start < 10s) {
    try {
      client.send("\r\n");
    } catch (const TransportError&) {
      cut_off = true;
    }
    std::this_thread::sleep_for(200ms);
  }
  BOOST_TEST(cut_off);
}

BOOST_AUTO_TEST_SUITE_END()
