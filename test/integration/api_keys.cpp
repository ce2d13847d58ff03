// API keys as their users manage them: made once, limited by their maker, changed, revoked, and seen to be used.
#include "test/integration/parallel.hpp"
#include "test/integration/shared_server.hpp"
#include "test/integration/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string keys_path = "/api/v1/api-keys/";
const std::vector<std::string> all_scopes = {"--scope",       "secrets:read", "--scope",
                                             "secrets:write", "--scope",      "keys:manage"};
const std::string future = "2100-01-01T00:00:00Z";

std::string id_of(const std::string& key) { return key.substr(4, 11); }
std::string one(const std::string& id) { return keys_path + id; }

/// A user who manages keys, by one that the operator made.
struct Manager {
  Manager(const Deployment& deployment, const Server& server, const std::vector<std::string>& rights = all_scopes)
      : id(new_uuid()), key(deployment.create_key(id, rights)), api(server, key) {}

  /// A key's text; requires that it is made.
  json::object make(const json::value& body) {
    const Answer answer = api.post(keys_path, body);
    REQUIRE_STATUS(answer, 200);
    return answer.json().as_object();
  }
  json::array list() {
    const Answer answer = api.get(keys_path);
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST(answer.json().as_object().size() == 1U);
    return answer.at("data").as_array();
  }

  std::string id;
  std::string key;
  Client api;
};

Manager new_manager(const std::vector<std::string>& rights = all_scopes) {
  return {shared_deployment(), shared_server(), rights};
}

std::string text(const json::object& key, std::string_view field) { return std::string(key.at(field).as_string()); }

std::vector<std::string> ids(const json::array& keys) {
  std::vector<std::string> result;
  for (const json::value& key : keys) result.push_back(text(key.as_object(), "key_id"));
  return result;
}

/// What the key that was made looks like ever after.
json::object without_text(json::object made) {
  made.erase("key");
  return made;
}

