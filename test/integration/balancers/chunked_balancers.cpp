// Hostile chunked bodies behind proxies that terminate TLS and parse HTTP themselves: what such a proxy reads as one
// request must be one request here, so that no second request is smuggled past it. The proxies set their own id on
// every request, so a request with the sender's id did not pass the proxy's parser.
#include "test/integration/balancers/balancer_setup.hpp"
#include "test/integration/http/chunked_bodies.hpp"
#include "test/integration/support/shared_server.hpp"

#include <set>

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t at_once = 12;  // connections read concurrently, because some proxies wait where others respond

std::string secret(const std::string& name) { return R"({"secret_name":")" + name + R"(","secret_value":"12345678"})"; }

std::string name_of(std::size_t number) { return "proxied-" + std::to_string(number); }

/// A server, a tenant, and what is needed to send bytes through the proxy in front of the server.
struct Behind {
  explicit Behind(const Settings& settings = {})
      : deployment(settings), server(deployment, {"--plane", "api"}), key(deployment.create_api_key(new_uuid())) {}

  ClientOptions through(std::uint16_t port) const {
    ClientOptions options{.port = port, .authority = certificates().servers.certificate()};
    options.patience = 3s;
    return options;
  }
  std::string posting() const {
    return "POST /api/v1/secrets/ HTTP/1.1\r\nHost: localhost\r\nx-api-key: " + key +
           "\r\nX-Request-Id: own\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  }
  Headers with_api_key(Headers more = {}) const {
    more.emplace_back("x-api-key", key);
    return more;
  }

  Deployment deployment;
  Server server;
  std::string key;
};

void wait_for(const ClientOptions& options) {
  for (int i = 0; i < 100; ++i) {
    try {
      HttpsClient client(options);
      if (client.request("GET", "/healthz").status == 200) return;
    } catch (const TransportError&) {
    }
    std::this_thread::sleep_for(50ms);
  }
  throw std::runtime_error("the proxy accepts no connection");
}

void send_all(const Behind& behind, const ClientOptions& options) {
  const std::size_t count = chunked_bodies(secret("x")).size();
  for (std::size_t begin = 0; begin < count; begin += at_once) {
    std::vector<std::unique_ptr<HttpsClient>> clients;
    for (std::size_t number = begin; number < std::min(begin + at_once, count); ++number) {
      clients.push_back(std::make_unique<HttpsClient>(options));
      try {
        clients.back()->send(behind.posting() + chunked_bodies(secret(name_of(number)))[number].bytes);
      } catch (const TransportError&) {  // refused during sending
      }
    }
    std::this_thread::sleep_for(300ms);
  }
}

/// The stored secrets are exactly those of the proxy's reading of each message.
void check_stored(const Behind& behind, const ClientOptions& options) {
  const Answer listed = HttpsClient(options).request("GET", secrets_path, behind.with_api_key());
  REQUIRE_STATUS(listed, 200);
  std::set<std::string> names;
  const json::value all = listed.at("data");
  for (const json::value& each : all.as_array()) {
    names.insert(json::value_to<std::string>(each.at("secret_name")));
  }
  const std::vector<ChunkedBody> bodies = chunked_bodies(secret("x"));
  for (std::size_t number = 0; number < bodies.size(); ++number) {
    if (bodies[number].taken) BOOST_TEST(names.contains(name_of(number)), bodies[number].name);
    names.erase(name_of(number));
  }
  BOOST_TEST(names.empty());
}

/// Each response belongs to its request, on connections that the proxy has reused.
void check_in_step(const Behind& behind, const ClientOptions& options) {
  for (int i = 0; i < 60; ++i) {
    const std::string path = "/never-there-" + std::to_string(i);
    HttpsClient client(options);
    REQUIRE_STATUS(client.request("GET", path, behind.with_api_key()), 404);
    REQUIRE_STATUS(client.request("GET", "/api/v1/quota", behind.with_api_key()), 200);
    REQUIRE_STATUS(client.request("DELETE", "/healthz", behind.with_api_key()), 405);
  }
}

void attack(const Behind& behind, std::uint16_t port) {
  const ClientOptions options = behind.through(port);
  wait_for(options);
  send_all(behind, options);
  check_stored(behind, options);
  check_in_step(behind, options);
  const std::string printed = behind.deployment.printed();
  BOOST_TEST(printed.find(R"("event":"request")") != std::string::npos);
  for (const std::string& id : {smuggled_id, std::string("own")}) {
    BOOST_TEST(printed.find(R"("request_id":")" + id + "\"") == std::string::npos, id);
  }
}

void attack_behind_nginx(const std::string& more) {
  const Behind behind({{"forwarded-from", own_address}, {"request-rate", "0"}});
  const std::uint16_t ending = free_port();
  const std::string server = at(behind.server.api_port());
  std::string config = nginx_config(
      {.folder = behind.deployment.folder(), .passing = free_port(), .ending = ending, .one = server, .other = server});
  replace(config, "proxy_pass https://tacit;",
          "proxy_pass https://tacit; proxy_set_header X-Request-Id $request_id; " + more);
  const auto file = behind.deployment.folder() / "nginx.conf";
  write_file(file, config);
  const auto log = behind.deployment.folder() / "nginx.log";
  Process nginx(nginx_command(behind.deployment.folder(), file), log, log);
  const AskedToEnd ends{nginx};
  attack(behind, ending);
  // The longest target that Tacit accepts also passes the sample's buffers.
  HttpsClient client(behind.through(ending));
  const std::string target = "/api/v1/secrets/?x=" + std::string(16384 - 19, 'x');
  REQUIRE_STATUS(client.request("GET", target, behind.with_api_key({{"X-Filler", std::string(12288, 'x')}})), 200);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunked_behind_haproxy)

BOOST_AUTO_TEST_CASE(no_request_is_smuggled) {
  const Behind behind(Settings{{"request-rate", "0"}});
  const std::uint16_t port = free_port();
  const auto folder = behind.deployment.folder();
  write_file(folder / "haproxy.pem",
             read_file(certificates().server.certificate) + read_file(certificates().server.key));
  write_file(folder / "haproxy.cfg",
             "defaults\n    mode http\n    timeout connect 2s\n    timeout client 3s\n    timeout server 3s\n"
             "frontend tacit\n    bind " +
                 at(port) + " ssl crt " + (folder / "haproxy.pem").string() +
                 "\n    http-request set-header X-Request-Id %[uuid()]\n    default_backend tacit\n"
                 "backend tacit\n    http-reuse always\n    server a " +
                 at(behind.server.api_port()) + " ssl verify required sni str(localhost) ca-file " +
                 certificates().servers.certificate().string() + "\n");
  const auto log = folder / "haproxy.log";
  const Process haproxy({"/usr/sbin/haproxy", "-db", "-f", (folder / "haproxy.cfg").string()}, log, log);
  attack(behind, port);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(chunked_behind_nginx)

BOOST_AUTO_TEST_CASE(no_request_is_smuggled_with_buffering) { attack_behind_nginx(""); }

BOOST_AUTO_TEST_CASE(no_request_is_smuggled_without_buffering) { attack_behind_nginx("proxy_request_buffering off; "); }

BOOST_AUTO_TEST_SUITE_END()
