// Resolve fills each argument with the default of the most specific binding, or with a secret by name where allowed,
// and a refusal releases no value.
#include <numeric>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const char* const issue_tool = "agno__linear__get_issue_details";

struct Bindings {
  Tenant tenant = new_tenant();

  /// Creates a secret whose value contains its name.
  json::object add(const std::string& name, const json::value& tool, const json::value& argument,
                   bool is_default = true) {
    return tenant.create({{"secret_name", name},
                          {"secret_value", "value of " + name},
                          {"tool_name", tool},
                          {"tool_arg", argument},
                          {"is_default_for_tool", is_default}});
  }
  Answer ask(const std::string& tool, json::object more = {}) const {
    more["user_id"] = json::string(tenant.id);
    more["tool_name"] = json::string(tool);
    return resolve(shared_server(), more);
  }
  /// The secret in each argument, by argument.
  std::map<std::string, std::string> filled(const std::string& tool, json::object more = {}) const {
    const Answer answer = ask(tool, std::move(more));
    REQUIRE_STATUS(answer, 200);
    std::map<std::string, std::string> result;
    const json::object arguments = answer.at("arguments").as_object();
    for (const auto& [argument, released] : arguments) {
      const std::string name(released.at("secret_name").as_string());
      BOOST_TEST(std::string(released.at("value").as_string()) == "value of " + name);
      result[std::string(argument)] = name;
    }
    return result;
  }
};

using Filled = std::map<std::string, std::string>;