/// The operator's view of one key.
json::object listed_by_operator(const Deployment& deployment, const std::string& id) {
  const Finished done = deployment.command({"api-key", "list", "--json"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  const json::value parsed = json::parse(done.out);
  for (const json::value& key : parsed.as_array()) {
    if (text(key.as_object(), "id") == id) return key.as_object();
  }
  BOOST_FAIL("the operator's list lacks " << id);
  return {};
}

void expect_refusal(const Answer& answer, const std::string& scope) {
  REQUIRE_STATUS(answer, 403);
  BOOST_TEST(answer.text("detail").find(scope) != std::string::npos, answer.body);
  BOOST_TEST(answer.header("WWW-Authenticate") ==
             "Bearer realm=\"tacit\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_keys)

BOOST_AUTO_TEST_CASE(a_key_is_made_used_changed_and_revoked) {
  Manager manager = new_manager();
  const json::object made =
      manager.make({{"name", "ci ä"}, {"scopes", {"secrets:write", "secrets:read"}}, {"expires_at", future}});
  BOOST_TEST(made.size() == 7U);
  BOOST_TEST(text(made, "name") == "ci ä");
  BOOST_TEST((made.at("scopes") == json::value{"secrets:read", "secrets:write"}));
  BOOST_TEST(text(made, "expires_at") == "2100-01-01T00:00:00.000000Z");
  BOOST_TEST(text(made, "created_at").ends_with("Z"));
  BOOST_TEST(made.at("last_used_at").is_null());
  const std::string key = text(made, "key");
  const std::string path = one(text(made, "key_id"));
  BOOST_TEST(key.size() == 64U);
  BOOST_TEST(id_of(key) == text(made, "key_id"));
  BOOST_TEST((manager.api.get(path).json() == json::value(without_text(made))));
  BOOST_TEST((ids(manager.list()) == std::vector{id_of(manager.key), id_of(key)}));

  Client client(shared_server(), key);
  REQUIRE_STATUS(client.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345678"}}), 200);
  const Answer changed = manager.api.patch(path, {{"name", "reader"}, {"scopes", {"secrets:read"}}});
  REQUIRE_STATUS(changed, 200);
  json::object expected = without_text(made);
  expected["name"] = "reader";
  expected["scopes"] = {"secrets:read"};
  BOOST_TEST((changed.json() == json::value(expected)));
  REQUIRE_STATUS(client.get(secrets_path), 200);
  expect_refusal(client.post(secrets_path, {{"secret_name", "m"}, {"secret_value", "12345678"}}), "secrets:write");

  const Answer revoked = manager.api.del(path);
  REQUIRE_STATUS(revoked, 200);
  BOOST_TEST((revoked.json() == json::value(expected)));
  const Answer refused = client.get(secrets_path);
  REQUIRE_STATUS(refused, 401);
  BOOST_TEST(refused.body == Client(shared_server(), "no key").get(secrets_path).body);
  CHECK_STATUS(manager.api.get(path), 404);
  CHECK_STATUS(manager.api.del(path), 404);
  CHECK_STATUS(manager.api.patch(path, {{"name", "n"}}), 404);
  BOOST_TEST((ids(manager.list()) == std::vector{id_of(manager.key)}));
  BOOST_TEST(text(listed_by_operator(shared_deployment(), id_of(key)), "state") == "revoked");
  shared_deployment().verify();
}

BOOST_AUTO_TEST_CASE(an_update_leaves_what_is_not_given) {
  Manager manager = new_manager();
  const json::object made = manager.make({{"name", "n"}, {"scopes", {"keys:manage"}}, {"expires_at", future}});
  const std::string path = one(text(made, "key_id"));
  json::object expected = without_text(made);
  for (const char* nothing : {"{}", R"({"name":null,"scopes":null,"other":1})"}) {
    const Answer answer = manager.api.request("PATCH", path, nothing);
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST((answer.json() == json::value(expected)));
  }
  expected["expires_at"] = nullptr;
  BOOST_TEST((manager.api.patch(path, {{"expires_at", nullptr}}).json() == json::value(expected)));
  expected["expires_at"] = "2099-12-31T23:00:00.000000Z";
  BOOST_TEST((manager.api.patch(path, {{"expires_at", "2100-01-01T00:00:00+01:00"}}).json() == json::value(expected)));
}

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
               manager.api.get(keys_path).body,
               manager.api.patch(path, {{"name", "another"}}).body,
               manager.api.post(keys_path, {{"name", "n"}, {"scopes", {"keys:manage"}}}).body,
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

BOOST_AUTO_TEST_CASE(a_key_has_no_scope_that_its_maker_lacks) {
  Manager manager = new_manager({"--scope", "keys:manage", "--scope", "secrets:read"});
  expect_refusal(manager.api.post(keys_path, {{"name", "n"}, {"scopes", {"secrets:read", "secrets:write"}}}),
                 "secrets:write");
  BOOST_TEST(manager.list().size() == 1U);
  const json::object made = manager.make({{"name", "n"}, {"scopes", {"secrets:read", "keys:manage"}}});
  const std::string path = one(text(made, "key_id"));
  expect_refusal(manager.api.patch(path, {{"scopes", {"secrets:write"}}}), "secrets:write");
  BOOST_TEST((manager.api.get(path).json() == json::value(without_text(made))));
  // Nor can it change the rights of a key that has more; to rename it and to revoke it takes no right.
  const std::string strong = id_of(shared_deployment().create_key(manager.id));
  expect_refusal(manager.api.patch(one(strong), {{"scopes", {"secrets:read"}}}), "secrets:write");
  expect_refusal(manager.api.patch(one(strong), {{"expires_at", future}}), "secrets:write");
  CHECK_STATUS(manager.api.patch(one(strong), {{"name", "renamed"}}), 200);
  CHECK_STATUS(manager.api.del(one(strong)), 200);
  // A key may give its own rights up, and never take them back.
  Client self(shared_server(), text(made, "key"));
  REQUIRE_STATUS(self.patch(path, {{"scopes", {"keys:manage"}}}), 200);
  expect_refusal(self.patch(path, {{"scopes", {"keys:manage", "secrets:read"}}}), "secrets:read");
}

BOOST_AUTO_TEST_CASE(a_key_does_not_outlive_the_key_that_makes_it) {
  std::vector<std::string> rights = all_scopes;
  rights.insert(rights.end(), {"--expires-in", "1h"});
  Manager manager = new_manager(rights);
  const std::string end = text(manager.list().at(0).as_object(), "expires_at");
  const json::object made = manager.make({{"name", "n"}, {"scopes", {"secrets:read"}}});
  BOOST_TEST(text(made, "expires_at") == end);
  BOOST_TEST(text(manager.make({{"name", "n"}, {"scopes", {"secrets:read"}}, {"expires_at", nullptr}}), "expires_at") ==
             end);
  BOOST_TEST(text(manager.make({{"name", "n"}, {"scopes", {"secrets:read"}}, {"expires_at", end}}), "expires_at") ==
             end);
  const Answer later =
      manager.api.post(keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}, {"expires_at", future}});
  REQUIRE_STATUS(later, 403);
  BOOST_TEST(later.text("detail").find("outlive") != std::string::npos);
  CHECK_STATUS(manager.api.patch(one(text(made, "key_id")), {{"expires_at", future}}), 403);
  CHECK_STATUS(manager.api.patch(one(text(made, "key_id")), {{"expires_at", nullptr}}), 403);
  CHECK_STATUS(manager.api.patch(one(id_of(manager.key)), {{"expires_at", nullptr}}), 403);
  // A key that goes on gains nothing from one that ends.
  const std::string lasting = id_of(shared_deployment().create_key(manager.id, {"--scope", "secrets:read"}));
  CHECK_STATUS(manager.api.patch(one(lasting), {{"scopes", {"secrets:read", "secrets:write"}}}), 403);
  CHECK_STATUS(manager.api.patch(one(lasting), {{"scopes", {"secrets:read", "secrets:write"}}, {"expires_at", end}}),
               200);
}

BOOST_AUTO_TEST_CASE(each_route_needs_keys_manage_and_says_so) {
  Manager plain = new_manager({"--scope", "secrets:read", "--scope", "secrets:write"});
  const std::string path = one(id_of(plain.key));
  expect_refusal(plain.api.get(keys_path), "keys:manage");
  expect_refusal(plain.api.post(keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}}), "keys:manage");
  expect_refusal(plain.api.get(path), "keys:manage");
  expect_refusal(plain.api.patch(path, {{"name", "n"}}), "keys:manage");
  expect_refusal(plain.api.del(path), "keys:manage");
  Manager manager = new_manager({"--scope", "keys:manage"});
  expect_refusal(manager.api.get(secrets_path), "secrets:read");
  expect_refusal(manager.api.del(secrets_path + new_uuid()), "secrets:write");
}

BOOST_AUTO_TEST_CASE(what_is_not_the_tenants_is_not_there) {
  Manager manager = new_manager();
  Manager other = new_manager();
  const Answer unknown = manager.api.get(one("00000000000"));
  REQUIRE_STATUS(unknown, 404);
  const std::string its = text(other.make({{"name", "n"}, {"scopes", {"secrets:read"}}}), "key_id");
  for (const std::string& id : {its, id_of(other.key), std::string("x"), std::string("%41"), new_uuid(),
                                std::string(2000, 'A'), std::string("%00"), std::string("a%20b")}) {
    BOOST_TEST_CONTEXT(id.substr(0, 40)) {
      const Answer got = manager.api.get(one(id));
      if (id == "%00") {
        CHECK_STATUS(got, 400);
        continue;
      }
      CHECK_STATUS(got, 404);
      BOOST_TEST(got.body == unknown.body);
      CHECK_STATUS(manager.api.patch(one(id), {{"name", "taken"}}), 404);
      CHECK_STATUS(manager.api.del(one(id)), 404);
    }
  }
  BOOST_TEST(other.list().size() == 2U);
  BOOST_TEST(text(other.list().at(1).as_object(), "name") == "n");
}

BOOST_AUTO_TEST_CASE(paths_with_and_without_prefix_and_slash) {
  Manager manager = new_manager();
  for (const std::string path : {"/api/v1/api-keys/", "/api/v1/api-keys", "/v1/api-keys/", "/v1/api-keys"}) {
    BOOST_TEST_CONTEXT(path) {
      const Answer made = manager.api.post(path, {{"name", "n"}, {"scopes", {"secrets:read"}}});
      REQUIRE_STATUS(made, 200);
      const std::string base = path.ends_with('/') ? path : path + "/";
      std::string id = made.text("key_id");
      for (const std::string end : {"", "/"}) CHECK_STATUS(manager.api.get(base + id + end), 200);
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(id[0])));
      CHECK_STATUS(manager.api.get(base + escaped + id.substr(1)), 200);
      CHECK_STATUS(manager.api.request("PUT", base + id, "{}"), 405);
      CHECK_STATUS(manager.api.del(base + id), 200);
    }
  }
}

