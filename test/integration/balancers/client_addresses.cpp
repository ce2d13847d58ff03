// Behind a trusted load balancer, the log, the audit and the limits use the client's address that the balancer reports;
// no other peer can set it.
#include <sys/socket.h>
#include <unistd.h>

#include <sstream>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const std::string balancer = "127.0.0.2";
const std::string proxy = "127.0.0.3";

Settings behind_balancers() { return {{"proxy-protocol-from", balancer + "/32"}, {"forwarded-from", proxy}}; }

ClientOptions from(const Server& server, const std::string& source, const std::string& preamble = {}) {
  ClientOptions options = server.api_client();
  options.source = source;
  options.preamble = preamble;
  options.patience = 3s;
  return options;
}

std::string told(const std::string& client) { return "PROXY TCP4 " + client + " 127.0.0.1 4711 443\r\n"; }

/// A PROXY header of version 2: a client of 192.0.2.x, or none.
std::string told_in_binary(int last_byte) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += last_byte < 0 ? std::string("\x20\x00\x00\x00", 4) : std::string("\x21\x11\x00\x0c\xc0\x00\x02", 7);
  if (last_byte < 0) return header;
  header.push_back(static_cast<char>(last_byte));
  return header + std::string("\x7f\x00\x00\x01\x12\x67\x01\xbb", 8);
}

/// Presents an invalid credential, so that the audit records the client.
Answer guess(const ClientOptions& options, const std::string& request_id, const Headers& headers = {}) {
  Headers all = {{"x-api-key", "guessed"}, {"X-Request-Id", request_id}};
  all.insert(all.end(), headers.begin(), headers.end());
  return HttpsClient(options).request("GET", secrets_path, all);
}

bool is_refused(const ClientOptions& options) {
  try {
    HttpsClient client(options);
    return false;
  } catch (const TransportError&) {
    return true;
  }
}

/// The peers of the audit's entries, by request id. An entry's peer has a port if it is known.
std::map<std::string, std::string> peers_in_audit(const Deployment& deployment) {
  std::map<std::string, std::string> peers;
  for (const json::object& entry : read_audit(deployment.store())) {
    const json::value* id = entry.if_contains("request_id");
    if (id != nullptr) peers[json::value_to<std::string>(*id)] = json::value_to<std::string>(entry.at("peer"));
  }
  return peers;
}

/// The peers of the log's lines for requests with that status, in order.
std::vector<std::string> logged_peers_of_status(const Deployment& deployment, int status) {
  std::vector<std::string> peers;
  std::istringstream lines(deployment.printed());
  for (std::string line; std::getline(lines, line);) {
    const json::object entry = json::parse(line).as_object();
    if (entry.at("event").as_string() != "request" || entry.at("status").to_number<int>() != status) continue;
    peers.push_back(json::value_to<std::string>(entry.at("peer")));
  }
  return peers;
}

