// Two servers over one store behind real load balancers, configured as in conf/ and under load: the audit log has the
// clients' addresses, a restart loses no request, and a killed server loses only requests in flight.
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/balancers/balancer_load.hpp"
#include "test/integration/balancers/balancer_setup.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr int restarts = 10;
const std::string reencrypting = "127.0.0.9";  // nginx connects from here where it terminates TLS

/// One of the two servers. It keeps its ports and has its own certificate, so that a client whose TLS ends at the
/// server can tell which one it is connected to.
struct Host {
  Host(const Deployment& over, const std::string& called)
      : deployment(over),
        name(called),
        certificate(certificates().servers.issue(called, {.common_name = called,
                                                          .alternative_names = {"IP:127.0.0.1", "DNS:localhost"},
                                                          .extended_usage = "serverAuth"})),
        api(free_port()),
        admin(free_port()) {
    start();
  }
  void start() {
    server = std::make_unique<Server>(
        deployment,
        std::vector<std::string>{"--api-listen", at(api), "--admin-listen", at(admin), "--api-certificate",
                                 certificate.certificate.string(), "--api-certificate-key", certificate.key.string()});
  }
  const Deployment& deployment;
  std::string name;
  CertificateFiles certificate;
  std::uint16_t api;
  std::uint16_t admin;
  std::unique_ptr<Server> server;
};

Settings behind(const Settings& more) {
  Settings settings{{"plane", "api"},      {"drain-delay", "1"},       {"access-log", "off"},
                    {"log-level", "info"}, {"shutdown-timeout", "10"}, {"request-rate", "0"}};
  settings.insert(more.begin(), more.end());
  return settings;
}

/// Waits until the balancer accepts a client.
void wait_for(std::uint16_t port) {
  for (int i = 0; i < 100; ++i) {
    try {
      HttpsClient client({port, certificates().servers.certificate()});
      if (client.request("GET", "/healthz").status == 200) return;
    } catch (const TransportError&) {
    }
    std::this_thread::sleep_for(50ms);
  }
  throw std::runtime_error("the balancer accepts no connection");
}

/// Restarts both servers in turn, as an upgrade of the package does.
void restart_in_turn(Host& one, Host& other, Resting& idle) {
  for (int i = 0; i < restarts; ++i) {
    for (Host* host : {&one, &other}) {
      BOOST_TEST(host->server->stop() == 0);
      host->start();
      std::this_thread::sleep_for(400ms);  // the balancer has to notice that the server is back
      idle.ask();
    }
  }
}

/// The audit log has the clients' addresses and no others.
void check_audit(const Deployment& deployment) {
  std::set<std::string> addresses;
  for (const json::object& entry : read_audit(deployment.store())) {
    if (json::value_to<std::string>(entry.at("plane")) != "api") continue;
    const std::string peer = json::value_to<std::string>(entry.at("peer"));
    addresses.insert(peer.substr(0, peer.find(':')));
  }
  const std::set<std::string> expected{"127.0.0.2", "127.0.0.3"};
  BOOST_TEST(addresses == expected, boost::test_tools::per_element());
}

/// The server of a lost request: its name, or its address if the balancer reports that.
using WhoHad = std::function<std::string(const Loss&)>;

void restart_under_load(const Deployment& deployment, Host& one, Host& other, const std::vector<std::uint16_t>& ports) {
  Resting idle(ports);
  Crowd crowd(deployment, ports, 1);
  restart_in_turn(one, other, idle);
  crowd.end();
  for (const auto& lost : crowd.check()) BOOST_TEST(lost.empty());
  BOOST_TEST(idle.ended() > 0u);  // some were idle on a server that was restarted
}

