// The five routes behave as the published API specifies for its clients, and as Tacit specifies where that API leaves a
// choice.
#include <set>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string absent_id = "01890000-0000-7000-8000-000000000000";

std::set<std::string> field_names(const json::object& object) {
  std::set<std::string> names;
  for (const auto& field : object) names.emplace(field.key());
  return names;
}

bool looks_like_time(const json::value& value) {
  // RFC 3339, UTC: 2026-01-02T03:04:05.678901Z
  const std::string text(value.as_string());
  return text.size() >= 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
         text[16] == ':' && text.back() == 'Z';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets_api)

BOOST_AUTO_TEST_CASE(a_created_secret_has_the_nine_fields_and_never_its_value) {
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "linear key"},
                                           {"secret_value", "lin_api_0123456789abcdef"},
                                           {"tool_name", "agno__linear__*"},
                                           {"tool_arg", "api_key"},
                                           {"is_default_for_tool", true},
                                           {"unknown", "ignored"}});
  const std::set<std::string> nine = {"secret_id", "user_id",  "secret_name",         "display",
                                      "tool_name", "tool_arg", "is_default_for_tool", "created_at",
                                      "updated_at"};
  BOOST_TEST(field_names(made) == nine, boost::test_tools::per_element());
  BOOST_TEST(made.at("user_id").as_string() == tenant.id);
  BOOST_TEST(made.at("secret_name").as_string() == "linear key");
  BOOST_TEST(made.at("display").as_string() == "lin****def");
  BOOST_TEST(made.at("tool_name").as_string() == "agno__linear__*");
  BOOST_TEST(made.at("tool_arg").as_string() == "api_key");
  BOOST_TEST(made.at("is_default_for_tool").as_bool());
  BOOST_TEST(looks_like_time(made.at("created_at")));
  BOOST_TEST(made.at("updated_at") == made.at("created_at"));
  const std::string id(made.at("secret_id").as_string());
  BOOST_TEST(id.size() == 36U);
  BOOST_TEST(id[14] == '7');  // UUIDv7

  const Answer got = tenant.api.get(secrets_path + id);
  REQUIRE_STATUS(got, 200);
  BOOST_TEST(got.header("Content-Type").starts_with("application/json"));
  BOOST_TEST((got.json() == json::value(made)));
}

BOOST_AUTO_TEST_CASE(optional_fields_are_null_or_false_when_left_out_or_null) {
  Tenant tenant = new_tenant();
  const json::object left_out = tenant.create({{"secret_name", "a"}, {"secret_value", "1234"}});
  const json::object null = tenant.create({{"secret_name", "b"},
                                           {"secret_value", "1234"},
                                           {"tool_name", nullptr},
                                           {"tool_arg", nullptr},
                                           {"is_default_for_tool", nullptr}});
  for (const json::object& made : {left_out, null}) {
    BOOST_TEST(made.at("tool_name").is_null());
    BOOST_TEST(made.at("tool_arg").is_null());
    BOOST_TEST(!made.at("is_default_for_tool").as_bool());
    BOOST_TEST(made.at("display").as_string() == "****");
  }
}

