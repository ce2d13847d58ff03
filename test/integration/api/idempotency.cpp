// Idempotency-Key: a request that is sent again changes nothing and gets its first answer.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string body = R"({"secret_name":"n","secret_value":"12345678"})";

Answer keyed(Client& api, const std::string& target, const std::string& sent, const std::string& key) {
  return api.request("POST", target, sent, {{"Idempotency-Key", key}});
}

std::size_t stored(Tenant& tenant) { return tenant.api.get(secrets_path).at("data").as_array().size(); }

/// RFC 3339, so many seconds from now.
std::string in_seconds(int seconds) {
  const auto then = std::chrono::system_clock::now() + std::chrono::seconds(seconds);
  const std::time_t time = std::chrono::system_clock::to_time_t(then);
  std::array<char, 32> text{};
  std::tm utc{};
  gmtime_r(&time, &utc);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(idempotency)

BOOST_AUTO_TEST_CASE(the_same_request_gets_the_first_answer_again) {
  Tenant tenant = new_tenant();
  const Answer first = keyed(tenant.api, secrets_path, body, "key-1");
  REQUIRE_STATUS(first, 200);
  BOOST_TEST(first.header("Idempotency-Replayed").empty());
  const std::string one = secrets_path + first.text("secret_id");
  // Also after the secret has changed, and from the other base path.
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_name", "m"}, {"secret_value", "abcdefgh"}}), 200);
  for (const std::string& target : {secrets_path, std::string("/v1/secrets")}) {
    const Answer again = keyed(tenant.api, target, body, "key-1");
    REQUIRE_STATUS(again, 200);
    BOOST_TEST(again.header("Idempotency-Replayed") == "true");
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.header("ETag") == first.header("ETag"));
  }
  REQUIRE_STATUS(tenant.api.del(one), 200);
  BOOST_TEST(keyed(tenant.api, secrets_path, body, "key-1").body == first.body);
  BOOST_TEST(stored(tenant) == 0U);
  // A new key is a new request.
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "key-2"), 200);
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_belongs_to_one_body_and_lapses_after_three_others) {
  Tenant tenant = new_tenant();
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "k"), 200);
  for (int i = 0; i < 3; ++i) {
    const std::string other = R"({"secret_name":"n","secret_value":"guess )" + std::to_string(i) + "\"}";
    const Answer refused = keyed(tenant.api, secrets_path, other, "k");
    REQUIRE_STATUS(refused, 422);
    const json::value fault = refused.at("detail").at(0);
    BOOST_TEST((fault.at("loc") == json::array{"header", "idempotency-key"}));
  }
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "k"), 422);
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_counts_for_its_tenant_path_and_query) {
  Tenant tenant = new_tenant();
  Tenant other = new_tenant();
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "k"), 200);
  const Answer foreign = keyed(other.api, secrets_path, body, "k");
  REQUIRE_STATUS(foreign, 200);
  BOOST_TEST(foreign.header("Idempotency-Replayed").empty());
  CHECK_STATUS(keyed(tenant.api, secrets_path + "?view=full", body, "k"), 409);  // the name is taken
  CHECK_STATUS(keyed(tenant.api, secrets_path + "batch", R"({"secrets":[)" + body + "]}", "k"), 409);
}

BOOST_AUTO_TEST_CASE(a_request_that_failed_may_be_repaired) {
  Tenant tenant = new_tenant();
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, R"({"secret_name":"n","secret_value":"1"})", "k"), 422);
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "k"), 200);
}

BOOST_AUTO_TEST_CASE(of_the_same_requests_at_once_one_is_served) {
  Tenant tenant = new_tenant();
  constexpr std::size_t clients = 8;
  std::vector<Answer> answers(clients);
  in_parallel(clients, [&](std::size_t i) {
    Client client(shared_server(), tenant.key);
    answers[i] = keyed(client, secrets_path, body, "at-once");
  });
  std::set<std::string> bodies;
  for (const Answer& answer : answers) {
    REQUIRE_STATUS(answer, 200);
    bodies.insert(answer.body);
  }
  BOOST_TEST(bodies.size() == 1U);
  BOOST_TEST(std::ranges::count_if(answers, [](const Answer& answer) {
               return answer.header("Idempotency-Replayed") == "true";
             }) == static_cast<std::ptrdiff_t>(clients - 1));
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_and_a_rollback_too) {
  Tenant tenant = new_tenant();
  const std::string batch = R"({"secrets":[)" + body + R"(,{"secret_name":"m","secret_value":"abcdefgh"}]})";
  const Answer first = keyed(tenant.api, secrets_path + "batch", batch, "b");
  REQUIRE_STATUS(first, 200);
  const Answer again = keyed(tenant.api, secrets_path + "batch", batch, "b");
  REQUIRE_STATUS(again, 200);
  BOOST_TEST(again.header("Idempotency-Replayed") == "true");
  BOOST_TEST(again.body == first.body);

  const std::string one = secrets_path + std::string(first.at("data").at(0).at("secret_id").as_string());
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", "the second"}}), 200);
  const std::string back = one + "/rollback?view=full";
  const Answer rolled = keyed(tenant.api, back, R"({"version":1})", "r");
  REQUIRE_STATUS(rolled, 200);
  const Answer same = keyed(tenant.api, back, R"({"version":1})", "r");
  REQUIRE_STATUS(same, 200);
  BOOST_TEST(same.header("Idempotency-Replayed") == "true");
  BOOST_TEST(same.body == rolled.body);
}