std::string logged_peer(const Deployment& deployment, const std::string& request_id) {
  const std::string log = deployment.printed();
  const auto id = log.find("\"request_id\":\"" + request_id + "\",\"peer\":\"");
  if (id == std::string::npos) return "not logged";
  const auto begin = log.find("\"peer\":\"", id) + 8;
  return log.substr(begin, log.find('"', begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_addresses)

BOOST_AUTO_TEST_CASE(only_a_balancer_may_send_the_proxy_header) {
  const Deployment deployment(behind_balancers());
  Server server(deployment);
  CHECK_STATUS(guess(from(server, balancer, told("192.0.2.7")), "text"), 401);
  CHECK_STATUS(guess(from(server, balancer, told_in_binary(8)), "binary"), 401);
  CHECK_STATUS(guess(from(server, balancer, told_in_binary(-1)), "local"), 401);
  CHECK_STATUS(guess(from(server, balancer, "PROXY UNKNOWN\r\n"), "unknown"), 401);
  CHECK_STATUS(guess(from(server, "127.0.0.1"), "direct"), 401);
  BOOST_TEST(is_refused(from(server, balancer)));                        // a balancer must send it
  BOOST_TEST(is_refused(from(server, "127.0.0.1", told("192.0.2.7"))));  // others must not send it
  BOOST_TEST(is_refused(from(server, balancer, "PROXY TCP4 192.0.2.7\r\n")));
  BOOST_TEST(is_refused(from(server, balancer, told("192.0.2.7") + told("192.0.2.9"))));
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(deployment.printed().find("proxy_header_refused") != std::string::npos);
  const auto peers = peers_in_audit(deployment);
  BOOST_TEST(peers.at("text") == "192.0.2.7:4711");
  BOOST_TEST(peers.at("binary") == "192.0.2.8:4711");
  BOOST_TEST(peers.at("local").starts_with(balancer + ":"));
  BOOST_TEST(peers.at("unknown").starts_with(balancer + ":"));
  BOOST_TEST(peers.at("direct").starts_with("127.0.0.1:"));
  BOOST_TEST(logged_peer(deployment, "text") == "192.0.2.7:4711");
}

BOOST_AUTO_TEST_CASE(the_proxy_header_may_come_in_pieces_but_in_time) {
  const Deployment deployment(Settings{{"proxy-protocol-from", balancer}, {"handshake-timeout", "1"}});
  Server server(deployment);
  const std::string header = told("192.0.2.7");
  const int socket = connect_tcp(server.api_port(), 5s, balancer);
  for (const char& byte : header.substr(0, 20)) {
    BOOST_REQUIRE(::send(socket, &byte, 1, MSG_NOSIGNAL) == 1);
    std::this_thread::sleep_for(2ms);
  }
  const auto start = std::chrono::steady_clock::now();
  char byte = 0;
  BOOST_TEST(::recv(socket, &byte, 1, 0) <= 0);  // the server closes, not the client
  BOOST_TEST((std::chrono::steady_clock::now() - start < 4s));
  ::close(socket);
}

BOOST_AUTO_TEST_CASE(limits_apply_to_the_clients_that_a_balancer_names) {
  Settings settings = behind_balancers();
  settings["max-connections-per-address"] = "2";
  settings["failed-auth-rate"] = "1";
  settings["failed-auth-burst"] = "3";
  const Deployment deployment(settings);
  const Server server(deployment);
  {
    std::vector<std::unique_ptr<HttpsClient>> open;
    for (int i = 0; i < 2; ++i) {
      open.push_back(std::make_unique<HttpsClient>(from(server, balancer, told("192.0.2.7"))));
      open.push_back(std::make_unique<HttpsClient>(from(server, balancer, told("192.0.2.8"))));
    }
    BOOST_TEST(is_refused(from(server, balancer, told("192.0.2.7"))));
    BOOST_TEST(!is_refused(from(server, balancer, told("192.0.2.9"))));
    CHECK_STATUS(open.front()->request("GET", "/healthz"), 200);
  }
  int refusals = 0;
  HttpsClient guesser(from(server, balancer, told("192.0.2.20")));
  for (int i = 0; i < 8; ++i) {
    if (guesser.request("GET", secrets_path, {{"x-api-key", "guessed"}}).status == 429) ++refusals;
  }
  BOOST_TEST(refusals > 0);
  CHECK_STATUS(guess(from(server, balancer, told("192.0.2.21")), "another"), 401);
}

BOOST_AUTO_TEST_CASE(only_a_proxys_field_names_the_client_of_a_request) {
  const Deployment deployment(behind_balancers());
  Server server(deployment);
  CHECK_STATUS(guess(from(server, proxy), "one", {{"X-Forwarded-For", "10.9.9.9, 192.0.2.7"}}), 401);
  CHECK_STATUS(guess(from(server, proxy), "two", {{"X-Forwarded-For", "192.0.2.8"}, {"X-Forwarded-For", proxy}}), 401);
  CHECK_STATUS(guess(from(server, proxy), "none"), 401);
  CHECK_STATUS(guess(from(server, proxy), "other-field", {{"Forwarded", "for=192.0.2.7"}}), 401);
  CHECK_STATUS(guess(from(server, "127.0.0.4"), "stranger", {{"X-Forwarded-For", "192.0.2.7"}}), 401);
  const Answer refused = guess(from(server, proxy), "malformed", {{"X-Forwarded-For", "192.0.2.7, rubbish"}});
  CHECK_STATUS(refused, 400);
  BOOST_TEST(refused.text("detail").find("X-Forwarded-For") != std::string::npos);
  BOOST_TEST(refused.body.find("rubbish") == std::string::npos);
  {
    // One connection carries requests of many clients.
    HttpsClient connection(from(server, proxy));
    for (const std::string last : {"31", "32"}) {
      connection.request(
          "GET", secrets_path,
          {{"x-api-key", "guessed"}, {"X-Request-Id", "of-" + last}, {"X-Forwarded-For", "192.0.2." + last}});
    }
    connection.request("GET", secrets_path, {{"x-api-key", "guessed"}, {"X-Request-Id", "of-itself"}});
  }
  BOOST_TEST(server.stop() == 0);
  const auto peers = peers_in_audit(deployment);
  BOOST_TEST(peers.at("one") == "192.0.2.7");
  BOOST_TEST(peers.at("two") == "192.0.2.8");
  BOOST_TEST(peers.at("none").starts_with(proxy + ":"));
  BOOST_TEST(peers.at("other-field").starts_with(proxy + ":"));
  BOOST_TEST(peers.at("stranger").starts_with("127.0.0.4:"));
  BOOST_TEST(peers.at("of-31") == "192.0.2.31");
  BOOST_TEST(peers.at("of-32") == "192.0.2.32");
  BOOST_TEST(peers.at("of-itself").starts_with(proxy + ":"));
  BOOST_TEST(logged_peer(deployment, "one") == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(a_malformed_request_does_not_inherit_the_previous_client) {
  const Deployment deployment(behind_balancers());
  Server server(deployment);
  const std::string of_client = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.41\r\n\r\n";
  for (const std::string bad : {"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n"}) {
    HttpsClient connection(from(server, proxy));
    connection.send(of_client);
    CHECK_STATUS(connection.read_answer(), 200);
    connection.send(bad);
    CHECK_STATUS(connection.read_answer(), 400);
  }
  BOOST_TEST(server.stop() == 0);
  const auto peers = logged_peers_of_status(deployment, 400);
  BOOST_TEST(peers.size() == 2u);
  for (const std::string& peer : peers) BOOST_TEST(peer.starts_with(proxy + ":"), peer);
}

BOOST_AUTO_TEST_CASE(the_standard_field_is_used_where_it_is_configured) {
  Settings settings = behind_balancers();
  settings["forwarded-header"] = "forwarded";
  const Deployment deployment(settings);
  Server server(deployment);
  CHECK_STATUS(
      guess(from(server, proxy), "one", {{"Forwarded", "for=10.9.9.9, for=\"[2001:db8::7]:4711\";proto=https"}}), 401);
  CHECK_STATUS(guess(from(server, proxy), "other-field", {{"X-Forwarded-For", "192.0.2.7"}}), 401);
  const Answer refused = guess(from(server, proxy), "malformed", {{"Forwarded", "for=\"192.0.2.7"}});
  CHECK_STATUS(refused, 400);
  BOOST_TEST(refused.text("detail").find("The field Forwarded") != std::string::npos);
  BOOST_TEST(server.stop() == 0);
  const auto peers = peers_in_audit(deployment);
  BOOST_TEST(peers.at("one") == "[2001:db8::7]:4711");
  BOOST_TEST(peers.at("other-field").starts_with(proxy + ":"));
}

BOOST_AUTO_TEST_SUITE_END()
