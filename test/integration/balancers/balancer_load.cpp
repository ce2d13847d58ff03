#include "test/integration/balancers/balancer_load.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "test/integration/support/shared_server.hpp"

namespace tacit::test {

namespace json = boost::json;
using namespace std::chrono_literals;

/// One client with a connection that it keeps as long as possible.
class BalancedCaller {
 public:
  /// `attempts`: how often it tries to connect, before it sends any part of a request.
  BalancedCaller(ClientOptions options, std::string key, int attempts)
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
class BalancedLoad {
 public:
  explicit BalancedLoad(BalancedCaller caller) : caller_(std::move(caller)) {}
  virtual ~BalancedLoad() = default;
  BalancedLoad(const BalancedLoad&) = delete;
  BalancedLoad& operator=(const BalancedLoad&) = delete;

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
  BalancedCaller caller_;
  std::size_t done_ = 0;
  std::vector<Loss> lost_;
};

namespace {

constexpr std::size_t writers = 6;
constexpr std::size_t resting = 8;

/// Changes secrets of its own tenant, which no other client changes, and records their expected state.
class Writer final : public BalancedLoad {
 public:
  using BalancedLoad::BalancedLoad;

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
class Reader final : public BalancedLoad {
 public:
  using BalancedLoad::BalancedLoad;

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

}  // namespace

Resting::Resting(const std::vector<std::uint16_t>& ports) {
  for (std::size_t i = 0; i < resting; ++i) {
    callers_.push_back(
        std::make_unique<BalancedCaller>(through(ports[i % ports.size()], source_of(i / ports.size())), "", 1));
  }
  ask();
}

Resting::~Resting() = default;

void Resting::ask() {
  for (const auto& caller : callers_) {
    if (caller->was_ended()) ++ended_;
    caller->done("GET", "/healthz", "");
  }
}

Crowd::Crowd(const Deployment& deployment, const std::vector<std::uint16_t>& ports, int attempts) {
  for (std::size_t i = 0; i < writers; ++i) {
    const std::uint16_t port = ports[i % ports.size()];
    const std::string key = deployment.create_api_key(new_uuid());
    const auto caller = [&] { return BalancedCaller(through(port, source_of(i / ports.size())), key, attempts); };
    loads_.push_back(std::make_unique<Writer>(caller()));
    if (i % 3 == 2) continue;  // two readers for three writers
    loads_.push_back(std::make_unique<Reader>(caller()));
  }
  for (const auto& load : loads_) threads_.emplace_back([this, work = load.get()] { work->run(over_); });
}

Crowd::~Crowd() { end(); }

void Crowd::end() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<std::vector<Loss>> Crowd::check() {
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

}  // namespace tacit::test
