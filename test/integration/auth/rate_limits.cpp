// 429 goes to a tenant over its rate and to an address with too many failed credentials; no other client is affected.
#include <atomic>
#include <regex>
#include <thread>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;

namespace {

using Clock = std::chrono::steady_clock;

/// The number of answers `served` before the first other one, and the number that a correct server could serve: `burst`
/// and one per second of the duration.
struct Counted {
  int served = 0;
  int least = 0;
  int most = 0;
  Answer refused;
};

template <class Ask>
Counted ask_until_refused(int burst, int served_status, Ask ask) {
  Counted counted;
  const auto started = Clock::now();
  do {
    counted.refused = ask();
    counted.served += counted.refused.status == served_status ? 1 : 0;
  } while (counted.refused.status == served_status && counted.served < burst + 1000);
  counted.least = burst;
  counted.most = burst + static_cast<int>(std::chrono::ceil<std::chrono::seconds>(Clock::now() - started).count());
  return counted;
}

void check_counted(const Counted& counted) {
  BOOST_TEST(counted.served >= counted.least);
  BOOST_TEST(counted.served <= counted.most);
  REQUIRE_STATUS(counted.refused, 429);
}

int retry_after(const Answer& refused) { return std::stoi(refused.header("Retry-After")); }

void check_refusal(const Answer& refused, const std::string& policy, const std::string& parameters) {
  BOOST_TEST(refused.at("detail").is_string());
  BOOST_TEST(refused.count("Retry-After") == 1U);
  BOOST_TEST(std::regex_match(refused.header("Retry-After"), std::regex("[1-9][0-9]*")));
  BOOST_TEST(refused.header("RateLimit-Policy") == "\"" + policy + "\";" + parameters);
  BOOST_TEST(refused.header("RateLimit") == "\"" + policy + "\";r=0;t=" + refused.header("Retry-After"));
}

void wait_for(const Answer& refused) { std::this_thread::sleep_for(std::chrono::seconds(retry_after(refused))); }

/// Repeats the request until the response is as expected, for as long as a changed limit may take to apply.
template <class Wanted>
bool within_5_seconds(Client& client, Wanted wanted) {
  const auto until = Clock::now() + std::chrono::seconds(5);
  while (Clock::now() < until) {
    if (wanted(client.get("/api/v1/quota"))) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Repeats an action on its own thread during its lifetime, or until the action throws.
class Repeating {
 public:
  template <class Something>
  explicit Repeating(Something something)
      : thread_([this, something] {
          try {
            for (; !over_; ++times_) something();
          } catch (const std::exception&) {
            failed_ = true;
          }
        }) {}
  ~Repeating() {
    over_ = true;
    thread_.join();
    BOOST_TEST(!failed_);
  }
  void wait_for(int times) const {
    while (times_ < times && !failed_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  std::atomic<bool> over_{false};
  std::atomic<bool> failed_{false};
  std::atomic<int> times_{0};
  std::thread thread_;
};

/// A well-formed API key of that id and secret, whether it exists or not (auth/api_keys/api_key_format.hpp).
std::string with_checksum(const std::string& id_and_secret) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : id_and_secret) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  crc = ~crc;
  std::string checksum(6, '0');
  for (std::size_t i = 6; i-- > 0; crc /= 62) {
    checksum[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[crc % 62];
  }
  return "tct_" + id_and_secret + checksum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(a_list_costs_a_request_for_each_hundred_secrets_and_always_becomes_possible) {
  const Deployment deployment(Settings{{"request-rate", "1"}, {"request-burst", "1000"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  for (int i = 0; i < 300; ++i) {
    tenant.create({{"secret_name", "n" + std::to_string(i)}, {"secret_value", "12345678"}, {"tool_name", "tool"}});
  }
  const auto remaining = [&] {
    const std::string fields = tenant.api.get("/api/v1/quota").header("RateLimit");
    return std::stoi(fields.substr(fields.find(";r=") + 3));
  };
  const auto started = Clock::now();
  const int before = remaining();
  REQUIRE_STATUS(tenant.api.get(secrets_path), 200);                              // 1 + 3
  REQUIRE_STATUS(tenant.api.get(secrets_path + "?limit=1&tool_name=*zz*"), 200);  // 1 + 3: rows that are read count
  REQUIRE_STATUS(tenant.api.get(secrets_path + "?limit=50"), 200);                // 1
  const int spent = before - remaining();
  const int come_back = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(Clock::now() - started).count());
  BOOST_TEST(spent <= 10);
  BOOST_TEST(spent >= 10 - come_back);

  // More than the whole burst: the list is served, and again only after all of it has been paid for.
  const Finished done = deployment.command(
      {"limits", "set", "--tenant", tenant.id, "--requests-per-second", "1", "--request-burst", "1"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  BOOST_TEST(within_5_seconds(tenant.api, [](const Answer& answer) {
    return answer.header("RateLimit-Policy") == "\"tenant\";q=1;w=1" && answer.status == 200;
  }));
  Answer list = tenant.api.get(secrets_path);
  for (int i = 0; i < 2; ++i) {
    while (list.status == 429) {
      wait_for(list);
      list = tenant.api.get(secrets_path);
    }
    REQUIRE_STATUS(list, 200);
    const auto listed = Clock::now();
    list = tenant.api.get(secrets_path);
    REQUIRE_STATUS(list, 429);
    const auto passed = std::chrono::ceil<std::chrono::seconds>(Clock::now() - listed).count();
    BOOST_TEST(retry_after(list) <= 4);  // for the three owed requests, and the next one
    BOOST_TEST(retry_after(list) + passed >= 4);
  }
}

BOOST_AUTO_TEST_CASE(a_tenant_beyond_its_burst_is_refused_while_another_is_served) {
  const Deployment deployment(Settings{{"request-rate", "1"}, {"request-burst", "5"}});
  const Server server(deployment);
  Tenant busy(deployment, server);
  Tenant other(deployment, server);
  Client second_api_key(server, deployment.create_api_key(busy.id));
  check_counted(ask_until_refused(5, 200, [&] { return busy.api.get("/api/v1/quota"); }));
  const Counted counted = ask_until_refused(0, 200, [&] { return busy.api.get(secrets_path); });
  check_refusal(counted.refused, "tenant", "q=5;w=5");
  BOOST_TEST(!counted.refused.closes());
  // The limit applies to the tenant, not to one key, another tenant, or requests without a tenant.
  ask_until_refused(0, 200, [&] { return second_api_key.get(secrets_path); });
  REQUIRE_STATUS(other.api.get(secrets_path), 200);
  for (int i = 0; i < 20; ++i) {
    for (const char* path : {"/healthz", "/readyz", "/openapi.json"}) {
      const Answer answer = other.api.get(path);
      REQUIRE_STATUS(answer, 200);
      BOOST_TEST(answer.count("RateLimit") == 0U);
    }
  }
  for (int i = 0; i < 20; ++i) {
    const Answer answer = resolve(server, {{"user_id", busy.id}, {"tool_name", "tool"}});
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST(answer.count("RateLimit") == 0U);
  }
  const Answer refused =
      ask_until_refused(0, 200, [&] {
        return busy.api.post(secrets_path, {{"secret_name", new_uuid()}, {"secret_value", "12345678"}});
      }).refused;
  check_refusal(refused, "tenant", "q=5;w=5");
  wait_for(refused);
  REQUIRE_STATUS(busy.api.get(secrets_path), 200);
}

BOOST_AUTO_TEST_CASE(answers_state_the_remaining_requests) {
  const Deployment deployment(Settings{{"request-rate", "100"}, {"request-burst", "250"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  const Answer first = tenant.api.get(secrets_path);
  REQUIRE_STATUS(first, 200);
  BOOST_TEST(first.header("RateLimit-Policy") == "\"tenant\";q=250;w=3");
  BOOST_TEST(first.header("RateLimit") == "\"tenant\";r=249;t=1");
  const Answer missing = tenant.api.get(secrets_path + "01890000-0000-7000-8000-000000000000");
  REQUIRE_STATUS(missing, 404);
  BOOST_TEST(std::regex_match(missing.header("RateLimit"), std::regex("\"tenant\";r=24[89];t=1")));
}

BOOST_AUTO_TEST_CASE(a_request_without_the_scope_is_counted) {
  const Deployment deployment(Settings{{"request-rate", "1"}, {"request-burst", "3"}});
  const Server server(deployment);
  Client writer(server, deployment.create_api_key(new_uuid(), {"--scope", "secrets:write"}));
  check_counted(ask_until_refused(3, 403, [&] { return writer.get(secrets_path); }));
}

BOOST_AUTO_TEST_CASE(an_operators_limit_applies_within_5_seconds) {
  Tenant tenant = new_tenant();
  const auto set = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"limits", "set", tenant.id});
    const Finished done = shared_deployment().command(options);
    BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  };
  REQUIRE_STATUS(tenant.api.get(secrets_path), 200);
  set({"--requests-per-second", "1", "--request-burst", "40"});
  BOOST_TEST(within_5_seconds(
      tenant.api, [](const Answer& answer) { return answer.header("RateLimit-Policy") == "\"tenant\";q=40;w=40"; }));
  check_refusal(ask_until_refused(40, 200, [&] { return tenant.api.get(secrets_path); }).refused, "tenant",
                "q=40;w=40");
  // Raised again: the bucket refills at the new rate, not at the old one.
  set({"--requests-per-second", "default", "--request-burst", "default"});
  BOOST_TEST(within_5_seconds(tenant.api, [](const Answer& answer) {
    return answer.status == 200 && answer.header("RateLimit-Policy") == "\"tenant\";q=2000;w=2";
  }));
  set({"--requests-per-second", "0"});
  BOOST_TEST(within_5_seconds(tenant.api, [](const Answer& answer) { return answer.count("RateLimit") == 0; }));
}

BOOST_AUTO_TEST_CASE(guessing_is_slowed_without_excluding_neighbours) {
  const Deployment deployment(Settings{{"failed-auth-burst", "5"}});
  const Server server(deployment);
  Tenant known(deployment, server);
  std::vector<std::string> new_keys;
  for (int i = 0; i < 10; ++i) new_keys.push_back(deployment.create_api_key(known.id));
  for (int i = 0; i < 20; ++i) REQUIRE_STATUS(known.api.get(secrets_path), 200);  // costs nothing
  Client nobody(server.api_client(), {});
  for (int i = 0; i < 20; ++i) REQUIRE_STATUS(nobody.get(secrets_path), 401);  // nor does this

  int number = 0;
  Client guesser(server.api_client(), {});
  const auto guess = [&] {
    return guesser.request("GET", secrets_path, {}, {{"x-api-key", "guess-" + std::to_string(++number)}});
  };
  const Counted counted = ask_until_refused(5, 401, guess);
  check_counted(counted);
  check_refusal(counted.refused, "failed-auth", "q=5;w=5");
  BOOST_TEST(retry_after(counted.refused) <= 2);

  for (int i = 0; i < 20; ++i) REQUIRE_STATUS(known.api.get(secrets_path), 200);
  REQUIRE_STATUS(nobody.get(secrets_path), 401);
  {
    // A key without an earlier use is accepted at once, even during guessing.
    const Repeating guessing([&] { guess(); });
    for (const std::string& key : new_keys) REQUIRE_STATUS(Client(server, key).get(secrets_path), 200);
  }

  const std::string printed = deployment.printed();
  BOOST_TEST(printed.find(R"("event":"guessing_throttled")") != std::string::npos);
  BOOST_TEST(printed.find(R"("address":"127.0.0.1")") != std::string::npos);
  BOOST_TEST(printed.find("guess-") == std::string::npos);
  // A connection belongs to one thread, which logs this at most once a second; this test takes a few seconds.
  BOOST_TEST(count(printed, R"("event":"guessing_throttled")") <= 30U);
}

BOOST_AUTO_TEST_CASE(guesses_of_a_known_key_id_are_slowed) {
  const Deployment deployment(Settings{{"failed-auth-burst", "5"}});
  const Server server(deployment);
  const std::string tenant = new_uuid();
  const std::string other = deployment.create_api_key(tenant);
  std::vector<std::string> keys;
  for (int i = 0; i < 3; ++i) keys.push_back(deployment.create_api_key(tenant));
  // Each guess is judged until the key's share of guesses is used up, then only one per second. So a valid key of the
  // same id is accepted with some luck, but hardly three times.
  bool kept_out = false;
  for (const std::string& key : keys) {
    Client guesser(server, with_checksum(key.substr(4, 11) + other.substr(15, 43)));
    const Repeating guessing([&] { guesser.get(secrets_path); });
    guessing.wait_for(40);
    const Answer answer = Client(server, key).get(secrets_path);
    if (answer.status == 200) continue;
    check_refusal(answer, "failed-auth", "q=5;w=5");
    kept_out = true;
    REQUIRE_STATUS(Client(server, other).get(secrets_path), 200);
    break;
  }
  BOOST_TEST(kept_out);
}

BOOST_AUTO_TEST_CASE(a_revoked_key_counts_as_a_guess) {
  const Deployment deployment(Settings{{"failed-auth-burst", "3"}});
  const Server server(deployment);
  const std::string key = deployment.create_api_key(new_uuid());
  Client client(server, key);
  REQUIRE_STATUS(client.get(secrets_path), 200);
  const Finished done = deployment.command({"api-key", "revoke", key.substr(4, 11), "--yes"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  check_counted(ask_until_refused(3, 401, [&] { return client.get(secrets_path); }));
}

BOOST_AUTO_TEST_CASE(without_limits_nothing_is_refused) {
  const Deployment deployment(Settings{{"failed-auth-rate", "0"}, {"request-rate", "0"}, {"access-log", "off"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  Client guesser(server, "guess");
  for (int i = 0; i < 150; ++i) REQUIRE_STATUS(guesser.get(secrets_path), 401);
  for (int i = 0; i < 2500; ++i) {
    const Answer answer = tenant.api.get("/api/v1/quota");
    REQUIRE_STATUS(answer, 200);
    BOOST_REQUIRE(answer.count("RateLimit") == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
