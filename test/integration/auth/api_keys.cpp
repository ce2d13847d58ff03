// Users create, list, change and revoke their own API keys; an invalid request reports all of its faults and creates
// nothing.
#include "test/integration/auth/api_key_manager.hpp"

namespace json = boost::json;
using namespace tacit::test;

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
  expected["scopes"] = json::array{"secrets:read"};
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

BOOST_AUTO_TEST_CASE(an_update_keeps_omitted_fields) {
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

BOOST_AUTO_TEST_CASE(faults_are_reported_all_at_once_and_nothing_is_created) {
  Manager manager = new_manager();
  const Answer answer =
      manager.api.post(api_keys_path, {{"scopes", {"secrets:read", "admin"}}, {"expires_at", "2020-01-01T00:00:00Z"}});
  REQUIRE_STATUS(answer, 422);
  const json::value expected = {
      {"detail",
       {{{"type", "missing"}, {"loc", {"body", "name"}}, {"msg", "Field required"}},
        {{"type", "literal_error"},
         {"loc", {"body", "scopes", 1}},
         {"msg", "Input should be 'secrets:read', 'secrets:write', 'keys:manage' or 'tools:use'"}},
        {{"type", "datetime_future"}, {"loc", {"body", "expires_at"}}, {"msg", "Input should be in the future"}}}}};
  BOOST_TEST((answer.json() == expected), answer.body);
  CHECK_STATUS(manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", json::array()}}), 422);
  CHECK_STATUS(manager.api.request("POST", api_keys_path, "{"), 422);
  CHECK_STATUS(manager.api.patch(one(id_of(manager.key)), {{"name", "a\nb"}}), 422);
  BOOST_TEST(manager.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_expired_key_is_refused_listed_and_can_be_extended) {
  Manager manager = new_manager();
  const std::string key =
      shared_deployment().create_api_key(manager.id, {"--scope", "secrets:read", "--expires-in", "1s"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  Client client(shared_server(), key);
  const Answer refused = client.get(secrets_path);
  REQUIRE_STATUS(refused, 401);
  BOOST_TEST(refused.body == Client(shared_server(), "no key").get(secrets_path).body);
  BOOST_TEST((ids(manager.list()) == std::vector{id_of(manager.key), id_of(key)}));
  REQUIRE_STATUS(manager.api.patch(one(id_of(key)), {{"expires_at", future}}), 200);
  REQUIRE_STATUS(client.get(secrets_path), 200);
}

BOOST_AUTO_TEST_SUITE_END()
