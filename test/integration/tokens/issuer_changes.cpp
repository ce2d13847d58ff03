// While an identity provider changes its keys, is down or hangs, or revokes tokens, good tokens are accepted, revoked
// ones are refused, and what cannot be judged gets 503.
#include <atomic>
#include <csignal>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/tokens/trusting_deployment.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

using Idp = IdentityProvider;

/// Waits until the condition holds, at most `patience`.
template <class Condition>
bool comes_true(Condition condition, std::chrono::milliseconds patience = 10s) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

/// Threads that send requests with every token that is currently valid, without a pause, and record each answer that is
/// not 200.
class Traffic {
 public:
  explicit Traffic(const Server& server) : server_(server) {
    for (std::atomic<std::uint64_t>& round : rounds_) threads_.emplace_back([this, &round] { run(round); });
  }
  ~Traffic() { stop(); }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void use(const std::vector<Tokens>& tokens) {
    const std::scoped_lock lock(mutex_);
    for (const Tokens& each : tokens) tokens_.push_back(each.access);
  }
  /// Returns when no request with one of these tokens is in progress.
  void give_up(const std::vector<Tokens>& tokens) {
    {
      const std::scoped_lock lock(mutex_);
      for (const Tokens& each : tokens) std::erase(tokens_, each.access);
    }
    go_round();
  }
  /// Returns when every thread has sent a request with every token since the call.
  void go_round() {
    std::vector<std::uint64_t> wanted;
    for (const auto& round : rounds_) wanted.push_back(round + 2);  // the current round may have started earlier
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const bool went = comes_true([&] { return rounds_[i] >= wanted[i]; }, 30s);
      if (!went) throw std::runtime_error("the requests have stopped");
    }
  }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  /// After stop(): the answers other than 200, one per line.
  const std::string& complaints() const { return complaints_; }

 private:
  void run(std::atomic<std::uint64_t>& round) {
    HttpsClient client(server_.api_client());
    while (!stopping_) {
      for (const std::string& token : current()) {
        try {
          const Answer answer = client.request("GET", secrets_path, {{"Authorization", "Bearer " + token}});
          if (answer.status != 200) complain(std::to_string(answer.status) + " for " + token);
        } catch (const std::exception& error) {
          complain(error.what());
          return;
        }
        std::this_thread::sleep_for(3ms);  // requests at all times are wanted, but not the whole processor time
      }
      ++round;
      std::this_thread::sleep_for(1ms);  // there may be no tokens at the moment
    }
  }
  std::vector<std::string> current() {
    const std::scoped_lock lock(mutex_);
    return tokens_;
  }
  void complain(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    if (complaints_.size() < 10000) complaints_ += line + "\n";
  }

  const Server& server_;
  std::mutex mutex_;
  std::vector<std::string> tokens_;
  std::string complaints_;
  std::atomic<bool> stopping_{false};
  std::array<std::atomic<std::uint64_t>, 4> rounds_{};
  std::vector<std::thread> threads_;
};

std::vector<TokenRequest> one_of_each_kind() {
  return {{Idp::jwt}, {Idp::jwt, Idp::ann}, {Idp::opaque}, {Idp::opaque, Idp::bob}};
}