/// Each client may lose its request in flight on the killed server, and none on the other.
void kill_under_load(const Deployment& deployment, Host& dying, const std::vector<std::uint16_t>& ports,
                     const WhoHad& who_had) {
  // A connection to a dying server may be accepted and closed at once, which loses no request.
  Crowd crowd(deployment, ports, 20);
  std::this_thread::sleep_for(300ms);
  dying.server->kill();
  std::this_thread::sleep_for(700ms);
  crowd.end();
  for (const auto& lost : crowd.check()) {
    BOOST_TEST(lost.size() <= 1u);
    for (const Loss& loss : lost) {
      const std::string had = who_had(loss);
      BOOST_TEST((had == dying.name || had == at(dying.api)), loss.why << ", on " << had);
    }
  }
}

void drive(const Deployment& deployment, Host& one, Host& other, const std::vector<std::uint16_t>& ports,
           const WhoHad& who_had) {
  for (const std::uint16_t port : ports) wait_for(port);
  restart_under_load(deployment, one, other, ports);
  kill_under_load(deployment, one, ports, who_had);
  BOOST_TEST(other.server->stop() == 0);
  deployment.verify();
  check_audit(deployment);
}

/// The first server to which nginx sent a request, from nginx's log.
std::string first_upstream(const std::filesystem::path& log, const std::string& request_id) {
  std::istringstream lines(read_file(log));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(request_id + " ")) continue;
    const std::string upstreams = line.substr(request_id.size() + 1);
    return upstreams.substr(0, upstreams.find(','));
  }
  return "not in nginx's log";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(behind_haproxy)

BOOST_AUTO_TEST_CASE(restarts_lose_no_request_and_a_kill_only_those_in_flight) {
  const Deployment deployment(behind({{"proxy-protocol-from", own_address}}));
  Host one(deployment, "one");
  Host other(deployment, "other");
  const std::uint16_t port = free_port();
  std::string config = sample("haproxy.cfg.sample");
  replace(config, "bind :443", "bind " + at(port));
  replace(config, "10.0.0.11:8443 check port 8445", at(one.api) + " check port " + std::to_string(one.admin));
  replace(config, "10.0.0.12:8443 check port 8445", at(other.api) + " check port " + std::to_string(other.admin));
  const auto file = deployment.folder() / "haproxy.cfg";
  write_file(file, config);
  const auto log = deployment.folder() / "haproxy.log";
  const Process haproxy({"/usr/sbin/haproxy", "-db", "-f", file.string()}, log, log);
  drive(deployment, one, other, {port}, [](const Loss& loss) { return loss.server; });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(behind_nginx)

BOOST_AUTO_TEST_CASE(restarts_lose_no_request_and_a_kill_only_those_in_flight) {
  const Deployment deployment(behind({{"proxy-protocol-from", own_address}, {"forwarded-from", reencrypting}}));
  Host one(deployment, "one");
  Host other(deployment, "other");
  const std::uint16_t passing = free_port();
  const std::uint16_t ending = free_port();
  std::string config = nginx_config({.folder = deployment.folder(),
                                     .passing = passing,
                                     .ending = ending,
                                     .one = at(one.api),
                                     .other = at(other.api)});
  // Both configurations connect to the same server here, so they need different addresses.
  replace(config, "proxy_pass https://tacit;", "proxy_pass https://tacit; proxy_bind " + reencrypting + ";");
  const auto requests = deployment.folder() / "nginx-requests.log";
  replace(config, "access_log off;",
          "log_format who '$http_x_request_id $upstream_addr'; access_log " + requests.string() + " who;");
  const auto file = deployment.folder() / "nginx.conf";
  write_file(file, config);
  const auto log = deployment.folder() / "nginx.log";
  Process nginx(nginx_command(deployment.folder(), file), log, log);
  const AskedToEnd ends{nginx};
  drive(deployment, one, other, {passing, ending}, [&](const Loss& loss) {
    // Where nginx terminates TLS, the client sees only nginx.
    const bool told = loss.server == one.name || loss.server == other.name;
    return told ? loss.server : first_upstream(requests, loss.request_id);
  });
}

BOOST_AUTO_TEST_SUITE_END()
