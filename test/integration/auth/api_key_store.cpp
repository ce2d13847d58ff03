// An API key's text is not in the store or the log; uses, changes and revocations of keys apply in every process and
// are in the audit log.
#include "test/integration/auth/api_key_manager.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(api_key_store)

BOOST_AUTO_TEST_CASE(a_key_is_shown_once_and_nowhere_else) {
  const Deployment deployment;
  std::vector<std::string> answers;
  std::string key;
  {
    Server server(deployment);
    Manager manager(deployment, server);
    const json::object made = manager.make({{"name", "name-canary"}, {"scopes", {"keys:manage"}}});
    key = text(made, "key");
    const std::string path = one(text(made, "key_id"));
    Client self(server, key);
    answers = {manager.api.get(path).body,
               self.get(path).body,
               manager.api.get(api_keys_path).body,
               manager.api.patch(path, {{"name", "another"}}).body,
               manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", {"keys:manage"}}}).body,
               manager.api.del(path).body};
    REQUIRE_STATUS(self.get(path), 401);
    BOOST_REQUIRE(server.stop() == 0);
  }
  const std::string secret = key.substr(15, 43);
  for (const std::string& answer : answers) BOOST_TEST(answer.find(secret) == std::string::npos, answer);
  BOOST_TEST(deployment.printed().find(secret) == std::string::npos);
  BOOST_TEST(deployment.printed().find("canary") == std::string::npos);
  BOOST_TEST(read_file(deployment.store() / "data.mdb").find(secret) == std::string::npos);
  for (const Row& row : read_rows(deployment.store())) {
    BOOST_TEST((row.table != "audit" || row.value.find("canary") == std::string::npos), row.value);
  }
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(the_limit_of_keys_holds_for_users_and_operators) {
  const Deployment deployment(Settings{{"api-keys-default", "5"}});
  {
    Server server(deployment);
    Manager manager(deployment, server);
    std::vector<int> statuses(12);
    in_parallel(statuses.size(), [&](std::size_t i) {
      Client client(server, manager.key);
      statuses[i] = client.post(api_keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}}).status;
    });
    BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) == 4);
    BOOST_TEST(std::count(statuses.begin(), statuses.end(), 409) == 8);
    const json::array keys = manager.list();
    BOOST_TEST(keys.size() == 5U);
    const Answer over = manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}});
    REQUIRE_STATUS(over, 409);
    BOOST_TEST(over.text("detail").find("its limit of API keys") != std::string::npos);
    const Finished done = deployment.command({"api-key", "create", "--tenant", manager.id, "--name", "n"});
    BOOST_TEST(done.status == 1);
    BOOST_TEST(done.out.empty());
    BOOST_TEST(done.err.find("no more than 5 API keys") != std::string::npos, done.err);
    REQUIRE_STATUS(manager.api.del(one(text(keys.at(4).as_object(), "key_id"))), 200);
    manager.make({{"name", "n"}, {"scopes", {"secrets:read"}}});
    Manager other(deployment, server);
    other.make({{"name", "n"}, {"scopes", {"secrets:read"}}});
    BOOST_REQUIRE(server.stop() == 0);
  }
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(the_last_use_is_recorded_without_a_write_for_each_request) {
  const Deployment deployment(Settings{{"prekey-pool", "0"}});  // a server that keeps a pool writes at its start
  std::string used;
  std::string unused;
  {
    const auto started = std::chrono::steady_clock::now();
    Server server(deployment);
    const std::string tenant = new_uuid();
    used = deployment.create_api_key(tenant);
    unused = deployment.create_api_key(tenant);
    const auto file = deployment.store() / "data.mdb";
    const auto written = std::filesystem::last_write_time(file);
    std::vector<int> answered(4);
    in_parallel(answered.size(), [&](std::size_t n) {
      Client client(server, used);
      for (int i = 0; i < 25; ++i) answered[n] += client.get(secrets_path).status == 200 ? 1 : 0;
    });
    BOOST_TEST((answered == std::vector<int>(4, 25)));
    const bool unwritten = std::filesystem::last_write_time(file) == written;
    const bool unseen = listed_by_operator(deployment, id_of(used)).at("last_used_at").is_null();
    // Uses are written every 30 s, which a slow machine may reach.
    if (std::chrono::steady_clock::now() - started < std::chrono::seconds(29)) BOOST_TEST((unwritten && unseen));
    BOOST_REQUIRE(server.stop() == 0);
    const json::object key = listed_by_operator(deployment, id_of(used));
    BOOST_TEST(text(key, "last_used_at") > text(key, "created_at"));
    BOOST_TEST(listed_by_operator(deployment, id_of(unused)).at("last_used_at").is_null());
  }
  const std::vector<Row> rows = read_rows(deployment.store());
  BOOST_TEST(std::ranges::count(rows, "audit", &Row::table) == 2);  // the two keys
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_change_by_one_process_applies_in_the_other_at_once) {
  const Deployment deployment;
  {
    Server first(deployment, {"--plane", "api"});
    Server second(deployment, {"--plane", "api"});
    Manager manager(deployment, first);
    for (int round = 0; round < 5; ++round) {
      const json::object made = manager.make({{"name", "n"}, {"scopes", {"secrets:read", "secrets:write"}}});
      const std::string path = one(text(made, "key_id"));
      Client there(second, text(made, "key"));
      REQUIRE_STATUS(there.post(secrets_path, {{"secret_name", std::to_string(round)}, {"secret_value", "12345678"}}),
                     200);
      REQUIRE_STATUS(manager.api.patch(path, {{"scopes", {"secrets:read"}}}), 200);
      expect_refusal(there.del(secrets_path + new_uuid()), "secrets:write");
      REQUIRE_STATUS(there.get(secrets_path), 200);
      REQUIRE_STATUS(manager.api.del(path), 200);
      REQUIRE_STATUS(there.get(secrets_path), 401);
    }
    BOOST_TEST((Client(second, manager.key).get(api_keys_path).json() == manager.api.get(api_keys_path).json()));
    // Both processes record the last uses of keys, and either may stop first.
    BOOST_REQUIRE(second.stop() == 0);
    BOOST_REQUIRE(first.stop() == 0);
    BOOST_TEST(listed_by_operator(deployment, id_of(manager.key)).at("last_used_at").is_string());
  }
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(the_audit_log_names_the_actor_of_each_change_of_a_key) {
  const Deployment deployment;
  std::string actor;
  std::string tenant;
  std::string id;
  {
    Server server(deployment);
    Manager manager(deployment, server);
    actor = "api-key:" + id_of(manager.key);
    tenant = manager.id;
    id = text(manager.make({{"name", "n"}, {"scopes", {"secrets:read"}}}), "key_id");
    REQUIRE_STATUS(manager.api.patch(one(id), {{"name", "m"}}), 200);
    REQUIRE_STATUS(manager.api.patch(one(id), {{"name", "m"}}), 200);
    REQUIRE_STATUS(manager.api.del(one(id)), 200);
    BOOST_REQUIRE(server.stop() == 0);
  }
  std::vector<std::string> actions;
  for (const json::object& entry : read_audit(deployment.store())) {
    if (text(entry, "reason") != id) continue;
    actions.push_back(text(entry, "action"));
    BOOST_TEST(text(entry, "actor") == actor);
    BOOST_TEST(text(entry, "tenant") == tenant);
    BOOST_TEST(text(entry, "plane") == "api");
    BOOST_TEST(!text(entry, "request_id").empty());
  }
  BOOST_TEST(actions == (std::vector<std::string>{"api_key.create", "api_key.update", "api_key.revoke"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
