// Clients that disconnect while their response is prepared: the server stops the work, and what was read is charged.
// Clients that only half-close are answered. A failure while a response is sent ends only that connection.
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <thread>

#include "test/integration/support/logged_requests.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace tacit::test;

namespace {

constexpr std::size_t many = 2000;
const std::string glob = secrets_path + "?limit=1&tool_name=*zz*";  // reads all secrets and finds none

void fill(const Server& server, const std::string& key) {
  constexpr int clients = 4;
  in_parallel(clients, [&](std::size_t client) {
    Client api(server, key);
    for (std::size_t i = client; i < many; i += clients) {
      const json::value body = {
          {"secret_name", "n" + std::to_string(i)}, {"secret_value", "12345678"}, {"tool_name", "tool"}};
      const Answer made = api.post(secrets_path, body);
      if (made.status != 200) throw std::runtime_error("not stored: " + made.body);
    }
  });
}

/// A server with a tenant that has many secrets.
struct Full {
  Deployment deployment{Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "1"}, {"request-burst", "100000"}}};
  Server server{deployment};
  Tenant tenant{deployment, server};
  Full() { fill(server, tenant.key); }

  std::string get(const std::string& target, const std::string& id) const {
    return request_bytes("GET", target, {{"x-api-key", tenant.key}, {"X-Request-Id", id}}, {});
  }
};

Full& shared() {
  static Full all;
  return all;
}

enum class Leaving { reset, close };

/// Sends requests and leaves after increasing delays until the server gives one up. Its log line and its cost; null if
/// all were completed.
struct GivenUp {
  json::value line;
  int cost = 0;
};

/// `least`: the minimum that it must have cost.
GivenUp leave_until_given_up(Leaving how, const std::string& target, int least) {
  const Full& all = shared();
  Client api(all.server, all.tenant.key);
  ClientOptions options = all.server.api_client();
  options.tls_version = TLS1_2_VERSION;  // no unsolicited tickets: unread bytes would turn a close into a reset
  for (int i = 0; i < 100; ++i) {
    const std::string id = "leaves-" + new_uuid();
    const int before = remaining(api);
    auto client = std::make_unique<HttpsClient>(options);
    client->send(all.get(target, id));
    std::this_thread::sleep_for(std::chrono::microseconds(50) * (i % 20));
    if (how == Leaving::reset) {
      const linger at_once{1, 0};
      ::setsockopt(client->socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    } else {
      client->finish_sending();
    }
    client.reset();
    const json::value line = wait_for_line(all.deployment, "request", id);
    const int cost = before - remaining(api) - 1;
    const json::value* const note = line.as_object().if_contains("note");
    if (note != nullptr && note->as_string() == "client_left" && cost >= least) return {line, cost};
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(leaving_clients)

BOOST_AUTO_TEST_CASE(a_list_for_a_departed_client_stops_and_is_charged) {
  for (const Leaving how : {Leaving::reset, Leaving::close}) {
    const GivenUp given_up = leave_until_given_up(how, glob, 2);
    BOOST_REQUIRE_MESSAGE(!given_up.line.is_null(), "each was read to its end");
    BOOST_TEST(given_up.line.at("status").to_number<int>() == 408);
    BOOST_TEST(given_up.line.at("bytes").to_number<int>() == 0);
    BOOST_TEST(given_up.line.at("connection").as_string() == "close");
    BOOST_TEST(given_up.cost <= 1 + static_cast<int>(many) / 100);
  }
  BOOST_TEST(settled_scrape(shared().server.admin_port()).sum("tacit_http_requests_total", {{"status", "408"}}) >= 2);
  REQUIRE_STATUS(shared().tenant.api.get(glob), 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_half_closes_gets_its_answers) {
  const Full& all = shared();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    ClientOptions options = all.server.api_client();
    options.tls_version = version;
    for (int i = 0; i < 10; ++i) {
      HttpsClient client(options);
      // The second request is in the server's or the socket's buffer while the first is read.
      client.send(all.get(glob, "half-1") + all.get(secrets_path, "half-2"));
      client.finish_sending();
      const Answer found = client.read_answer();
      REQUIRE_STATUS(found, 200);
      BOOST_TEST(found.body == R"({"data":[],"next_cursor":null})");
      const Answer list = client.read_answer();
      REQUIRE_STATUS(list, 200);
      BOOST_TEST(list.at("data").as_array().size() == many);
      BOOST_TEST(client.closed_by_server());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_exception_while_sending_is_logged_and_ends_the_connection) {
  const Deployment deployment(
      Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "1"}, {"request-burst", "100000"}});
  // The library throws where it has to encrypt that text (test/faults/library/tls_writes.cpp).
  const Environment environment{{"LD_PRELOAD", TACIT_THROWING_WRITES},
                                {"THROWING_WRITES", "throw-here"},
                                {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  Server server(deployment, {}, environment);
  Tenant tenant(deployment, server);
  fill(server, tenant.key);
  Client api(server, tenant.key);
  const auto ask = [&](const std::string& version, const std::string& target, const std::string& id) {
    HttpsClient client(server.api_client());
    client.send("GET " + target + " HTTP/" + version + "\r\nHost: x\r\nx-api-key: " + tenant.key +
                "\r\nX-Request-Id: " + id + "\r\n\r\n");
    std::string answer = client.read_to_end();
    BOOST_TEST(!client.said_goodbye());
    return answer;
  };
  // The answer to the change that stores the text is the first to contain it.
  BOOST_CHECK_THROW(api.post(secrets_path, {{"secret_name", "throw-here"}, {"secret_value", "12345678"}}),
                    TransportError);
  BOOST_TEST(ask("1.1", secrets_path + "?secret_name=throw-here", "short").empty());
  const int before = remaining(api);
  const std::string chunked = ask("1.1", secrets_path, "long");
  wait_for_line(deployment, "request", "long");  // its rows are charged before that line, after the connection's end
  BOOST_TEST(before - remaining(api) > 10);
  const std::string plain = ask("1.0", secrets_path, "old");
  for (const std::string& answer : {chunked, plain}) {
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(answer.find("\r\n0\r\n") == std::string::npos);
    BOOST_TEST(answer.find("]}") == std::string::npos);
  }
  for (const std::string id : {"short", "long", "old"}) {
    BOOST_TEST(wait_for_line(deployment, "panic", id).at("what").as_string() == "as requested");
    const json::value line = wait_for_line(deployment, "request", id);
    BOOST_TEST(line.at("note").as_string() == "panic");
    BOOST_TEST(line.at("connection").as_string() == "close");
  }
  // Its thread continues to serve other clients.
  BOOST_TEST(deployment.printed().find("coroutine_failed") == std::string::npos);
  for (int i = 0; i < 20; ++i) REQUIRE_STATUS(Client(server, tenant.key).get(secrets_path + "?limit=5"), 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