BOOST_AUTO_TEST_CASE(faults_are_told_all_at_once_and_nothing_is_made) {
  Manager manager = new_manager();
  const Answer answer =
      manager.api.post(keys_path, {{"scopes", {"secrets:read", "admin"}}, {"expires_at", "2020-01-01T00:00:00Z"}});
  REQUIRE_STATUS(answer, 422);
  const json::value expected = {
      {"detail",
       {{{"type", "missing"}, {"loc", {"body", "name"}}, {"msg", "Field required"}},
        {{"type", "literal_error"},
         {"loc", {"body", "scopes", 1}},
         {"msg", "Input should be 'secrets:read', 'secrets:write' or 'keys:manage'"}},
        {{"type", "datetime_future"}, {"loc", {"body", "expires_at"}}, {"msg", "Input should be in the future"}}}}};
  BOOST_TEST((answer.json() == expected), answer.body);
  CHECK_STATUS(manager.api.post(keys_path, {{"name", "n"}, {"scopes", json::array()}}), 422);
  CHECK_STATUS(manager.api.request("POST", keys_path, "{"), 422);
  CHECK_STATUS(manager.api.patch(one(id_of(manager.key)), {{"name", "a\nb"}}), 422);
  BOOST_TEST(manager.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_expired_key_is_refused_listed_and_can_be_given_more_time) {
  Manager manager = new_manager();
  const std::string key = shared_deployment().create_key(manager.id, {"--scope", "secrets:read", "--expires-in", "1s"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  Client client(shared_server(), key);
  const Answer refused = client.get(secrets_path);
  REQUIRE_STATUS(refused, 401);
  BOOST_TEST(refused.body == Client(shared_server(), "no key").get(secrets_path).body);
  BOOST_TEST((ids(manager.list()) == std::vector{id_of(manager.key), id_of(key)}));
  REQUIRE_STATUS(manager.api.patch(one(id_of(key)), {{"expires_at", future}}), 200);
  REQUIRE_STATUS(client.get(secrets_path), 200);
}

BOOST_AUTO_TEST_CASE(a_tenant_has_no_more_keys_than_it_may_whoever_makes_them) {
  const Deployment deployment(Settings{{"api-keys-default", "5"}});
  {
    Server server(deployment);
    Manager manager(deployment, server);
    std::vector<int> statuses(12);
    in_parallel(statuses.size(), [&](std::size_t i) {
      Client client(server, manager.key);
      statuses[i] = client.post(keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}}).status;
    });
    BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) == 4);
    BOOST_TEST(std::count(statuses.begin(), statuses.end(), 409) == 8);
    const json::array keys = manager.list();
    BOOST_TEST(keys.size() == 5U);
    const Answer over = manager.api.post(keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}});
    REQUIRE_STATUS(over, 409);
    BOOST_TEST(over.text("detail").find("as many API keys as it may have") != std::string::npos);
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

