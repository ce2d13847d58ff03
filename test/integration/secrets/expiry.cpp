// Expiry, the full view, and how long a value may be.
#include <array>
#include <chrono>
#include <ctime>
#include <set>
#include <thread>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

/// RFC 3339, so many seconds from now.
std::string in_seconds(int seconds) {
  const std::time_t time = std::time(nullptr) + seconds;
  std::array<char, 32> text{};
  std::tm utc{};
  gmtime_r(&time, &utc);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::size_t listed(Tenant& tenant, const std::string& query) {
  return tenant.api.get(secrets_path + query).at("data").as_array().size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expiry)

BOOST_AUTO_TEST_CASE(an_expired_secret_is_listed_but_not_released) {
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "n"},
                                           {"secret_value", "12345678"},
                                           {"tool_name", "tool"},
                                           {"tool_arg", "key"},
                                           {"is_default_for_tool", true},
                                           {"expires_at", in_seconds(3)}});
  tenant.create({{"secret_name", "less specific"},
                 {"secret_value", "abcdefgh"},
                 {"tool_name", "*"},
                 {"tool_arg", "key"},
                 {"is_default_for_tool", true}});
  BOOST_TEST(made.size() == 9U);
  const json::value query = {{"user_id", tenant.id}, {"tool_name", "tool"}, {"wanted_args", {"key"}}};
  const Answer before = resolve(shared_server(), query);
  REQUIRE_STATUS(before, 200);
  BOOST_TEST(before.at("arguments").at("key").as_object().contains("expires_at"));
  std::this_thread::sleep_for(std::chrono::milliseconds(3200));
  const Answer after = resolve(shared_server(), query);
  REQUIRE_STATUS(after, 200);
  BOOST_TEST(after.at("arguments").as_object().empty());
  BOOST_TEST(after.at("missing").at(0).at("reason").as_string() == "expired");
  BOOST_TEST(listed(tenant, "") == 2U);
  const Answer named =
      resolve(shared_server(), {{"user_id", tenant.id}, {"tool_name", "tool"}, {"secrets", {{"key", "n"}}}});
  REQUIRE_STATUS(named, 403);
  BOOST_TEST(named.text("detail").find("\"n\" for the argument \"key\" (expired)") != std::string::npos);
  // Its name and its binding stay taken, until it is renewed.
  REQUIRE_STATUS(tenant.api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345678"}}), 409);
  const std::string one = secrets_path + std::string(made.at("secret_id").as_string());
  REQUIRE_STATUS(tenant.api.patch(one, {{"expires_at", nullptr}}), 200);
  const Answer renewed = resolve(shared_server(), query);
  BOOST_TEST(renewed.at("arguments").at("key").at("value").as_string() == "12345678");
  BOOST_TEST(!renewed.at("arguments").at("key").as_object().contains("expires_at"));
}

BOOST_AUTO_TEST_CASE(an_expiry_is_in_the_future_and_has_an_offset) {
  Tenant tenant = new_tenant();
  const auto create = [&](const json::value& expiry) {
    return tenant.api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345678"}, {"expires_at", expiry}});
  };
  for (const json::value& wrong : json::array{in_seconds(-5), "2030-01-01T00:00:00", "tomorrow", 1893456000, true}) {
    const Answer refused = create(wrong);
    REQUIRE_STATUS(refused, 422);
    BOOST_TEST((refused.at("detail").at(0).at("loc") == json::array{"body", "expires_at"}));
  }
  REQUIRE_STATUS(create(nullptr), 200);
}

