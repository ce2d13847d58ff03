// PUT by name replaces a secret or creates it; a batch stores all of its secrets or none.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string by_name = secrets_path + "by-name";
const std::string batch = secrets_path + "batch";

Answer put(Tenant& tenant, const json::value& body, const Headers& headers = {}, const std::string& query = {}) {
  return tenant.api.request("PUT", by_name + query, json::serialize(body), headers);
}

std::size_t stored(Tenant& tenant) { return tenant.api.get(secrets_path).at("data").as_array().size(); }

json::value numbered(std::size_t count) {
  json::array secrets;
  for (std::size_t i = 0; i < count; ++i) {
    secrets.push_back({{"secret_name", "n" + std::to_string(i)}, {"secret_value", "12345678"}});
  }
  return {{"secrets", secrets}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(put_by_name)

BOOST_AUTO_TEST_CASE(creates_and_then_replaces_everything) {
  Tenant tenant = new_tenant();
  const Answer made = put(tenant, {{"secret_name", "n"},
                                   {"secret_value", "lin_api_0123456789abcdef"},
                                   {"tool_name", "t"},
                                   {"tool_arg", "a"},
                                   {"is_default_for_tool", true}});
  REQUIRE_STATUS(made, 200);
  const Answer replaced =
      put(tenant, {{"secret_name", "n"}, {"secret_value", "ghp_api_0123456789abcdef"}}, {}, "?view=full");
  REQUIRE_STATUS(replaced, 200);
  BOOST_TEST(replaced.text("secret_id") == made.text("secret_id"));
  BOOST_TEST((replaced.at("created_at") == made.at("created_at")));
  BOOST_TEST(replaced.text("display") == "ghp****def");
  BOOST_TEST(replaced.at("tool_name").is_null());
  BOOST_TEST(replaced.at("tool_arg").is_null());
  BOOST_TEST(!replaced.at("is_default_for_tool").as_bool());
  BOOST_TEST(replaced.at("version").to_number<int>() == 2);
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(creates_only_what_does_not_exist_if_asked) {
  Tenant tenant = new_tenant();
  const json::value body = {{"secret_name", "n"}, {"secret_value", "12345678"}};
  const Headers only_new{{"If-None-Match", "*"}};
  REQUIRE_STATUS(put(tenant, body, only_new), 200);
  REQUIRE_STATUS(put(tenant, body, only_new), 412);
  REQUIRE_STATUS(put(tenant, body), 200);
}

BOOST_AUTO_TEST_CASE(the_rules_are_those_of_a_new_secret) {
  Tenant tenant = new_tenant();
  REQUIRE_STATUS(put(tenant, json::object{}), 422);
  REQUIRE_STATUS(put(tenant, {{"secret_name", "n"}, {"secret_value", "1234"}, {"is_default_for_tool", true}}), 422);
  tenant.create({{"secret_name", "a"},
                 {"secret_value", "1234"},
                 {"tool_name", "t"},
                 {"tool_arg", "x"},
                 {"is_default_for_tool", true}});
  REQUIRE_STATUS(put(tenant, {{"secret_name", "b"},
                              {"secret_value", "1234"},
                              {"tool_name", "t"},
                              {"tool_arg", "x"},
                              {"is_default_for_tool", true}}),
                 409);
  for (const char* method : {"GET", "PATCH", "DELETE", "POST"}) {
    const Answer answer = tenant.api.request(method, by_name, method == std::string("GET") ? "" : "{}");
    REQUIRE_STATUS(answer, 405);
    BOOST_TEST(answer.header("Allow") == "PUT");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(batches)

BOOST_AUTO_TEST_CASE(all_are_stored_in_order) {
  Tenant tenant = new_tenant();
  const Answer made = tenant.api.post(batch, numbered(64));
  REQUIRE_STATUS(made, 200);
  const json::array all = made.at("data").as_array();
  BOOST_REQUIRE(all.size() == 64U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST(std::string(all[i].at("secret_name").as_string()) == "n" + std::to_string(i));
    BOOST_TEST(all[i].as_object().size() == 9U);
  }
  BOOST_TEST((tenant.api.get(secrets_path).at("data") == json::value(all)));
  const Answer full =
      tenant.api.post(batch + "?view=full", {{"secrets", {{{"secret_name", "f"}, {"secret_value", "1234"}}}}});
  REQUIRE_STATUS(full, 200);
  BOOST_TEST(full.at("data").at(0).as_object().size() == 13U);
}

BOOST_AUTO_TEST_CASE(a_fault_has_its_place_and_nothing_is_stored) {
  Tenant tenant = new_tenant();
  json::value body = numbered(5);
  body.at("secrets").as_array()[3].as_object().erase("secret_name");
  const Answer faulty = tenant.api.post(batch, body);
  REQUIRE_STATUS(faulty, 422);
  BOOST_TEST((faulty.at("detail").at(0).at("loc") == json::array{"body", "secrets", 3, "secret_name"}));
  REQUIRE_STATUS(tenant.api.post(batch, numbered(0)), 422);
  REQUIRE_STATUS(tenant.api.post(batch, numbered(65)), 422);
  BOOST_TEST(stored(tenant) == 0U);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_named_and_nothing_is_stored) {
  Tenant tenant = new_tenant();
  tenant.create({{"secret_name", "n3"}, {"secret_value", "12345678"}});
  const Answer taken = tenant.api.post(batch, numbered(5));
  REQUIRE_STATUS(taken, 409);
  BOOST_TEST(taken.text("detail").starts_with("secrets[3]: "));
  json::value twice = numbered(3);
  twice.at("secrets").as_array()[2].as_object()["secret_name"] = "n0";
  const Answer repeated = tenant.api.post(batch, twice);
  REQUIRE_STATUS(repeated, 409);
  BOOST_TEST(repeated.text("detail").starts_with("secrets[2]: "));
  BOOST_TEST(stored(tenant) == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_may_have_a_mebibyte) {
  Tenant tenant = new_tenant();
  const std::string body = json::serialize(numbered(2));
  const std::string padded = body + std::string((std::size_t{1} << 20) - body.size(), ' ');
  REQUIRE_STATUS(tenant.api.request("POST", batch, padded + " "), 413);
  REQUIRE_STATUS(tenant.api.request("POST", batch, padded), 200);
}

BOOST_AUTO_TEST_SUITE_END()