BOOST_AUTO_TEST_CASE(the_last_use_is_noted_without_a_write_for_each_request) {
  const Deployment deployment;
  std::string used;
  std::string unused;
  {
    Server server(deployment);
    const std::string tenant = new_uuid();
    used = deployment.create_key(tenant);
    unused = deployment.create_key(tenant);
    const auto file = deployment.store() / "data.mdb";
    const auto written = std::filesystem::last_write_time(file);
    in_parallel(4, [&](std::size_t) {
      Client client(server, used);
      for (int i = 0; i < 25; ++i) REQUIRE_STATUS(client.get(secrets_path), 200);
    });
    BOOST_TEST((std::filesystem::last_write_time(file) == written));
    BOOST_TEST(listed_by_operator(deployment, id_of(used)).at("last_used_at").is_null());
    BOOST_REQUIRE(server.stop() == 0);
    const json::object key = listed_by_operator(deployment, id_of(used));
    BOOST_TEST(text(key, "last_used_at") > text(key, "created_at"));
    BOOST_TEST(listed_by_operator(deployment, id_of(unused)).at("last_used_at").is_null());
  }
  const std::vector<Row> rows = read_rows(deployment.store());
  BOOST_TEST(std::ranges::count(rows, "audit", &Row::table) == 2);  // the two keys
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(what_one_process_changes_holds_in_the_other_at_once) {
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
    BOOST_TEST((Client(second, manager.key).get(keys_path).json() == manager.api.get(keys_path).json()));
    // Both note when keys were last used, and either may stop first.
    BOOST_REQUIRE(second.stop() == 0);
    BOOST_REQUIRE(first.stop() == 0);
    BOOST_TEST(listed_by_operator(deployment, id_of(manager.key)).at("last_used_at").is_string());
  }
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(the_audit_log_tells_who_made_changed_and_revoked_which_key) {
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
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table != "audit") continue;
    const json::object entry = json::parse(row.value.substr(33)).as_object();
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
