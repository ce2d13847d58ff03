// Two servers over one store behind real load balancers, configured as conf/ has it, under load: the audit knows the
// clients, a server can be restarted without the loss of a request, and one that is killed loses what is in flight on
// it.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "test/integration/shared_server.hpp"
#include "test/integration/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr int restarts = 10;
constexpr std::size_t clients = 6;
const std::string own = "127.0.0.1";           // where the balancers connect from
const std::string reencrypting = "127.0.0.9";  // and nginx where it ends TLS

/// A port that nobody listens on, and that no outgoing connection is given: below the range of those.
std::uint16_t free_port() {
  static std::mt19937 random(std::random_device{}());
  for (;;) {
    const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution<int>(20000, 32000)(random));
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* const raw = &address;
    const bool is_free = ::bind(socket, static_cast<const sockaddr*>(raw), sizeof address) == 0;
    ::close(socket);
    if (is_free) return port;
  }
}

std::string at(std::uint16_t port) { return own + ":" + std::to_string(port); }

/// Replaces every occurrence; the sample that it no longer fits is an error.
void replace(std::string& text, const std::string& from, const std::string& to) {
  auto place = text.find(from);
  if (place == std::string::npos) throw std::runtime_error("the sample has no " + from);
  for (; place != std::string::npos; place = text.find(from, place + to.size())) text.replace(place, from.size(), to);
}

std::string sample(const std::string& name) { return read_file(std::string(TACIT_SOURCE_DIR) + "/conf/" + name); }

/// One of the two servers: always on the same ports.
struct Host {
  explicit Host(const Deployment& over) : deployment(over), api(free_port()), admin(free_port()) { start(); }
  void start() {
    server = std::make_unique<Server>(deployment,
                                      std::vector<std::string>{"--api-listen", at(api), "--admin-listen", at(admin)});
  }
  const Deployment& deployment;
  std::uint16_t api;
  std::uint16_t admin;
  std::unique_ptr<Server> server;
};

/// What one client does, and what it knows of the tenant that nobody else changes.
class Load {
 public:
  /// `attempts`: how often it tries to connect, before anything of a request is sent.
  Load(ClientOptions options, std::string key, int attempts)
      : options_(std::move(options)), key_(std::move(key)), attempts_(attempts) {}

  void run(const std::atomic<bool>& over) {
    while (!over) {
      if (!change()) return;
    }
  }