BOOST_AUTO_TEST_CASE(an_answer_outlives_the_expiry_in_its_body) {
  Tenant tenant = new_tenant();
  const std::string sent = R"({"secret_name":"n","secret_value":"12345678","expires_at":")" + in_seconds(2) + "\"}";
  const Answer first = keyed(tenant.api, secrets_path, sent, "k");
  REQUIRE_STATUS(first, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(2200));
  const Answer again = keyed(tenant.api, secrets_path, sent, "k");
  REQUIRE_STATUS(again, 200);
  BOOST_TEST(again.body == first.body);
  const Answer fresh = keyed(tenant.api, secrets_path, sent, "another");
  REQUIRE_STATUS(fresh, 422);
  BOOST_TEST(fresh.body.find("datetime_future") != std::string::npos);
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_outlives_a_lower_limit_of_values) {
  const Deployment deployment(Settings{{"value-limit", "4096"}});
  const std::string sent = R"({"secret_name":"n","secret_value":")" + std::string(3000, 'v') + "\"}";
  const std::string batch = R"({"secrets":[{"secret_name":"m","secret_value":")" + std::string(3000, 'v') + "\"}]}";
  std::string key;
  std::vector<std::string> first;
  const auto ask = [&](const Server& server, const std::string& id) {
    Client api(server, key);
    return std::vector{keyed(api, secrets_path, sent, id), keyed(api, secrets_path + "batch", batch, id)};
  };
  {
    Server server(deployment);
    key = Tenant(deployment, server).key;
    for (const Answer& made : ask(server, "k")) {
      REQUIRE_STATUS(made, 200);
      first.push_back(made.body);
    }
    BOOST_REQUIRE(server.stop() == 0);
  }
  const Server server(deployment, {"--value-limit", "1024"});
  const std::vector<Answer> again = ask(server, "k");
  for (std::size_t i = 0; i < again.size(); ++i) {
    REQUIRE_STATUS(again[i], 200);
    BOOST_TEST(again[i].header("Idempotency-Replayed") == "true");
    BOOST_TEST(again[i].body == first[i]);
  }
  for (const Answer& fresh : ask(server, "another")) {
    REQUIRE_STATUS(fresh, 422);
    BOOST_TEST((fresh.at("detail").at(0).at("ctx") == json::value{{"max_length", 1024}, {"actual_length", 3000}}));
  }
}

/// A long body is hashed in pieces.
BOOST_AUTO_TEST_CASE(every_byte_of_a_long_body_counts) {
  Tenant tenant = new_tenant();
  std::string batch = R"({"secrets":[)" + body + "]" + std::string(300'000, ' ') + "}";
  REQUIRE_STATUS(keyed(tenant.api, secrets_path + "batch", batch, "k"), 200);
  const Answer again = keyed(tenant.api, secrets_path + "batch", batch, "k");
  REQUIRE_STATUS(again, 200);
  BOOST_TEST(again.header("Idempotency-Replayed") == "true");
  for (const std::size_t place : {std::size_t{1000}, std::size_t{65'536}, std::size_t{200'000}}) {
    std::string other = batch;
    other[place] = '\n';
    CHECK_STATUS(keyed(tenant.api, secrets_path + "batch", other, "k"), 422);
  }
}

BOOST_AUTO_TEST_CASE(keys_that_are_none_and_requests_that_take_none) {
  Tenant tenant = new_tenant();
  for (const std::string& key : {std::string(), std::string("a b"), std::string("ä"), std::string(256, 'k')}) {
    const Answer refused = keyed(tenant.api, secrets_path, body, key);
    REQUIRE_STATUS(refused, 400);
    BOOST_TEST(refused.text("detail").find("Idempotency-Key") != std::string::npos);
  }
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, std::string(255, '~')), 200);
  const std::string id(tenant.api.get(secrets_path).at("data").at(0).at("secret_id").as_string());
  const Headers key{{"Idempotency-Key", "k"}};
  REQUIRE_STATUS(tenant.api.request("GET", secrets_path, {}, key), 400);
  REQUIRE_STATUS(tenant.api.request("PATCH", secrets_path + id, "{}", key), 400);
  REQUIRE_STATUS(tenant.api.request("DELETE", secrets_path + id, {}, key), 400);
  REQUIRE_STATUS(tenant.api.request("PUT", secrets_path + "by-name", body, key), 400);
  const std::string report = R"({"user_id":")" + tenant.id + R"(","tool_name":"t"})";
  REQUIRE_STATUS(HttpsClient(shared_server().tools_client())
                     .request("POST", "/tool/v1/resolve",
                              {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}}, report),
                 400);
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(neither_keys_nor_fingerprints_are_logged) {
  Tenant tenant = new_tenant();
  REQUIRE_STATUS(keyed(tenant.api, secrets_path, body, "cAnArY-of-a-key"), 200);
  BOOST_TEST(shared_deployment().printed().find("cAnArY-of-a-key") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
