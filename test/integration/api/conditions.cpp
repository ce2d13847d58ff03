// Conditional requests: entity tags name a secret's state, and no condition is ever ignored.
#include <thread>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

struct Made {
  Tenant tenant = new_tenant();
  json::object secret = tenant.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  std::string one = secrets_path + std::string(secret.at("secret_id").as_string());
  std::string tag = tenant.api.get(one).header("ETag");

  Answer ask(std::string_view method, const std::string& target, const Headers& headers, std::string_view body = {}) {
    return tenant.api.request(method, target, body, headers);
  }
  std::string name() { return tenant.api.get(one).text("secret_name"); }
};

const std::string renamed = R"({"secret_name":"m"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(conditions)

BOOST_AUTO_TEST_CASE(every_answer_that_is_one_secret_has_its_tag) {
  Tenant tenant = new_tenant();
  const Answer made = tenant.api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345678"}});
  REQUIRE_STATUS(made, 200);
  const std::string tag = made.header("ETag");
  BOOST_TEST(tag.size() == 18U);
  BOOST_TEST((tag.front() == '"' && tag.back() == '"'));
  const std::string one = secrets_path + made.text("secret_id");
  BOOST_TEST(tenant.api.get(one).header("ETag") == tag);
  BOOST_TEST(tenant.api.get(one + "?view=full").header("ETag") == tag);
  BOOST_TEST(tenant.api.request("PATCH", one, "{}").header("ETag") == tag);  // nothing has changed
  const Answer changed = tenant.api.patch(one, {{"tool_arg", "a"}});
  BOOST_TEST(changed.header("ETag") != tag);
  BOOST_TEST(changed.count("ETag") == 1U);
  const Answer put =
      tenant.api.request("PUT", secrets_path + "by-name", R"({"secret_name":"n","secret_value":"abcdefgh"})");
  REQUIRE_STATUS(put, 200);
  BOOST_TEST(put.header("ETag") != changed.header("ETag"));
  BOOST_TEST(tenant.api.del(one).header("ETag") == put.header("ETag"));
  BOOST_TEST(tenant.api.get(secrets_path).header("ETag").empty());
}

BOOST_AUTO_TEST_CASE(a_change_is_made_only_in_the_state_that_the_client_knows) {
  Made made;
  for (const std::string& other :
       {std::string("\"0000000000000000\""), std::string("\"x\""), std::string("\"\""), "W/" + made.tag}) {
    BOOST_TEST_CONTEXT(other) {
      CHECK_STATUS(made.ask("PATCH", made.one, {{"If-Match", other}}, renamed), 412);
      CHECK_STATUS(made.ask("DELETE", made.one, {{"If-Match", other}}), 412);
      CHECK_STATUS(made.ask("PUT", secrets_path + "by-name", {{"If-Match", other}},
                            R"({"secret_name":"n","secret_value":"abcdefgh"})"),
                   412);
    }
  }
  BOOST_TEST(made.tenant.api.get(made.one).header("ETag") == made.tag);
  const Answer changed = made.ask("PATCH", made.one, {{"If-Match", "\"x\", " + made.tag}}, renamed);
  REQUIRE_STATUS(changed, 200);
  CHECK_STATUS(made.ask("DELETE", made.one, {{"If-Match", made.tag}}), 412);
  CHECK_STATUS(made.ask("DELETE", made.one, {{"If-Match", changed.header("ETag")}}), 200);
  // What is not there is not found, whatever the condition.
  CHECK_STATUS(made.ask("DELETE", made.one, {{"If-Match", "*"}}), 404);
  CHECK_STATUS(made.ask("PATCH", made.one, {{"If-Match", made.tag}}, renamed), 404);
}

BOOST_AUTO_TEST_CASE(any_state_is_one_that_exists) {
  Made made;
  REQUIRE_STATUS(made.ask("PATCH", made.one, {{"If-Match", "*"}}, renamed), 200);
  const std::string by_name = secrets_path + "by-name";
  CHECK_STATUS(made.ask("PUT", by_name, {{"If-Match", "*"}}, R"({"secret_name":"new","secret_value":"abcdefgh"})"),
               412);
  CHECK_STATUS(made.ask("PUT", by_name, {{"If-Match", "*"}}, R"({"secret_name":"m","secret_value":"abcdefgh"})"), 200);
}