BOOST_AUTO_TEST_CASE(lists_are_filtered_by_expiry) {
  Tenant tenant = new_tenant();
  tenant.create({{"secret_name", "never"}, {"secret_value", "12345678"}});
  tenant.create({{"secret_name", "soon"}, {"secret_value", "12345678"}, {"expires_at", in_seconds(1000)}});
  tenant.create({{"secret_name", "late"}, {"secret_value", "12345678"}, {"expires_at", in_seconds(100'000)}});
  BOOST_TEST(listed(tenant, "?expires_before=" + in_seconds(10)) == 0U);
  BOOST_TEST(listed(tenant, "?expires_before=" + in_seconds(2000)) == 1U);
  BOOST_TEST(listed(tenant, "?expires_before=" + in_seconds(1'000'000) + "&limit=5") == 2U);
  REQUIRE_STATUS(tenant.api.get(secrets_path + "?expires_before=soon"), 422);
}

BOOST_AUTO_TEST_CASE(the_full_view_has_four_more_fields) {
  Tenant tenant = new_tenant();
  const std::string expiry = in_seconds(1000);
  const Answer made = tenant.api.post(secrets_path + "?view=full",
                                      {{"secret_name", "n"}, {"secret_value", "12345678"}, {"expires_at", expiry}});
  REQUIRE_STATUS(made, 200);
  const json::object full = made.json().as_object();
  BOOST_TEST(full.size() == 13U);
  BOOST_TEST(full.at("version").to_number<int>() == 1);
  BOOST_TEST(full.at("versions").to_number<int>() == 1);
  BOOST_TEST(std::string(full.at("expires_at").as_string()).substr(0, 19) == expiry.substr(0, 19));
  BOOST_TEST(full.at("last_used_at").is_null());
  const std::string one = secrets_path + std::string(full.at("secret_id").as_string());
  BOOST_TEST((tenant.api.get(one + "?view=full").json() == json::value(full)));
  BOOST_TEST((tenant.api.get(secrets_path + "?view=full").at("data").at(0) == json::value(full)));
  BOOST_TEST(tenant.api.request("PATCH", one + "?view=full", R"({"tool_arg":"a"})").json().as_object().size() == 13U);
  BOOST_TEST(tenant.api.get(one).json().as_object().size() == 9U);
  for (const std::string& target : {one, secrets_path}) {
    const Answer refused = tenant.api.get(target + "?view=short");
    REQUIRE_STATUS(refused, 422);
    BOOST_TEST((refused.at("detail").at(0).at("loc") == json::array{"query", "view"}));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(value_limit)

BOOST_AUTO_TEST_CASE(a_longer_value_is_refused_with_both_lengths) {
  Tenant tenant = new_tenant();
  const Answer refused =
      tenant.api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", std::string(1025, 'x')}});
  REQUIRE_STATUS(refused, 422);
  BOOST_TEST((refused.at("detail").at(0).at("ctx") == json::value{{"max_length", 1024}, {"actual_length", 1025}}));
}

BOOST_AUTO_TEST_CASE(an_operator_may_allow_longer_values) {
  const Deployment deployment(Settings{{"value-limit", "65536"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  // Each code point as a pair of escapes: the longest body of such a value.
  std::string escaped;
  std::string value;
  for (int i = 0; i < 65'536; ++i) {
    escaped += "\\ud83d\\udd11";
    value += "🔑";
  }
  const std::string body = R"({"secret_name":"n","tool_name":"t","tool_arg":"a","is_default_for_tool":true,)"
                           R"("secret_value":")" +
                           escaped + "\"}";
  REQUIRE_STATUS(tenant.api.request("POST", secrets_path, body), 200);
  const Answer released = resolve(server, {{"user_id", tenant.id}, {"tool_name", "t"}});
  REQUIRE_STATUS(released, 200);
  BOOST_TEST((released.at("arguments").at("a").at("value").as_string() == value));
  const Answer refused =
      tenant.api.post(secrets_path, {{"secret_name", "m"}, {"secret_value", std::string(65'537, 'x')}});
  REQUIRE_STATUS(refused, 422);
  BOOST_TEST(refused.at("detail").at(0).at("ctx").at("max_length").to_number<int>() == 65'536);
}

BOOST_AUTO_TEST_SUITE_END()