BOOST_AUTO_TEST_CASE(both_base_paths_with_and_without_the_slash_are_the_same_routes) {
  Tenant tenant = new_tenant();
  int number = 0;
  for (const std::string base : {"/api/v1/secrets", "/v1/secrets"}) {
    for (const std::string slash : {"", "/"}) {
      BOOST_TEST_CONTEXT(base << slash) {
        const Answer made = tenant.api.post(
            base + slash, {{"secret_name", "n" + std::to_string(number++)}, {"secret_value", "12345678"}});
        REQUIRE_STATUS(made, 200);
        const std::string one = base + "/" + made.text("secret_id") + slash;
        REQUIRE_STATUS(tenant.api.get(base + slash), 200);
        REQUIRE_STATUS(tenant.api.get(one), 200);
        REQUIRE_STATUS(tenant.api.patch(one, {{"tool_arg", "x"}}), 200);
        REQUIRE_STATUS(tenant.api.del(one), 200);
        REQUIRE_STATUS(tenant.api.get(one), 404);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_mask_shows_at_most_an_eighth_at_each_end_and_never_the_length) {
  Tenant tenant = new_tenant();
  std::string long_value(1000, 'x');
  long_value += "WXYZ";
  const std::vector<std::pair<std::string, std::string>> masks = {
      {"1234", "****"},
      {"1234567", "****"},
      {"12345678", "1****8"},
      {"0123456789abcdef", "01****ef"},
      {"0123456789abcdef0123456789ABCDEF", "0123****CDEF"},
      {long_value, "xxxx****WXYZ"},
      {"äöüßéèêñ", "ä****ñ"},  // code points, not bytes
      {"🔑bcdefg🔒", "🔑****🔒"},
      {std::string("\0bcdefg\0", 8), std::string("\0****\0", 6)},
      {"  12345678\r\n", "1****8"},
      {"-----BEGIN PRIVATE KEY-----\r\nMIGHAgEAMBMGByqGSM49AgEG\r\nCCqGSM49AwEHBG0wawIBAQQg\r\n-----END PRIVATE "
       "KEY-----\r\n",
       "MIGH****AQQg"},
      {"-----BEGIN A-----\n-----END A-----\n", "****"},
  };
  int number = 0;
  for (const auto& [value, mask] : masks) {
    const json::object made = tenant.create({{"secret_name", "m" + std::to_string(number++)}, {"secret_value", value}});
    BOOST_TEST(std::string(made.at("display").as_string()) == mask);
  }
}

BOOST_AUTO_TEST_CASE(names_are_unique_in_a_tenant_and_free_again_after_deletion) {
  Tenant tenant = new_tenant();
  Tenant other = new_tenant();
  const json::value body = {{"secret_name", "same"}, {"secret_value", "12345678"}};
  const json::object first = tenant.create(body);
  const Answer second = tenant.api.post(secrets_path, body);
  REQUIRE_STATUS(second, 409);
  BOOST_TEST(second.at("detail").is_string());
  other.create(body);
  REQUIRE_STATUS(tenant.api.del(secrets_path + std::string(first.at("secret_id").as_string())), 200);
  const json::object again = tenant.create(body);
  BOOST_TEST(again.at("secret_id") != first.at("secret_id"));
}

BOOST_AUTO_TEST_CASE(a_tool_argument_has_one_default_and_a_default_needs_both_fields) {
  Tenant tenant = new_tenant();
  tenant.create({{"secret_name", "a"},
                 {"secret_value", "1234"},
                 {"tool_name", "t"},
                 {"tool_arg", "x"},
                 {"is_default_for_tool", true}});
  REQUIRE_STATUS(tenant.api.post(secrets_path, {{"secret_name", "b"},
                                                {"secret_value", "1234"},
                                                {"tool_name", "t"},
                                                {"tool_arg", "x"},
                                                {"is_default_for_tool", true}}),
                 409);
  // Another argument, another pattern and a binding that is not a default do not conflict.
  tenant.create({{"secret_name", "c"},
                 {"secret_value", "1234"},
                 {"tool_name", "t"},
                 {"tool_arg", "y"},
                 {"is_default_for_tool", true}});
  tenant.create({{"secret_name", "d"},
                 {"secret_value", "1234"},
                 {"tool_name", "t*"},
                 {"tool_arg", "x"},
                 {"is_default_for_tool", true}});
  tenant.create({{"secret_name", "e"}, {"secret_value", "1234"}, {"tool_name", "t"}, {"tool_arg", "x"}});
  for (const json::value& body : std::vector<json::value>{
           {{"secret_name", "f"}, {"secret_value", "1234"}, {"is_default_for_tool", true}},
           {{"secret_name", "f"}, {"secret_value", "1234"}, {"tool_name", "t"}, {"is_default_for_tool", true}},
           {{"secret_name", "f"}, {"secret_value", "1234"}, {"tool_arg", "x"}, {"is_default_for_tool", true}}}) {
    const Answer answer = tenant.api.post(secrets_path, body);
    REQUIRE_STATUS(answer, 422);
    BOOST_TEST(answer.at("detail").is_array());
  }
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().size() == 4U);
}

BOOST_AUTO_TEST_CASE(another_tenants_secret_answers_exactly_like_one_that_does_not_exist) {
  Tenant owner = new_tenant();
  Tenant stranger = new_tenant();
  stranger.create({{"secret_name", "mine"}, {"secret_value", "12345678"}});
  const std::string id(
      owner.create({{"secret_name", "theirs"}, {"secret_value", "12345678"}}).at("secret_id").as_string());
  for (const std::string method : {"GET", "PATCH", "DELETE"}) {
    const std::string body = method == "PATCH" ? R"({"secret_name":"taken over"})" : "";
    const Answer theirs = stranger.api.request(method, secrets_path + id, body);
    const Answer none = stranger.api.request(method, secrets_path + absent_id, body);
    BOOST_TEST_CONTEXT(method) {
      REQUIRE_STATUS(theirs, 404);
      REQUIRE_STATUS(none, 404);
      BOOST_TEST(theirs.body == none.body);
      BOOST_TEST(theirs.at("detail").is_string());
      BOOST_TEST(theirs.headers.size() == none.headers.size());
    }
  }
  const json::value listed = stranger.api.get(secrets_path).at("data");
  BOOST_TEST(listed.as_array().size() == 1U);
  REQUIRE_STATUS(owner.api.get(secrets_path + id), 200);
}

BOOST_AUTO_TEST_CASE(deleting_answers_what_was_deleted_and_is_final) {
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "short-lived"}, {"secret_value", "12345678"}});
  const std::string one = secrets_path + std::string(made.at("secret_id").as_string());
  const Answer deleted = tenant.api.del(one);
  REQUIRE_STATUS(deleted, 200);
  BOOST_TEST((deleted.json() == json::value(made)));
  REQUIRE_STATUS(tenant.api.del(one), 404);
  REQUIRE_STATUS(tenant.api.get(one), 404);
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_name", "back"}}), 404);
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().empty());
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_methods_get_json_errors) {
  Tenant tenant = new_tenant();
  for (const std::string path : {"/api/v1/secret/", "/api/v1/secrets/x/y", "/api/v1//secrets/", "/api/v1/secrets//",
                                 "/api/v1/./secrets/", "/api/v1/x/../secrets/", "/api/v1%2Fsecrets/"}) {
    const Answer answer = tenant.api.get(path);
    BOOST_TEST_CONTEXT(path) {
      BOOST_TEST((answer.status == 404 || answer.status == 400 || answer.status == 422));
      BOOST_TEST(answer.json().as_object().contains("detail"));
    }
  }
  const Answer on_list = tenant.api.request("PUT", secrets_path, "{}");
  REQUIRE_STATUS(on_list, 405);
  BOOST_TEST(on_list.header("Allow").find("GET") != std::string::npos);
  BOOST_TEST(on_list.header("Allow").find("POST") != std::string::npos);
  BOOST_TEST(on_list.at("detail").is_string());
  const Answer on_one = tenant.api.request("POST", secrets_path + absent_id, "{}");
  REQUIRE_STATUS(on_one, 405);
  for (const char* method : {"GET", "PATCH", "DELETE"})
    BOOST_TEST(on_one.header("Allow").find(method) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_answer_carries_a_request_id) {
  Tenant tenant = new_tenant();
  const Answer given = tenant.api.request("GET", secrets_path, {}, {{"X-Request-Id", "a-sane.id_42"}});
  BOOST_TEST(given.header("X-Request-Id") == "a-sane.id_42");
  const Answer made = tenant.api.get(secrets_path);
  BOOST_TEST(!made.header("X-Request-Id").empty());
  const Answer other = tenant.api.get("/nowhere");
  BOOST_TEST(!other.header("X-Request-Id").empty());
  BOOST_TEST(other.header("X-Request-Id") != made.header("X-Request-Id"));
  const Answer insane =
      tenant.api.request("GET", secrets_path, {}, {{"X-Request-Id", "\"},{\"injected\":\"" + std::string(300, 'x')}});
  BOOST_TEST(insane.header("X-Request-Id").find("injected") == std::string::npos);
  BOOST_TEST(!insane.header("X-Request-Id").empty());
}

BOOST_AUTO_TEST_SUITE_END()