BOOST_AUTO_TEST_CASE(a_known_state_is_not_sent_again) {
  Made made;
  for (const std::string& field : {made.tag, "\"x\", " + made.tag, "W/" + made.tag, std::string("*")}) {
    const Answer answer = made.ask("GET", made.one, {{"If-None-Match", field}});
    REQUIRE_STATUS(answer, 304);
    BOOST_TEST(answer.body.empty());
    BOOST_TEST(answer.header("ETag") == made.tag);
    BOOST_TEST(answer.header("Content-Length").empty());
    // The last use changes without a new state.
    CHECK_STATUS(made.ask("GET", made.one + "?view=full", {{"If-None-Match", field}}), 200);
  }
  REQUIRE_STATUS(made.ask("GET", made.one, {{"If-None-Match", "\"x\""}}), 200);
  REQUIRE_STATUS(made.ask("GET", made.one, {{"If-Match", made.tag}}), 200);
  REQUIRE_STATUS(made.ask("GET", made.one, {{"If-Match", "\"x\""}}), 412);
  REQUIRE_STATUS(made.tenant.api.patch(made.one, {{"secret_name", "m"}}), 200);
  REQUIRE_STATUS(made.ask("GET", made.one, {{"If-None-Match", made.tag}}), 200);
  REQUIRE_STATUS(made.ask("HEAD", made.one, {{"If-None-Match", made.tag}}), 200);
}

BOOST_AUTO_TEST_CASE(a_condition_without_a_meaning_is_refused) {
  Made made;
  const std::string body = R"({"secret_name":"x","secret_value":"12345678"})";
  struct Case {
    const char* method;
    std::string target;
    const char* field;
    std::string value;
    std::string body;
  };
  for (const auto& [method, target, field, value, sent] :
       std::vector<Case>{{"GET", secrets_path, "If-None-Match", made.tag, ""},
                         {"GET", secrets_path, "If-Match", "*", ""},
                         {"POST", secrets_path, "If-None-Match", "*", body},
                         {"POST", secrets_path, "If-Match", "*", body},
                         {"POST", secrets_path + "batch", "If-None-Match", "*", "{\"secrets\":[" + body + "]}"},
                         {"PATCH", made.one, "If-None-Match", "*", renamed},
                         {"DELETE", made.one, "If-None-Match", made.tag, ""},
                         {"PUT", secrets_path + "by-name", "If-None-Match", made.tag, body},
                         {"GET", made.one + "/versions", "If-None-Match", made.tag, ""},
                         {"GET", made.one + "/uses", "If-Match", made.tag, ""},
                         {"GET", "/api/v1/quota", "If-Match", "*", ""},
                         {"PATCH", made.one, "If-Unmodified-Since", "Tue, 15 Nov 1994 12:45:26 GMT", renamed},
                         {"GET", made.one, "If-Modified-Since", "Tue, 15 Nov 1994 12:45:26 GMT", ""}}) {
    BOOST_TEST_CONTEXT(method << ' ' << target << ' ' << field) {
      const Answer answer = made.ask(method, target, {{field, value}}, sent);
      REQUIRE_STATUS(answer, 400);
      BOOST_TEST(answer.text("detail").find("If-Match and If-None-Match") != std::string::npos);
    }
  }
  BOOST_TEST(made.tenant.api.get(secrets_path).at("data").as_array().size() == 1U);
  BOOST_TEST(made.name() == "n");
  for (const std::string& malformed :
       std::vector<std::string>{"", "x", "\"x", made.tag + " " + made.tag, "*, " + made.tag}) {
    CHECK_STATUS(made.ask("PATCH", made.one, {{"If-Match", malformed}}, renamed), 400);
    CHECK_STATUS(made.ask("GET", made.one, {{"If-None-Match", malformed}}), 400);
  }
  CHECK_STATUS(made.ask("PATCH", made.one, {{"If-Match", made.tag}, {"If-Match", made.tag}}, renamed), 400);
  BOOST_TEST(made.name() == "n");
}

BOOST_AUTO_TEST_CASE(of_several_writers_in_one_state_one_wins) {
  Made made;
  constexpr std::size_t writers = 8;
  std::vector<int> statuses(writers);
  in_parallel(writers, [&](std::size_t i) {
    Client client(shared_server(), made.tenant.key);
    statuses[i] =
        client.request("PATCH", made.one, R"({"secret_name":"w)" + std::to_string(i) + "\"}", {{"If-Match", made.tag}})
            .status;
  });
  BOOST_TEST(std::ranges::count(statuses, 200) == 1);
  BOOST_TEST(std::ranges::count(statuses, 412) == static_cast<std::ptrdiff_t>(writers - 1));
}

BOOST_AUTO_TEST_SUITE_END()
