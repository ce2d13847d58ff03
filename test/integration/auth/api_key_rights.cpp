// An API key manages other keys only with the scope keys:manage, and creates no key that has more rights or a later
// expiry than itself.
#include "test/integration/auth/api_key_manager.hpp"

namespace json = boost::json;
using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(api_key_rights)

BOOST_AUTO_TEST_CASE(a_key_cannot_get_a_scope_that_its_creator_lacks) {
  Manager manager = new_manager({"--scope", "keys:manage", "--scope", "secrets:read"});
  expect_refusal(manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", {"secrets:read", "secrets:write"}}}),
                 "secrets:write");
  BOOST_TEST(manager.list().size() == 1U);
  const json::object made = manager.make({{"name", "n"}, {"scopes", {"secrets:read", "keys:manage"}}});
  const std::string path = one(text(made, "key_id"));
  expect_refusal(manager.api.patch(path, {{"scopes", {"secrets:write"}}}), "secrets:write");
  BOOST_TEST((manager.api.get(path).json() == json::value(without_text(made))));
  // It cannot change the rights of a stronger key; renaming and revoking one need no further right.
  const std::string strong = id_of(shared_deployment().create_api_key(manager.id));
  expect_refusal(manager.api.patch(one(strong), {{"scopes", {"secrets:read"}}}), "secrets:write");
  expect_refusal(manager.api.patch(one(strong), {{"expires_at", future}}), "secrets:write");
  CHECK_STATUS(manager.api.patch(one(strong), {{"name", "renamed"}}), 200);
  CHECK_STATUS(manager.api.del(one(strong)), 200);
  // A key can give up its own rights, but cannot take them back.
  Client self(shared_server(), text(made, "key"));
  REQUIRE_STATUS(self.patch(path, {{"scopes", {"keys:manage"}}}), 200);
  expect_refusal(self.patch(path, {{"scopes", {"keys:manage", "secrets:read"}}}), "secrets:read");
}

BOOST_AUTO_TEST_CASE(keys_manage_grants_the_use_of_tools_alone_and_the_api_plane_refuses_such_a_key) {
  Manager manager = new_manager({"--scope", "keys:manage"});
  const json::object made = manager.make({{"name", "n"}, {"scopes", {"tools:use"}}});
  BOOST_TEST((made.at("scopes") == json::value(json::array{"tools:use"})));
  const std::string path = one(text(made, "key_id"));
  Client user(shared_server(), text(made, "key"));
  const std::string secret = secrets_path + new_uuid();
  for (const std::string& each : {secrets_path, secret, std::string("/api/v1/quota")}) {
    expect_refusal(user.get(each), "secrets:read");
  }
  expect_refusal(user.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "value"}}), "secrets:write");
  expect_refusal(user.patch(secret, {{"secret_name", "n"}}), "secrets:write");
  expect_refusal(user.del(secret), "secrets:write");
  expect_refusal(user.get(api_keys_path), "keys:manage");
  expect_refusal(user.patch(path, {{"scopes", {"keys:manage"}}}), "keys:manage");
  for (const json::array& scopes :
       {json::array{"tools:use", "keys:manage"}, json::array{"secrets:read", "tools:use"}}) {
    const Answer refused = manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", scopes}});
    REQUIRE_STATUS(refused, 422);
    BOOST_TEST(refused.body.find("tools:use cannot be combined with other scopes") != std::string::npos, refused.body);
    CHECK_STATUS(manager.api.patch(path, {{"scopes", scopes}}), 422);
  }
  const Finished both = shared_deployment().command(
      {"api-key", "create", "--tenant", manager.id, "--name", "n", "--scope", "tools:use", "--scope", "secrets:read"});
  BOOST_TEST(both.status == 2);
  BOOST_TEST(both.err.find("--scope: tools:use cannot be combined with other scopes") != std::string::npos, both.err);
}

BOOST_AUTO_TEST_CASE(a_key_does_not_outlive_its_creator) {
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
      manager.api.post(api_keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}, {"expires_at", future}});
  REQUIRE_STATUS(later, 403);
  BOOST_TEST(later.text("detail").find("outlive") != std::string::npos);
  CHECK_STATUS(manager.api.patch(one(text(made, "key_id")), {{"expires_at", future}}), 403);
  CHECK_STATUS(manager.api.patch(one(text(made, "key_id")), {{"expires_at", nullptr}}), 403);
  CHECK_STATUS(manager.api.patch(one(id_of(manager.key)), {{"expires_at", nullptr}}), 403);
  // A key without expiry gets no rights from a key that expires.
  const std::string lasting = id_of(shared_deployment().create_api_key(manager.id, {"--scope", "secrets:read"}));
  CHECK_STATUS(manager.api.patch(one(lasting), {{"scopes", {"secrets:read", "secrets:write"}}}), 403);
  CHECK_STATUS(manager.api.patch(one(lasting), {{"scopes", {"secrets:read", "secrets:write"}}, {"expires_at", end}}),
               200);
}

BOOST_AUTO_TEST_CASE(each_route_requires_keys_manage) {
  Manager plain = new_manager({"--scope", "secrets:read", "--scope", "secrets:write"});
  const std::string path = one(id_of(plain.key));
  expect_refusal(plain.api.get(api_keys_path), "keys:manage");
  expect_refusal(plain.api.post(api_keys_path, {{"name", "n"}, {"scopes", {"secrets:read"}}}), "keys:manage");
  expect_refusal(plain.api.get(path), "keys:manage");
  expect_refusal(plain.api.patch(path, {{"name", "n"}}), "keys:manage");
  expect_refusal(plain.api.del(path), "keys:manage");
  Manager manager = new_manager({"--scope", "keys:manage"});
  expect_refusal(manager.api.get(secrets_path), "secrets:read");
  expect_refusal(manager.api.del(secrets_path + new_uuid()), "secrets:write");
}

BOOST_AUTO_TEST_CASE(other_tenants_keys_and_invalid_ids_are_404) {
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

BOOST_AUTO_TEST_SUITE_END()
