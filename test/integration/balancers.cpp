// Two servers over one store behind real load balancers, configured as in conf/ and under load: the audit log has the
// clients' addresses, a restart loses no request, and a killed server loses only requests in flight.
#include <atomic>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "test/integration/balancer_setup.hpp"
#include "test/integration/shared_server.hpp"
#include "test/integration/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr int restarts = 10;
constexpr std::size_t writers = 6;
constexpr std::size_t resting = 8;
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

/// A request that could not be sent or that failed.
struct Loss {
  std::string why;
  std::string request_id;
  std::string server;  ///< the name in its certificate; empty if there was no connection
};

/// One client with a connection that it keeps as long as possible.
class Caller {
 public:
  /// `attempts`: how often it tries to connect, before it sends any part of a request.
  Caller(ClientOptions options, std::string key, int attempts)
      : options_(std::move(options)), api_key_(std::move(key)), attempts_(attempts) {}

  Answer ask(const std::string& method, const std::string& target, const std::string& body) {
    request_id_ = new_uuid();
    // Like every client with persistent connections, it does not use a connection that the server has closed.
    if (connection_ && connection_->is_stale()) connection_.reset();
    server_.clear();
    if (!connection_) connect();
    server_ = connection_->server_name();
    Headers headers = {{"X-Request-Id", request_id_}, {"x-api-key", api_key_}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    Answer answer = connection_->request(method, target, headers, body);
    if (answer.closes()) connection_.reset();
    return answer;
  }

  /// Returns an answer with status 200; throws otherwise.
  Answer done(const std::string& method, const std::string& target, const std::string& body) {
    Answer answer = ask(method, target, body);
    if (answer.status != 200) throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
    return answer;
  }

  /// Describes the loss of the last request.
  Loss lose(const std::string& why) {
    connection_.reset();
    return {why, request_id_, server_};
  }

  /// Whether the server ended the connection since the last request. Throws on a reset.
  bool was_ended() { return connection_ && connection_->is_stale() && connection_->read_to_end().empty(); }

 private:
  void connect() {
    for (int attempt = 1; !connection_; ++attempt) {
      try {
        connection_ = std::make_unique<HttpsClient>(options_);
      } catch (const TransportError&) {
        if (attempt >= attempts_) throw;
        std::this_thread::sleep_for(50ms);
      }
    }
  }

  ClientOptions options_;
  std::string api_key_;
  int attempts_;
  std::unique_ptr<HttpsClient> connection_;
  std::string request_id_;
  std::string server_;
};

/// The requests of one client, without pauses, until `over` or until too many were lost.
class Load {
 public:
  explicit Load(Caller caller) : caller_(std::move(caller)) {}
  virtual ~Load() = default;
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void run(const std::atomic<bool>& over) {
    while (!over && lost_.size() < 20) step();
  }
  /// The number of requests that were answered with 200.
  std::size_t done() const { return done_; }
  const std::vector<Loss>& lost() const { return lost_; }
  /// The difference between the stored and the acknowledged state; empty if there is none.
  virtual std::string difference() { return ""; }

 protected:
  virtual void step() = 0;
  Caller caller_;
  std::size_t done_ = 0;
  std::vector<Loss> lost_;
};

/// Changes secrets of its own tenant, which no other client changes, and records their expected state.
class Writer final : public Load {
 public:
  using Load::Load;

  /// A change without an answer may or may not have been made.
  std::string difference() override {
    const Answer listed = caller_.ask("GET", secrets_path, "");
    if (listed.status != 200) return "the list has status " + std::to_string(listed.status);
    std::map<std::string, std::string> there;
    const json::value data = listed.at("data");
    for (const json::value& secret : data.as_array()) {
      there[json::value_to<std::string>(secret.at("secret_name"))] = json::value_to<std::string>(secret.at("tool_arg"));
    }
    for (const std::string& name : doubtful_) {
      there.erase(name);
      arguments_.erase(name);
    }
    if (there == arguments_) return "";
    return std::to_string(there.size()) + " secrets instead of " + std::to_string(arguments_.size()) +
           ", or others than were acknowledged";
  }

