// PATCH changes exactly the given fields: null clears a binding, and a refused change has no effect.
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

struct Bound {
  Tenant tenant = new_tenant();
  json::object made = tenant.create({{"secret_name", "name"},
                                     {"secret_value", "0123456789abcdef"},
                                     {"tool_name", "tool"},
                                     {"tool_arg", "arg"},
                                     {"is_default_for_tool", true}});
  std::string one = secrets_path + std::string(made.at("secret_id").as_string());

  json::object patch(const json::value& body) {
    const Answer answer = tenant.api.patch(one, body);
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST((tenant.api.get(one).json() == answer.json()));
    return answer.json().as_object();
  }
  std::string value_in_use() {
    const Answer answer = resolve(shared_server(), {{"user_id", tenant.id},
                                                    {"tool_name", "tool"},
                                                    {"secrets", {{"arg", tenant.api.get(one).text("secret_name")}}}});
    REQUIRE_STATUS(answer, 200);
    return std::string(answer.json().at("arguments").at("arg").at("value").as_string());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets_update)

BOOST_AUTO_TEST_CASE(each_field_changes_alone) {
  Bound secret;
  json::object expected = secret.made;
  const auto changes = std::vector<std::pair<std::string, json::value>>{
      {"secret_name", "renamed"}, {"is_default_for_tool", false}, {"tool_name", "too*"}, {"tool_arg", "arg"}};
  for (const auto& [field, value] : changes) {
    BOOST_TEST_CONTEXT(field) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      const json::object changed = secret.patch({{field, value}});
      expected[field] = value;
      expected["updated_at"] = changed.at("updated_at");
      BOOST_TEST((changed == expected));
    }
  }
  BOOST_TEST(expected.at("updated_at").as_string() > expected.at("created_at").as_string());
  const json::object revalued = secret.patch({{"secret_value", "fedcba9876543210"}});
  BOOST_TEST(revalued.at("display").as_string() == "fe****10");
  BOOST_TEST(secret.value_in_use() == "fedcba9876543210");
}

BOOST_AUTO_TEST_CASE(null_clears_the_binding_and_is_ignored_elsewhere) {
  Bound secret;
  const json::object same =
      secret.patch({{"secret_name", nullptr}, {"secret_value", nullptr}, {"is_default_for_tool", nullptr}});
  BOOST_TEST((same == secret.made));
  BOOST_TEST(secret.value_in_use() == "0123456789abcdef");
  const json::object cleared =
      secret.patch({{"is_default_for_tool", false}, {"tool_name", nullptr}, {"tool_arg", nullptr}});
  BOOST_TEST(cleared.at("tool_name").is_null());
  BOOST_TEST(cleared.at("tool_arg").is_null());
  BOOST_TEST(!cleared.at("is_default_for_tool").as_bool());
  BOOST_TEST(cleared.at("secret_name").as_string() == "name");
}

BOOST_AUTO_TEST_CASE(an_update_without_a_change_keeps_updated_at) {
  Bound secret;
  for (const json::value& body :
       std::vector<json::value>{json::object{},
                                {{"unknown", 1}},
                                {{"secret_name", "name"}},
                                {{"tool_name", "tool"}, {"tool_arg", "arg"}, {"is_default_for_tool", true}}}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    BOOST_TEST((secret.patch(body) == secret.made));
  }
}

BOOST_AUTO_TEST_CASE(a_change_that_would_leave_a_default_unbound_is_refused_whole) {
  Bound secret;
  for (const json::value& body : std::vector<json::value>{
           {{"tool_name", nullptr}}, {{"tool_arg", nullptr}}, {{"secret_name", "half"}, {"tool_arg", nullptr}}}) {
    REQUIRE_STATUS(secret.tenant.api.patch(secret.one, body), 422);
  }
  BOOST_TEST((secret.tenant.api.get(secret.one).json() == json::value(secret.made)));
  const json::object loose = secret.tenant.create({{"secret_name", "loose"}, {"secret_value", "12345678"}});
  const std::string path = secrets_path + std::string(loose.at("secret_id").as_string());
  REQUIRE_STATUS(secret.tenant.api.patch(path, {{"is_default_for_tool", true}}), 422);
}

BOOST_AUTO_TEST_CASE(a_taken_name_or_default_answers_409_and_changes_nothing) {
  Bound secret;
  const json::object other = secret.tenant.create(
      {{"secret_name", "other"}, {"secret_value", "12345678"}, {"tool_name", "tool"}, {"tool_arg", "arg"}});
  const std::string path = secrets_path + std::string(other.at("secret_id").as_string());
  REQUIRE_STATUS(secret.tenant.api.patch(path, {{"secret_name", "name"}, {"tool_arg", "changed"}}), 409);
  REQUIRE_STATUS(secret.tenant.api.patch(path, {{"is_default_for_tool", true}, {"secret_name", "changed"}}), 409);
  BOOST_TEST((secret.tenant.api.get(path).json() == json::value(other)));
  // After the first gives up its place, the other can take it.
  secret.patch({{"is_default_for_tool", false}, {"secret_name", "moved"}});
  REQUIRE_STATUS(secret.tenant.api.patch(path, {{"is_default_for_tool", true}, {"secret_name", "name"}}), 200);
}

BOOST_AUTO_TEST_CASE(an_update_has_the_faults_of_a_creation_without_required_fields) {
  Bound secret;
  const Answer answer =
      secret.tenant.api.patch(secret.one, {{"secret_name", ""}, {"secret_value", "123"}, {"tool_arg", 7}});
  REQUIRE_STATUS(answer, 422);
  BOOST_TEST(answer.at("detail").as_array().size() == 3U);
  BOOST_TEST((secret.tenant.api.get(secret.one).json() == json::value(secret.made)));
}

BOOST_AUTO_TEST_CASE(clients_that_rename_one_secret_at_once_leave_one_of_their_names) {
  Bound secret;
  std::vector<int> statuses(8);
  in_parallel(statuses.size(), [&](std::size_t i) {
    Client client(shared_server(), secret.tenant.key);
    statuses[i] = client.patch(secret.one, {{"secret_name", "by " + std::to_string(i)}}).status;
  });
  for (const int status : statuses) BOOST_TEST((status == 200 || status == 409));
  BOOST_TEST(secret.tenant.api.get(secret.one).text("secret_name").starts_with("by "));
  BOOST_TEST(secret.tenant.api.get(secrets_path).at("data").as_array().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