void check_unavailable(const Server& server, const std::string& token) {
  const Answer answer = bearer(server, token).get(secrets_path);
  REQUIRE_STATUS(answer, 503);
  BOOST_TEST(answer.count("Retry-After") == 1U);
  BOOST_TEST(answer.count("WWW-Authenticate") == 0U);  // the token is not at fault
  BOOST_TEST(answer.at("detail").is_string());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(issuer_changes)

// Like a provider's rotation: a key is published before its first signature and remains so for a while after its last.
BOOST_AUTO_TEST_CASE(a_rotation_of_keys_refuses_no_good_token) {
  const Settings section = {{"refresh-least", "1"}, {"refresh-most", "1"}};
  TrustingDeployment trusting(section);
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  const auto old_tokens = provider.tokens(one_of_each_kind());
  Traffic traffic(server);
  traffic.use(old_tokens);
  traffic.go_round();

  provider.use_keys({{"first"}, {"second"}});
  const auto last_of_first = provider.tokens({{Idp::jwt}});
  BOOST_REQUIRE(comes_true([&] { return trusting.deployment.printed().find(R"("keys":2)") != std::string::npos; }));
  traffic.use(last_of_first);

  provider.use_keys({{"second"}, {"first"}});
  const auto new_tokens = provider.tokens(one_of_each_kind());
  traffic.use(new_tokens);
  traffic.go_round();

  // The old tokens are valid until the provider drops the key that signed them, and no longer.
  const std::vector<Tokens> old_jwts = {old_tokens[0], old_tokens[1], last_of_first[0]};
  traffic.give_up(old_jwts);
  provider.use_keys({{"second"}});
  for (const Tokens& old_jwt : old_jwts) {
    BOOST_TEST(comes_true([&] { return status_with(server, old_jwt.access) == 401; }));
  }
  traffic.go_round();
  traffic.stop();
  BOOST_TEST(traffic.complaints().empty(), traffic.complaints());
}

BOOST_AUTO_TEST_CASE(a_token_of_an_unannounced_key_is_accepted_before_the_next_refresh) {
  TrustingDeployment trusting;
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  Traffic traffic(server);
  traffic.use(provider.tokens(one_of_each_kind()));
  traffic.go_round();
  provider.use_keys({{"second"}, {"first"}});
  const auto new_tokens = provider.tokens(one_of_each_kind());
  // The provider allows an hour of caching, but an unknown key is requested at once.
  traffic.use(new_tokens);
  traffic.go_round();
  traffic.stop();
  BOOST_TEST(traffic.complaints().empty(), traffic.complaints());
}

BOOST_AUTO_TEST_CASE(a_token_of_a_new_key_is_not_invalid_while_the_provider_is_silent) {
  const Settings section = {{"fetch-timeout", "1"}};
  TrustingDeployment trusting(section);
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  BOOST_TEST(status_with(server, provider.token({Idp::jwt}).access) == 200);
  provider.use_keys({{"second"}});
  const std::string token = provider.token({Idp::jwt}).access;
  provider.pause();
  const int meanwhile = status_with(server, token);
  const int again = status_with(server, token);
  provider.resume();
  BOOST_TEST(meanwhile == 503);
  BOOST_TEST(again == 503);
  BOOST_TEST(comes_true([&] { return status_with(server, token) == 200; }));
}

BOOST_AUTO_TEST_CASE(sighup_fetches_the_keys_again) {
  TrustingDeployment trusting;
  trusting.provider.start();
  Server server(trusting.deployment);
  const std::string token = trusting.provider.token({Idp::jwt}).access;
  BOOST_REQUIRE(comes_true([&] { return status_with(server, token) == 200; }));
  trusting.provider.use_keys({{"second"}});
  BOOST_TEST(status_with(server, token) == 200);
  server.process().signal(SIGHUP);
  BOOST_TEST(comes_true([&] { return status_with(server, token) == 401; }));
}

BOOST_AUTO_TEST_CASE(a_reload_applies_the_tenants_of_an_issuer) {
  TrustingDeployment trusting;
  Idp& provider = trusting.provider;
  provider.start();
  Server server(trusting.deployment);
  const auto tokens = provider.tokens({{Idp::jwt, Idp::ann}, {Idp::opaque}});
  const json::value secret = {{"secret_name", "n"},
                              {"secret_value", "the value"},
                              {"tool_name", "tool"},
                              {"tool_arg", "a"},
                              {"is_default_for_tool", true}};
  REQUIRE_STATUS(bearer(server, tokens[0].access).post(secrets_path, secret), 200);
  const auto list = [&] { return bearer(server, tokens[0].access).get(secrets_path); };
  const std::string of_ann = list().body;
  BOOST_TEST(of_ann.find("\"n\"") != std::string::npos);
  BOOST_TEST(status_with(server, tokens[1].access) == 200);  // it names no user, only the client

  trusting.configure_issuer({{"uuid-users", "off"}});
  server.process().signal(SIGHUP);
  BOOST_TEST(comes_true([&] {
    const Answer answer = list();
    return answer.status == 200 && answer.body.find("\"n\"") == std::string::npos;
  }));

  trusting.configure_issuer({{"uuid-users", "off"}, {"client-tokens", "off"}});
  server.process().signal(SIGHUP);
  BOOST_TEST(comes_true([&] { return status_with(server, tokens[1].access) == 401; }));
}

BOOST_AUTO_TEST_CASE(an_unavailable_provider_makes_only_unverifiable_tokens_503) {
  TrustingDeployment trusting;
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  Tenant tenant(trusting.deployment, server);
  const auto seen = provider.tokens(one_of_each_kind());
  const auto unseen = provider.tokens(one_of_each_kind());
  Traffic traffic(server);
  traffic.use(seen);
  traffic.go_round();
  traffic.give_up({seen[2], seen[3]});
  provider.stop();

  for (const Tokens& jwt : {seen[0], seen[1], unseen[0], unseen[1]}) BOOST_TEST(status_with(server, jwt.access) == 200);
  for (const Tokens& opaque : {unseen[2], unseen[3]}) check_unavailable(server, opaque.access);
  for (const Tokens& opaque : {seen[2], seen[3]}) {
    BOOST_TEST(comes_true([&] { return status_with(server, opaque.access) == 503; }));
    check_unavailable(server, opaque.access);
  }
  CHECK_STATUS(tenant.api.get(secrets_path), 200);
  CHECK_STATUS(HttpsClient(server.api_client()).request("GET", secrets_path), 401);
  CHECK_STATUS(HttpsClient(server.api_client()).request("GET", "/readyz"), 200);

  provider.start();
  for (const std::vector<Tokens>& tokens : {seen, unseen, provider.tokens(one_of_each_kind())}) {
    for (const Tokens& each : tokens) {
      BOOST_TEST(comes_true([&] { return status_with(server, each.access) == 200; }));
    }
    traffic.use(tokens);
  }
  traffic.go_round();
  traffic.stop();
  BOOST_TEST(traffic.complaints().empty(), traffic.complaints());
}

BOOST_AUTO_TEST_CASE(a_server_starts_without_the_provider_and_accepts_its_tokens_later) {
  TrustingDeployment trusting;
  Idp& provider = trusting.provider;
  provider.start();
  const auto tokens = provider.tokens(one_of_each_kind());
  provider.stop();
  const Server server(trusting.deployment);
  Tenant tenant(trusting.deployment, server);
  CHECK_STATUS(tenant.api.get(secrets_path), 200);
  CHECK_STATUS(HttpsClient(server.api_client()).request("GET", "/readyz"), 200);
  for (const Tokens& each : tokens) check_unavailable(server, each.access);
  // Tokens that can be refused without the provider are refused.
  BOOST_TEST(status_with(server, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb2JvdCJ9.") == 401);
  provider.start();
  for (const Tokens& each : tokens) {
    BOOST_TEST(comes_true([&] { return status_with(server, each.access) == 200; }, 15s));
  }
}

BOOST_AUTO_TEST_CASE(a_provider_that_hangs_delays_only_requests_that_need_it) {
  const Settings section = {{"fetch-timeout", "3"}};
  TrustingDeployment trusting(section);
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  Tenant tenant(trusting.deployment, server);
  const auto tokens = provider.tokens({{Idp::jwt}, {Idp::opaque}, {Idp::opaque}, {Idp::opaque}, {Idp::opaque}});
  BOOST_TEST(status_with(server, tokens[0].access) == 200);
  provider.pause();
  std::atomic<int> ended{0};
  std::array<int, 4> statuses{};
  std::thread waiting([&] {
    in_parallel(4, [&](std::size_t i) {
      statuses[i] = status_with(server, tokens[i + 1].access);
      ++ended;
    });
  });
  std::vector<int> meanwhile;
  for (int i = 0; i < 20; ++i) {
    meanwhile.push_back(status_with(server, tokens[0].access));
    meanwhile.push_back(tenant.api.get(secrets_path).status);
  }
  const int ended_early = ended;
  waiting.join();
  provider.resume();
  BOOST_TEST(ended_early == 0);
  BOOST_TEST(std::count(meanwhile.begin(), meanwhile.end(), 200) == 40);
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 503) == 4);
  for (const Tokens& each : tokens) {
    BOOST_TEST(comes_true([&] { return status_with(server, each.access) == 200; }));
  }
}

BOOST_AUTO_TEST_CASE(a_provider_that_hangs_does_not_keep_the_server_from_stopping_cleanly) {
  const Settings section = {{"fetch-timeout", "30"}};
  TrustingDeployment trusting(section);
  trusting.deployment.configure({{"shutdown-timeout", "1"}});
  Idp& provider = trusting.provider;
  provider.start();
  Server server(trusting.deployment);
  const auto tokens = provider.tokens({{Idp::opaque}, {Idp::opaque}});
  BOOST_TEST(status_with(server, tokens[0].access) == 200);
  provider.pause();
  std::thread waiting([&] {
    try {
      status_with(server, tokens[1].access);
    } catch (const TransportError&) {  // not answered: the server had reached its deadline
    }
  });
  std::this_thread::sleep_for(200ms);
  const auto asked = std::chrono::steady_clock::now();
  const int code = server.stop();
  const auto taken = std::chrono::steady_clock::now() - asked;
  waiting.join();
  provider.resume();
  BOOST_TEST(code == 0);
  BOOST_TEST((taken < 10s));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_refused_once_its_cached_answer_expires) {
  TrustingDeployment trusting;
  Idp& provider = trusting.provider;
  provider.start();
  const Server server(trusting.deployment);
  const auto tokens = provider.tokens({{Idp::opaque}, {Idp::opaque, Idp::ann}, {Idp::opaque}});
  for (const Tokens& each : tokens) BOOST_TEST(status_with(server, each.access) == 200);
  for (const bool of_robot : {true, false}) {
    const std::string& token = tokens[of_robot ? 0 : 1].access;
    BOOST_TEST(status_with(server, token) == 200);
    provider.revoke(token, of_robot);
    // The result may be cached for a second; the rest is for a busy machine.
    BOOST_TEST(comes_true([&] { return status_with(server, token) == 401; }, 4s));
    BOOST_TEST(status_with(server, token) == 401);
    BOOST_TEST(status_with(server, tokens[2].access) == 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()