  /// Changes that were acknowledged.
  std::size_t done() const { return done_; }
  /// Requests that were sent, or should have been, and got no good answer: a sentence each.
  const std::vector<std::string>& lost() const { return lost_; }
  /// Whether the server has what was acknowledged; an unanswered change may or may not have been made.
  std::string difference() {
    const Answer listed = ask("GET", secrets_path, "");
    if (listed.status != 200) return "the list has status " + std::to_string(listed.status);
    std::map<std::string, std::string> there;
    for (const json::value& secret : listed.at("data").as_array()) {
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
  Answer ask(const std::string& method, const std::string& target, const std::string& body) {
    // As every client that keeps connections does: one that the server has closed meanwhile is not used.
    if (connection_ && connection_->is_stale()) connection_.reset();
    if (!connection_) connect();
    Headers headers = {{"x-api-key", key_}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    Answer answer = connection_->request(method, target, headers, body);
    if (answer.closes()) connection_.reset();
    return answer;
  }

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

  /// False once too much was lost to go on.
  bool change() {
    const std::string name = "name-" + std::to_string(lost_.size()) + "-" + std::to_string(number_ % 7);
    const std::string argument = "argument-" + std::to_string(++number_);
    const auto known = ids_.find(name);
    const json::value fields = {{"secret_name", name}, {"secret_value", "value-" + argument}, {"tool_arg", argument}};
    try {
      if (known == ids_.end()) {
        ids_[name] = done("POST", secrets_path, json::serialize(fields)).text("secret_id");
        arguments_[name] = argument;
      } else if (number_ % 3 == 0) {
        done("DELETE", secrets_path + known->second, "");
        ids_.erase(known);
        arguments_.erase(name);
      } else {
        done("PATCH", secrets_path + known->second, json::serialize(fields));
        arguments_[name] = argument;
      }
      ++done_;
    } catch (const std::exception& error) {
      connection_.reset();
      lost_.push_back(error.what());
      doubtful_.insert(name);  // it is not touched any more: names begin anew
    }
    return lost_.size() < 20;
  }

  Answer done(const std::string& method, const std::string& target, const std::string& body) {
    Answer answer = ask(method, target, body);
    if (answer.status != 200) throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
    return answer;
  }

  ClientOptions options_;
  std::string key_;
  int attempts_;
  std::unique_ptr<HttpsClient> connection_;
  std::uint64_t number_ = 0;
  std::map<std::string, std::string> ids_;        ///< by name
  std::map<std::string, std::string> arguments_;  ///< likewise
  std::set<std::string> doubtful_;
  std::size_t done_ = 0;
  std::vector<std::string> lost_;
};

/// Clients at work, from two addresses.
class Crowd {
 public:
  Crowd(const Deployment& deployment, const std::vector<std::uint16_t>& ports, int attempts) {
    for (std::size_t i = 0; i < clients; ++i) {
      ClientOptions options{ports[i % ports.size()], certificates().servers.certificate()};
      options.source = i < clients / 2 ? "127.0.0.2" : "127.0.0.3";
      loads_.push_back(std::make_unique<Load>(options, deployment.create_key(new_uuid()), attempts));
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

  /// After the end: nothing was lost, and everything that was acknowledged is there.
  void check(std::size_t lost_at_most) {
    for (const auto& load : loads_) {
      BOOST_TEST(load->done() > 0u);
      BOOST_TEST(load->lost().size() <= lost_at_most);
      for (const std::string& sentence : load->lost()) BOOST_TEST_MESSAGE("lost: " << sentence);
      BOOST_TEST(load->difference() == "");
    }
    std::size_t done = 0;
    for (const auto& load : loads_) done += load->done();
    BOOST_TEST_MESSAGE(done << " changes were acknowledged");
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

/// Waits until the balancer lets somebody through.
void wait_for(std::uint16_t port) {
  for (int i = 0; i < 100; ++i) {
    try {
      HttpsClient client({port, certificates().servers.certificate()});
      if (client.request("GET", "/healthz").status == 200) return;
    } catch (const TransportError&) {
    }
    std::this_thread::sleep_for(50ms);
  }
  throw std::runtime_error("the balancer lets nobody through");
}

/// Restarts each of the two in turn, as a package's upgrade would.
void restart_in_turn(Host& one, Host& other) {
  for (int i = 0; i < restarts; ++i) {
    for (Host* host : {&one, &other}) {
      BOOST_TEST(host->server->stop() == 0);
      host->start();
      std::this_thread::sleep_for(400ms);  // the balancer has to find out that it is back
    }
  }
}

/// The clients' addresses are all that the audit knows.
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

void drive(const Deployment& deployment, Host& one, Host& other, const std::vector<std::uint16_t>& ports) {
  for (const std::uint16_t port : ports) wait_for(port);
  {
    Crowd crowd(deployment, ports, 1);
    restart_in_turn(one, other);
    crowd.end();
    crowd.check(0);
  }
  {
    // A connection to a server that is dying may come to be and end at once: nothing of a request is lost with it.
    Crowd crowd(deployment, ports, 20);
    std::this_thread::sleep_for(300ms);
    one.server->kill();
    std::this_thread::sleep_for(700ms);
    crowd.end();
    crowd.check(1);  // what it was about
  }
  BOOST_TEST(other.server->stop() == 0);
  deployment.verify();
  check_audit(deployment);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(behind_haproxy)

BOOST_AUTO_TEST_CASE(restarts_lose_nothing_and_a_kill_what_is_in_flight) {
  const Deployment deployment(behind({{"proxy-protocol-from", own}}));
  Host one(deployment);
  Host other(deployment);
  const std::uint16_t port = free_port();
  std::string config = sample("haproxy.cfg.sample");
  replace(config, "bind :443", "bind " + at(port));
  replace(config, "10.0.0.11:8443 check port 8445", at(one.api) + " check port " + std::to_string(one.admin));
  replace(config, "10.0.0.12:8443 check port 8445", at(other.api) + " check port " + std::to_string(other.admin));
  const auto file = deployment.folder() / "haproxy.cfg";
  write_file(file, config);
  const auto log = deployment.folder() / "haproxy.log";
  const Process haproxy({"/usr/sbin/haproxy", "-db", "-f", file.string()}, log, log);
  drive(deployment, one, other, {port});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(behind_nginx)

BOOST_AUTO_TEST_CASE(restarts_lose_nothing_and_a_kill_what_is_in_flight) {
  const Deployment deployment(behind({{"proxy-protocol-from", own}, {"forwarded-from", reencrypting}}));
  Host one(deployment);
  Host other(deployment);
  const std::uint16_t passing = free_port();
  const std::uint16_t ending = free_port();
  const std::string folder = deployment.folder().string();
  std::string config = sample("nginx.conf.sample");
  replace(config, "listen 443;", "listen " + at(passing) + ";");
  replace(config, "listen 8443 ssl;", "listen " + at(ending) + " ssl;");
  replace(config, "10.0.0.11:8443", at(one.api));
  replace(config, "10.0.0.12:8443", at(other.api));
  replace(config, "/etc/nginx/tacit.pem", certificates().server.certificate.string());
  replace(config, "/etc/nginx/tacit.key", certificates().server.key.string());
  replace(config, "/etc/nginx/tacit-ca.pem", certificates().servers.certificate().string());
  replace(config, "tacit.example.org", "localhost");
  // Both shapes stand before one server here, so they have to come from different addresses.
  replace(config, "proxy_pass https://tacit;", "proxy_pass https://tacit; proxy_bind " + reencrypting + ";");
  std::string places;
  for (const std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    places += kind + "_temp_path " + folder + "/" + kind + ";";
  }
  replace(config, "access_log off;", "access_log off; " + places);
  const auto file = deployment.folder() / "nginx.conf";
  write_file(file, config);
  const auto log = deployment.folder() / "nginx.log";
  const std::string globals = "daemon off; pid " + folder + "/nginx.pid; error_log stderr;";
  const Process nginx({"/usr/sbin/nginx", "-e", "stderr", "-c", file.string(), "-g", globals}, log, log);
  drive(deployment, one, other, {passing, ending});
}

BOOST_AUTO_TEST_SUITE_END()
