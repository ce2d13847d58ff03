// The audit log: every change, release and refusal is recorded with its actor and object, but never a value, name or
// mask.
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

std::string text(const json::object& entry, std::string_view field) {
  const json::value* value = entry.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// The only entry with that action and outcome; fails if there are none or several.
json::object only(const std::vector<json::object>& all, const std::string& action, const std::string& outcome = "ok") {
  json::object found;
  int count = 0;
  for (const json::object& entry : all) {
    if (text(entry, "action") == action && text(entry, "outcome") == outcome) {
      found = entry;
      ++count;
    }
  }
  BOOST_REQUIRE_MESSAGE(count == 1, count << " entries of " << action << " " << outcome);
  return found;
}

/// A secret, and the tenant that makes, changes, releases and deletes it.
struct RecordedSecret {
  std::string user;
  std::string key;
  std::string id;
};

/// Makes one entry of each kind. All that no entry may contain has the word "canary".
RecordedSecret record_changes(const Deployment& deployment) {
  Server server(deployment);
  Tenant tenant(deployment, server);
  const json::object made = tenant.create({{"secret_name", "name-canary"},
                                           {"secret_value", "value-canary-0123456789"},
                                           {"tool_name", "tool*"},
                                           {"tool_arg", "argument-canary"},
                                           {"is_default_for_tool", true}});
  const std::string id(made.at("secret_id").as_string());
  const json::value patch = {{"secret_value", "value-canary-9876543210"}};
  REQUIRE_STATUS(
      tenant.api.request("PATCH", secrets_path + id, json::serialize(patch), {{"X-Request-Id", "the-patch"}}), 200);
  REQUIRE_STATUS(resolve(server, {{"user_id", tenant.id}, {"tool_name", "tool1"}}), 200);
  REQUIRE_STATUS(resolve(server, {{"user_id", tenant.id}, {"tool_name", "other"}, {"secrets", {{"a", "name-canary"}}}}),
                 403);
  REQUIRE_STATUS(Client(server, "not-a-key-canary").get(secrets_path), 401);
  REQUIRE_STATUS(tenant.api.del(secrets_path + id), 200);
  BOOST_REQUIRE(deployment.command({"quota", "set", tenant.id, "1000"}).status == 0);
  BOOST_REQUIRE(deployment.command({"api-key", "revoke", tenant.key.substr(4, 11), "--yes"}).status == 0);
  BOOST_REQUIRE(server.stop() == 0);
  return {tenant.id, tenant.key, id};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit)

BOOST_AUTO_TEST_CASE(entries_name_actor_action_and_secret_but_no_value) {
  const Deployment deployment;
  const RecordedSecret secret = record_changes(deployment);
  const std::vector<json::object> all = read_audit(deployment.store());
  const std::string actor = "api-key:" + secret.key.substr(4, 11);
  for (const char* action : {"secret.create", "secret.update", "secret.delete"}) {
    const json::object entry = only(all, action);
    BOOST_TEST_CONTEXT(action) {
      BOOST_TEST(text(entry, "actor") == actor);
      BOOST_TEST(text(entry, "plane") == "api");
      BOOST_TEST(text(entry, "tenant") == secret.user);
      BOOST_TEST((entry.at("secrets") == json::value(json::array{secret.id})));
      BOOST_TEST(text(entry, "peer").starts_with("127.0.0.1:"));
      BOOST_TEST(!text(entry, "request_id").empty());
      BOOST_TEST(text(entry, "time").ends_with("Z"));
    }
  }
  BOOST_TEST(text(only(all, "secret.update"), "request_id") == "the-patch");

  const json::object release = only(all, "secret.release");
  BOOST_TEST(text(release, "actor") == "uri:spiffe://test/runtime");
  BOOST_TEST(text(release, "plane") == "tools");
  BOOST_TEST(text(release, "tool") == "tool1");
  BOOST_TEST(text(release, "tenant") == secret.user);
  BOOST_TEST((release.at("secrets") == json::value(json::array{secret.id})));

  const json::object refusal = only(all, "tool.refused", "denied");
  BOOST_TEST(text(refusal, "actor") == "uri:spiffe://test/runtime");
  BOOST_TEST(text(refusal, "tool") == "other");
  BOOST_TEST(!text(refusal, "reason").empty());
  only(all, "credential.refused", "denied");
  only(all, "quota.set");
  only(all, "api_key.create");
  only(all, "api_key.revoke");

  for (const json::object& entry : all) {
    const std::string printed = json::serialize(entry);
    BOOST_TEST(printed.find("canary") == std::string::npos, printed);
    BOOST_TEST(printed.find("****") == std::string::npos, printed);
  }
}

BOOST_AUTO_TEST_CASE(a_refused_change_leaves_no_entry_of_a_change) {
  const Deployment deployment;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    const json::value body = {{"secret_name", "n"}, {"secret_value", "12345678"}};
    tenant.create(body);
    REQUIRE_STATUS(tenant.api.post(secrets_path, body), 409);
    REQUIRE_STATUS(tenant.api.post(secrets_path, {{"secret_name", ""}, {"secret_value", "12345678"}}), 422);
    BOOST_REQUIRE(server.stop() == 0);
  }
  only(read_audit(deployment.store()), "secret.create");
}

BOOST_AUTO_TEST_SUITE_END()