 private:
  void step() override {
    const std::string name = "name-" + std::to_string(lost_.size()) + "-" + std::to_string(number_ % 7);
    const std::string argument = "argument-" + std::to_string(++number_);
    const auto known = ids_.find(name);
    const json::value fields = {{"secret_name", name}, {"secret_value", "value-" + argument}, {"tool_arg", argument}};
    try {
      if (known == ids_.end()) {
        ids_[name] = caller_.done("POST", secrets_path, json::serialize(fields)).text("secret_id");
        arguments_[name] = argument;
      } else if (number_ % 3 == 0) {
        caller_.done("DELETE", secrets_path + known->second, "");
        ids_.erase(known);
        arguments_.erase(name);
      } else {
        caller_.done("PATCH", secrets_path + known->second, json::serialize(fields));
        arguments_[name] = argument;
      }
      ++done_;
    } catch (const std::exception& error) {
      lost_.push_back(caller_.lose(error.what()));
      doubtful_.insert(name);  // not used again: later secrets get new names
    }
  }

  std::uint64_t number_ = 0;
  std::map<std::string, std::string> ids_;        ///< by name
  std::map<std::string, std::string> arguments_;  ///< likewise
  std::set<std::string> doubtful_;
};

/// Reads without pauses, several times as often as the writer writes.
class Reader final : public Load {
 public:
  using Load::Load;

 private:
  void step() override {
    try {
      caller_.done("GET", secrets_path, "");
      ++done_;
    } catch (const std::exception& error) {
      lost_.push_back(caller_.lose(error.what()));
    }
  }
};

std::string source_of(std::size_t client) { return client % 2 == 0 ? "127.0.0.2" : "127.0.0.3"; }

ClientOptions through(std::uint16_t port, const std::string& source) {
  ClientOptions options{.port = port, .authority = certificates().servers.certificate()};
  options.source = source;
  return options;
}

/// Connections that are idle while a server is restarted.
class Resting {
 public:
  explicit Resting(const std::vector<std::uint16_t>& ports) {
    for (std::size_t i = 0; i < resting; ++i) {
      callers_.push_back(
          std::make_unique<Caller>(through(ports[i % ports.size()], source_of(i / ports.size())), "", 1));
    }
    ask();
  }
  /// After a restart, each connection has been closed in order or still serves a request.
  void ask() {
    for (const auto& caller : callers_) {
      if (caller->was_ended()) ++ended_;
      caller->done("GET", "/healthz", "");
    }
  }
  std::size_t ended() const { return ended_; }

 private:
  std::vector<std::unique_ptr<Caller>> callers_;
  std::size_t ended_ = 0;
};

/// Clients under load, from two addresses.
class Crowd {
 public:
  Crowd(const Deployment& deployment, const std::vector<std::uint16_t>& ports, int attempts) {
    for (std::size_t i = 0; i < writers; ++i) {
      const std::uint16_t port = ports[i % ports.size()];
      const std::string key = deployment.create_api_key(new_uuid());
      loads_.push_back(std::make_unique<Writer>(Caller(through(port, source_of(i / ports.size())), key, attempts)));
      if (i % 3 == 2) continue;  // two readers for three writers
      loads_.push_back(std::make_unique<Reader>(Caller(through(port, source_of(i / ports.size())), key, attempts)));
    }
    for (const auto& load : loads_) threads_.emplace_back([this, work = load.get()] { work->run(over_); });
  }
  ~Crowd() { end(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void end() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  /// After the end: checks that every acknowledged change is stored. Returns what each client lost.
  std::vector<std::vector<Loss>> check() {
    std::vector<std::vector<Loss>> lost;
    std::size_t done = 0;
    for (const auto& load : loads_) {
      BOOST_TEST(load->done() > 0u);
      BOOST_TEST(load->difference() == "");
      for (const Loss& loss : load->lost()) BOOST_TEST_MESSAGE("lost on " << loss.server << ": " << loss.why);
      lost.push_back(load->lost());
      done += load->done();
    }
    BOOST_TEST_MESSAGE(done << " requests were answered");
    return lost;
  }

 private:
  std::atomic<bool> over_{false};
  std::vector<std::unique_ptr<Load>> loads_;
  std::vector<std::thread> threads_;
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