void check(const Filled& found, const Filled& expected) {
  BOOST_TEST(found.size() == expected.size());
  for (const auto& [argument, name] : expected) {
    const auto at = found.find(argument);
    BOOST_TEST((at == found.end() ? "nothing" : at->second) == name,
               argument << " got " << (at == found.end() ? "nothing" : at->second));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resolve)

BOOST_AUTO_TEST_CASE(a_default_is_returned_with_id_name_and_time) {
  Bindings bound;
  const json::object made = bound.add("linear", "agno__linear__*", "api_key");
  const Answer answer = bound.ask(issue_tool);
  REQUIRE_STATUS(answer, 200);
  const json::value expected = {{"arguments",
                                 {{"api_key",
                                   {{"value", "value of linear"},
                                    {"secret_id", made.at("secret_id")},
                                    {"secret_name", "linear"},
                                    {"updated_at", made.at("updated_at")}}}}}};
  BOOST_TEST((answer.json() == expected));
}

BOOST_AUTO_TEST_CASE(the_most_specific_binding_wins) {
  Bindings bound;
  bound.add("everything", "*", "a");
  check(bound.filled(issue_tool), {{"a", "everything"}});
  bound.add("agno", "agno__*", "a");
  check(bound.filled(issue_tool), {{"a", "agno"}});
  bound.add("by the end", "*get_issue_details", "a");  // more literal characters, but no prefix
  check(bound.filled(issue_tool), {{"a", "by the end"}});
  bound.add("both ends", "agno__*_issue_details", "a");
  check(bound.filled(issue_tool), {{"a", "both ends"}});
  bound.add("several", "agno__*linear*_issue_*details", "a");
  check(bound.filled(issue_tool), {{"a", "several"}});
  bound.add("exact", issue_tool, "a");
  check(bound.filled(issue_tool), {{"a", "exact"}});
  check(bound.filled("agno__linear__list"), {{"a", "agno"}});
  check(bound.filled("other"), {{"a", "everything"}});
}

BOOST_AUTO_TEST_CASE(an_exact_name_beats_a_pattern_with_as_many_characters) {
  Bindings bound;
  bound.add("exact", "tool", "a");
  bound.add("pattern", "tool*", "a");
  check(bound.filled("tool"), {{"a", "exact"}});
  check(bound.filled("tools"), {{"a", "pattern"}});
}

BOOST_AUTO_TEST_CASE(among_equally_specific_bindings_the_newest_update_wins) {
  Bindings bound;
  const json::object first = bound.add("first", "too*", "a");
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  bound.add("second", "t*ol", "a");
  check(bound.filled("tool"), {{"a", "second"}});
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const std::string one = secrets_path + std::string(first.at("secret_id").as_string());
  REQUIRE_STATUS(
      bound.tenant.api.patch(one, {{"secret_name", "first again"}, {"secret_value", "value of first again"}}), 200);
  check(bound.filled("tool"), {{"a", "first again"}});
}

BOOST_AUTO_TEST_CASE(only_wildcards_are_special_and_match_any_run) {
  Bindings bound;
  bound.add("star", "a*b*c", "x");
  for (const char* tool : {"abc", "aXbc", "abYc", "aXXbYYc", "abbbcc", "a.b.c", "aäbc"}) {
    BOOST_TEST_CONTEXT(tool) { check(bound.filled(tool), {{"x", "star"}}); }
  }
  for (const char* tool : {"ab", "abcd", "xabc", "acb", "ABC", "a"}) {
    BOOST_TEST_CONTEXT(tool) { check(bound.filled(tool), {}); }
  }
  bound.add("odd", "t?.[x]\\+", "y");
  check(bound.filled("t?.[x]\\+"), {{"y", "odd"}});
  check(bound.filled("tt.x\\+"), {});
}

BOOST_AUTO_TEST_CASE(every_argument_that_is_not_provided_gets_its_own_default) {
  Bindings bound;
  bound.add("key", "tool*", "api_key");
  bound.add("team", "*", "team");
  bound.add("exact team", "tool1", "team");
  bound.add("no default", "tool1", "other", false);
  bound.add("another tool's", "elsewhere", "third");
  check(bound.filled("tool1"), {{"api_key", "key"}, {"team", "exact team"}});
  check(bound.filled("tool1", {{"provided_args", {"team", "unheard of"}}}), {{"api_key", "key"}});
  check(bound.filled("tool1", {{"provided_args", {"team", "api_key"}}}), {});
  check(bound.filled("tool1", {{"provided_args", json::array{}}, {"secrets", json::object{}}}),
        {{"api_key", "key"}, {"team", "exact team"}});
  check(bound.filled("tool2"), {{"api_key", "key"}, {"team", "team"}});
}

BOOST_AUTO_TEST_CASE(a_named_secret_goes_where_it_is_bound_and_replaces_the_default) {
  Bindings bound;
  bound.add("default", "*", "api_key");
  bound.add("free", nullptr, nullptr, false);
  bound.add("for the tool", "tool*", nullptr, false);
  bound.add("for the argument", nullptr, "api_key", false);
  bound.add("for both", "tool", "api_key", false);
  for (const char* name : {"free", "for the tool", "for the argument", "for both", "default"}) {
    BOOST_TEST_CONTEXT(name) { check(bound.filled("tool", {{"secrets", {{"api_key", name}}}}), {{"api_key", name}}); }
  }
  check(bound.filled("tool", {{"secrets", {{"x", "free"}, {"y", "free"}}}}),
        {{"x", "free"}, {"y", "free"}, {"api_key", "default"}});
}

BOOST_AUTO_TEST_CASE(a_named_secret_bound_elsewhere_is_403_and_releases_nothing) {
  Bindings bound;
  bound.add("good", nullptr, nullptr, false);
  bound.add("default", "*", "z");
  bound.add("another tool", "elsewhere", nullptr, false);
  bound.add("another argument", nullptr, "b", false);
  bound.add("another case", "TOOL", "a", false);
  for (const char* name : {"another tool", "another argument", "another case"}) {
    BOOST_TEST_CONTEXT(name) {
      const Answer answer = bound.ask("tool", {{"secrets", {{"g", "good"}, {"a", name}}}});
      REQUIRE_STATUS(answer, 403);
      BOOST_TEST(answer.text("detail").find(name) != std::string::npos);
      BOOST_TEST(answer.body.find("value of") == std::string::npos);
    }
  }
  const Answer absent = bound.ask("tool", {{"secrets", {{"g", "good"}, {"a", "no such secret"}}}});
  CHECK_STATUS(absent, 403);
  BOOST_TEST(absent.text("detail").find("no such secret") != std::string::npos);
  BOOST_TEST(absent.body.find("value of") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_403_names_the_identity_the_tool_and_each_withheld_secret) {
  Bindings bound;
  bound.add("good", nullptr, nullptr, false);
  bound.add("elsewhere", "other tool", nullptr, false);
  const Answer answer = bound.ask("tool", {{"secrets", {{"a", "elsewhere"}, {"g", "good"}, {"b", "nobody"}}}});
  REQUIRE_STATUS(answer, 403);
  BOOST_TEST(
      answer.text("detail") ==
      "The identity uri:spiffe://test/runtime asked for the tool \"tool\", but named secrets cannot be released: "
      "\"elsewhere\" for the argument \"a\" (not_bound); \"nobody\" for the argument \"b\" (not_found).");
}

BOOST_AUTO_TEST_CASE(only_secrets_of_the_requested_tenant_are_released) {
  Bindings one;
  Bindings two;
  one.add("of one", "*", "a");
  two.add("of two", "*", "b");
  check(one.filled("tool"), {{"a", "of one"}});
  check(two.filled("tool"), {{"b", "of two"}});
  const Answer foreign = one.ask("tool", {{"secrets", {{"x", "of two"}}}});
  CHECK_STATUS(foreign, 403);
  BOOST_TEST(foreign.body.find("value of") == std::string::npos);
  const Answer nobody = tacit::test::resolve(shared_server(), {{"user_id", new_uuid()}, {"tool_name", "tool"}});
  REQUIRE_STATUS(nobody, 200);
  BOOST_TEST((nobody.json() == json::value{{"arguments", json::object{}}}));
}

BOOST_AUTO_TEST_CASE(changes_and_deletions_apply_at_once) {
  Bindings bound;
  const json::object made = bound.add("a", "tool", "x");
  const std::string one = secrets_path + std::string(made.at("secret_id").as_string());
  check(bound.filled("tool"), {{"x", "a"}});
  REQUIRE_STATUS(bound.tenant.api.patch(one, {{"tool_name", "moved*"}}), 200);
  check(bound.filled("tool"), {});
  check(bound.filled("moved away"), {{"x", "a"}});
  REQUIRE_STATUS(bound.tenant.api.patch(one, {{"is_default_for_tool", false}}), 200);
  check(bound.filled("moved away"), {});
  REQUIRE_STATUS(bound.tenant.api.patch(one, {{"is_default_for_tool", true}, {"tool_arg", "y"}}), 200);
  check(bound.filled("moved"), {{"y", "a"}});
  REQUIRE_STATUS(bound.tenant.api.del(one), 200);
  check(bound.filled("moved"), {});
}

BOOST_AUTO_TEST_CASE(a_faulty_request_is_422) {
  const std::string user = new_uuid();
  const std::vector<std::pair<json::value, std::string>> wrong = {
      {{{"tool_name", "t"}}, "user_id"},
      {{{"user_id", "x"}, {"tool_name", "t"}}, "user_id"},
      {{{"user_id", 5}, {"tool_name", "t"}}, "user_id"},
      {{{"user_id", user}}, "tool_name"},
      {{{"user_id", user}, {"tool_name", ""}}, "tool_name"},
      {{{"user_id", user}, {"tool_name", "agno__*"}}, "tool_name"},
      {{{"user_id", user}, {"tool_name", "*"}}, "tool_name"},
      {{{"user_id", user}, {"tool_name", json::string(std::string(1025, 'x'))}}, "tool_name"},
      {{{"user_id", user}, {"tool_name", "t"}, {"provided_args", "team"}}, "provided_args"},
      {{{"user_id", user}, {"tool_name", "t"}, {"provided_args", {1}}}, "provided_args"},
      {{{"user_id", user}, {"tool_name", "t"}, {"secrets", {"a"}}}, "secrets"},
      {{{"user_id", user}, {"tool_name", "t"}, {"secrets", {{"a", 5}}}}, "secrets"},
  };
  const Answer unknown = tacit::test::resolve(
      shared_server(),
      {{"user_id", user}, {"tool_name", "t"}, {"provided_arg", {"team"}}, {"secrets", {{"api_key", 5}, {"", "n"}}}});
  REQUIRE_STATUS(unknown, 422);
  const json::value expected = {
      {{"type", "string_type"}, {"loc", {"body", "secrets", "api_key"}}, {"msg", "Input should be a valid string"}},
      {{"type", "string_too_short"},
       {"loc", {"body", "secrets", "", "[key]"}},
       {"msg", "String should have at least 1 character"}},
      {{"type", "extra_forbidden"}, {"loc", {"body", "provided_arg"}}, {"msg", "Extra inputs are not permitted"}}};
  BOOST_TEST((unknown.at("detail") == expected), unknown.body);
  for (const auto& [body, field] : wrong) {
    BOOST_TEST_CONTEXT(json::serialize(body)) {
      const Answer answer = tacit::test::resolve(shared_server(), body);
      REQUIRE_STATUS(answer, 422);
      const json::array detail = answer.at("detail").as_array();
      BOOST_REQUIRE(detail.size() == 1U);
      BOOST_TEST(detail[0].at("loc").at(0).as_string() == "body");
      BOOST_TEST(std::string(detail[0].at("loc").at(1).as_string()) == field);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_tool_among_ten_thousand_bindings_is_found_without_reading_them_all) {
  Bindings bound;
  const Finished raised = shared_deployment().command({"quota", "set", bound.tenant.id, "16777216"});
  BOOST_REQUIRE_MESSAGE(raised.status == 0, raised.err);
  const Finished unlimited =
      shared_deployment().command({"limits", "set", bound.tenant.id, "--requests-per-second", "0"});
  BOOST_REQUIRE_MESSAGE(unlimited.status == 0, unlimited.err);
  const std::size_t clients = 32;
  std::vector<std::size_t> made(clients);
  in_parallel(clients, [&](std::size_t part) {
    Client api(shared_server(), bound.tenant.key);
    for (std::size_t i = part; i < 10000; i += clients) {
      const std::string name = "binding " + std::to_string(i);
      const Answer answer = api.post(secrets_path, {{"secret_name", name},
                                                    {"secret_value", "value of " + name},
                                                    {"tool_name", "vendor" + std::to_string(i) + "__*"},
                                                    {"tool_arg", "api_key"},
                                                    {"is_default_for_tool", true}});
      if (answer.status == 200) ++made[part];
    }
  });
  BOOST_REQUIRE(std::accumulate(made.begin(), made.end(), std::size_t{0}) == 10000U);

  Client runtime(shared_server().tools_client(), {});
  const auto time_of = [&](const json::value& body) {
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 20; ++i) {
      const auto start = std::chrono::steady_clock::now();
      REQUIRE_STATUS(runtime.post("/tool/v1/resolve", body), 200);
      best = std::min(best, std::chrono::steady_clock::now() - start);
    }
    return best;
  };
  check(bound.filled("vendor7777__call"), {{"api_key", "binding 7777"}});
  Bindings lonely;
  lonely.add("only", "vendor1__*", "api_key");
  const auto alone = time_of({{"user_id", lonely.tenant.id}, {"tool_name", "vendor1__call"}});
  const auto among = time_of({{"user_id", bound.tenant.id}, {"tool_name", "vendor1__call"}});
  // Reading and opening 10,000 metadata boxes takes tens of milliseconds; looking up a few prefixes takes microseconds.
  BOOST_TEST((among < alone + std::chrono::milliseconds(5)),
             "among 10,000: " << std::chrono::duration_cast<std::chrono::microseconds>(among).count() << " us, alone: "
                              << std::chrono::duration_cast<std::chrono::microseconds>(alone).count() << " us");
}

BOOST_AUTO_TEST_SUITE_END()
