// New secrets and updates: each field's rules, all faults at once, and nothing of the input in any of them.
#include <boost/test/unit_test.hpp>

#include "http/api/request_bodies.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;
using namespace std::string_literals;

namespace {

const auto each = boost::test_tools::per_element();

Lines of_new(std::string_view body) { return lines(parse_new_secret(body)); }
Lines of_update(std::string_view body) { return lines(parse_secret_update(body)); }

std::string body_with(const std::string& field, const std::string& json) {
  std::string body = "{";
  if (field != "secret_name") body += R"("secret_name":"n",)";
  if (field != "secret_value") body += R"("secret_value":"value",)";
  return body + "\"" + field + "\":" + json + "}";
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

const std::string key = "\xf0\x9f\x94\x91";         // one code point of four bytes
const std::string key_escaped = R"(\ud83d\udd11)";  // the same in twelve

struct TextRule {
  std::string field;
  std::size_t min;
  std::size_t max;
};
const std::vector<TextRule> text_rules{
    {"secret_name", 1, 1024}, {"secret_value", 4, 1024}, {"tool_name", 1, 1024}, {"tool_arg", 1, 1024}};

}  // namespace

BOOST_AUTO_TEST_SUITE(request_bodies)

BOOST_AUTO_TEST_CASE(a_new_secret_with_all_fields) {
  auto secret = parse_new_secret(
      R"({"secret_name":"n","secret_value":"v\u0000lue","tool_name":"agno__linear__*","tool_arg":"key","is_default_for_tool":true,"more":[{}]})");
  BOOST_REQUIRE(secret.has_value());
  BOOST_TEST(secret->name == "n");
  BOOST_TEST(secret->value.text() == "v\0lue"s);
  BOOST_TEST((secret->tool_name == "agno__linear__*"));
  BOOST_TEST((secret->tool_arg == "key"));
  BOOST_TEST(secret->is_default_for_tool);
}

BOOST_AUTO_TEST_CASE(a_new_secret_with_required_fields_alone) {
  for (const std::string rest : {"", R"(,"tool_name":null,"tool_arg":null,"is_default_for_tool":null)"}) {
    auto secret = parse_new_secret(R"({"secret_name":"n","secret_value":"1234")" + rest + "}");
    BOOST_REQUIRE(secret.has_value());
    BOOST_TEST(!secret->tool_name.has_value());
    BOOST_TEST(!secret->tool_arg.has_value());
    BOOST_TEST(!secret->is_default_for_tool);
  }
}

BOOST_AUTO_TEST_CASE(an_update_keeps_clears_and_sets) {
  using Kind = store::FieldChange::Kind;
  auto nothing = parse_secret_update("{}");
  BOOST_REQUIRE(nothing.has_value());
  BOOST_TEST((!nothing->name && !nothing->value && !nothing->is_default_for_tool));
  BOOST_TEST((nothing->tool_name.kind == Kind::keep && nothing->tool_arg.kind == Kind::keep));

  auto nulls = parse_secret_update(
      R"({"secret_name":null,"secret_value":null,"tool_name":null,"tool_arg":null,"is_default_for_tool":null})");
  BOOST_REQUIRE(nulls.has_value());
  BOOST_TEST((!nulls->name && !nulls->value && !nulls->is_default_for_tool));
  BOOST_TEST((nulls->tool_name.kind == Kind::clear && nulls->tool_arg.kind == Kind::clear));

  auto all = parse_secret_update(
      R"({"secret_name":"m","secret_value":"12345","tool_name":"t","tool_arg":"a","is_default_for_tool":"off"})");
  BOOST_REQUIRE(all.has_value());
  BOOST_TEST((all->name == "m" && all->value->text() == "12345" && all->is_default_for_tool == false));
  BOOST_TEST((all->tool_name.kind == Kind::set && all->tool_name.value == "t"));
  BOOST_TEST((all->tool_arg.kind == Kind::set && all->tool_arg.value == "a"));
}

BOOST_AUTO_TEST_CASE(required_fields) {
  const Lines both{"missing body.secret_name Field required", "missing body.secret_value Field required"};
  BOOST_TEST(of_new("{}") == both, each);
  BOOST_TEST(of_new(R"({"secret_Name":"n","secret_value ":"1234"})") == both, each);
  BOOST_TEST(of_new("") == both, each);
  BOOST_TEST(of_update("") == Lines{}, each);
  Lines all = both;
  for (const std::string field : {"tool_name", "tool_arg", "is_default_for_tool"}) {
    all.push_back("missing body." + field + " Field required");
  }
  for (const std::string body : {"null", "[]", "\"secret_name\"", "17", "true"}) {
    BOOST_TEST(of_new(body) == all, each);
    BOOST_TEST(of_update(body) == all, each);
  }
  const Lines types{"string_type body.secret_name Input should be a valid string",
                    "string_type body.secret_value Input should be a valid string"};
  BOOST_TEST(of_new(R"({"secret_name":null,"secret_value":null})") == types, each);
}

BOOST_AUTO_TEST_CASE(texts_of_another_type) {
  for (const TextRule& rule : text_rules) {
    for (const std::string json :
         {"1", "1.5", "true", "[]", "{}", R"(["x"])", R"({"secret_name":"x"})", R"([["long enough"]])"}) {
      BOOST_TEST_CONTEXT(rule.field << " " << json) {
        const Lines expected{"string_type body." + rule.field + " Input should be a valid string"};
        BOOST_TEST(of_new(body_with(rule.field, json)) == expected, each);
        BOOST_TEST(of_update("{\"" + rule.field + "\":" + json + "}") == expected, each);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(lengths_are_in_code_points_at_both_edges) {
  for (const TextRule& rule : text_rules) {
    const std::string units = rule.min == 1 ? " character" : " characters";
    const Lines too_short{"string_too_short body." + rule.field + " String should have at least " +
                          std::to_string(rule.min) + units};
    const Lines too_long{"string_too_long body." + rule.field + " String should have at most 1024 characters"};
    for (const std::string& unit : {"x"s, "\xc3\xa9"s, key, key_escaped, "\\n"s, "\\u0000"s}) {
      BOOST_TEST_CONTEXT(rule.field << " of " << unit) {
        const auto faults = [&](std::size_t times) {
          return of_new(body_with(rule.field, quoted(repeat(unit, times))));
        };
        BOOST_TEST(faults(rule.min) == Lines{}, each);
        BOOST_TEST(faults(rule.max) == Lines{}, each);
        BOOST_TEST(faults(rule.min - 1) == too_short, each);
        BOOST_TEST(faults(rule.max + 1) == too_long, each);
      }
    }
    BOOST_TEST(of_new(body_with(rule.field, quoted(repeat("x", 1'000'000)))) == too_long, each);
    BOOST_TEST(of_update("{\"" + rule.field + "\":" + quoted(repeat(key_escaped, 5'000)) + "}") == too_long, each);
    const auto update = parse_secret_update("{\"" + rule.field + "\":" + quoted(repeat(key, 1704)) + "}");
    BOOST_TEST(update.error().at(0).ctx == R"({"max_length":1024,"actual_length":1704})");
  }
}

BOOST_AUTO_TEST_CASE(the_longest_legal_body_fits) {
  const std::string text = quoted(repeat(key_escaped, 1024));
  const std::string body = R"({"secret_name":)" + text + R"(,"secret_value":)" + text + R"(,"tool_name":)" + text +
                           R"(,"tool_arg":)" + text + R"(,"is_default_for_tool":true})";
  BOOST_TEST(body.size() < limits::secret_body);
  const auto secret = parse_new_secret(body);
  BOOST_REQUIRE(secret.has_value());
  BOOST_TEST(secret->name == repeat(key, 1024));
  BOOST_TEST(secret->value.text() == repeat(key, 1024));
}

BOOST_AUTO_TEST_CASE(all_faults_at_once_in_the_order_of_the_fields) {
  const std::string body =
      R"({"is_default_for_tool":"cAnArY","tool_arg":"","tool_name":["cAnArY"],"secret_value":"abc","secret_name":5})";
  const Lines expected{
      "string_type body.secret_name Input should be a valid string",
      "string_too_short body.secret_value String should have at least 4 characters",
      "string_type body.tool_name Input should be a valid string",
      "string_too_short body.tool_arg String should have at least 1 character",
      "bool_parsing body.is_default_for_tool Input should be a valid boolean, unable to interpret input"};
  BOOST_TEST(of_new(body) == expected, each);
  BOOST_TEST(of_update(body) == expected, each);
  BOOST_TEST(of_new("{\"secret_value\":\"abc\"," + repeat(" ", 9) + "\"secret_name\":}") ==
                 Lines{"json_invalid body.45 JSON decode error"},
             each);
}

BOOST_AUTO_TEST_CASE(a_default_belongs_to_a_tool_and_an_argument) {
  const Lines unbound{
      "value_error body.is_default_for_tool Value error, is_default_for_tool needs tool_name and tool_arg"};
  const std::string base = R"({"secret_name":"n","secret_value":"1234","is_default_for_tool":true)";
  BOOST_TEST(of_new(base + "}") == unbound, each);
  BOOST_TEST(of_new(base + R"(,"tool_name":"t"})") == unbound, each);
  BOOST_TEST(of_new(base + R"(,"tool_arg":"a"})") == unbound, each);
  BOOST_TEST(of_new(base + R"(,"tool_arg":"a","tool_name":null})") == unbound, each);
  BOOST_TEST(of_new(base + R"(,"tool_arg":"a","tool_name":"t"})") == Lines{}, each);
  // The field is present and has its own fault; no second fault is reported.
  BOOST_TEST(of_new(base + R"(,"tool_arg":"a","tool_name":""})").size() == 1U);
  // In an update the other field may already be stored.
  BOOST_TEST(of_update(R"({"is_default_for_tool":true})") == Lines{}, each);
  BOOST_TEST(of_update(R"({"is_default_for_tool":true,"tool_arg":null})") == unbound, each);
  BOOST_TEST(of_update(R"({"is_default_for_tool":false,"tool_arg":null})") == Lines{}, each);
}

BOOST_AUTO_TEST_CASE(no_fault_repeats_the_input) {
  const std::string canary = "cAnArY";
  const std::string long_canary = repeat(canary, 1000);
  std::vector<std::string> bodies{canary,
                                  quoted(canary),
                                  "[" + quoted(canary) + "]",
                                  "{" + quoted(canary) + ":}",
                                  "{" + quoted(canary) + ":" + canary + "}",
                                  "{" + quoted(canary) + ":1," + quoted(canary) + ":2}",
                                  "{\"secret_value\":\"" + canary};
  for (const std::string field : {"secret_name", "secret_value", "tool_name", "tool_arg", "is_default_for_tool"}) {
    for (const std::string& json : {"[" + quoted(canary) + "]", "{" + quoted(canary) + ":" + quoted(canary) + "}",
                                    quoted(long_canary), quoted(canary + "\\x"), quoted(canary + "\xff"), canary}) {
      bodies.push_back(body_with(field, json));
    }
  }
  for (const std::string& body : bodies) {
    for (const auto& found : {of_new(body), of_update(body)}) {
      for (const std::string& line : found) BOOST_TEST(line.find(canary) == std::string::npos);
    }
    BOOST_TEST(!of_new(body).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
