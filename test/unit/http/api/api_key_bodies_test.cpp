// New API keys and their updates: the rules of each field with pydantic's messages, all faults at once, and no part of
// the input in any of them.
#include <boost/test/unit_test.hpp>

#include "http/api/api_key_bodies.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const auto each = boost::test_tools::per_element();
constexpr std::int64_t now = 1'790'000'000'000'000;  // 2026-09-21
constexpr auto read_and_write = store::Scope::secrets_read | store::Scope::secrets_write;

Lines of_new(std::string_view body) { return lines(parse_new_api_key(body, now)); }
Lines of_update(std::string_view body) { return lines(parse_api_key_update(body, now)); }

std::string new_with(const std::string& field, const std::string& json) {
  std::string body = "{";
  if (field != "name") body += R"("name":"n",)";
  if (field != "scopes") body += R"("scopes":["secrets:read"],)";
  return body + "\"" + field + "\":" + json + "}";
}
std::string update_with(const std::string& field, const std::string& json) {
  return "{\"" + field + "\":" + json + "}";
}

/// The faults of a value, which are the same in a new key and in an update.
Lines of_both(const std::string& field, const std::string& json) {
  const Lines found = of_new(new_with(field, json));
  BOOST_TEST(of_update(update_with(field, json)) == found, each);
  return found;
}

const std::string no_scope = " Input should be 'secrets:read', 'secrets:write', 'keys:manage' or 'tools:use'";

}  // namespace

BOOST_AUTO_TEST_SUITE(api_key_bodies)

BOOST_AUTO_TEST_CASE(a_new_key_with_all_fields) {
  const auto key = parse_new_api_key(
      R"({"name":"ci \u00e4","scopes":["secrets:write","secrets:read","secrets:read"],"expires_at":"2027-01-01T00:00:00Z","x":[]})",
      now);
  BOOST_REQUIRE(key);
  BOOST_TEST(key->name == "ci ä");
  BOOST_CHECK(key->scopes == read_and_write);
  BOOST_TEST(key->expires_at.value() == 1'798'761'600'000'000);
}

BOOST_AUTO_TEST_CASE(a_new_key_with_required_fields_alone) {
  for (const std::string rest : {"", R"(,"expires_at":null)"}) {
    const auto key = parse_new_api_key(R"({"name":"n","scopes":["keys:manage"])" + rest + "}", now);
    BOOST_REQUIRE(key);
    BOOST_CHECK(key->scopes == store::Scope::api_keys_manage);
    BOOST_TEST(!key->expires_at);
  }
}

BOOST_AUTO_TEST_CASE(an_update_contains_the_given_fields) {
  for (const std::string body : {"{}", R"({"name":null,"scopes":null})"}) {
    const auto nothing = parse_api_key_update(body, now);
    BOOST_REQUIRE(nothing);
    BOOST_TEST(nothing->empty());
  }
  const auto never = parse_api_key_update(R"({"expires_at":null})", now);
  BOOST_REQUIRE(never);
  BOOST_TEST((never->expires_at && !*never->expires_at));
  const auto all =
      parse_api_key_update(R"({"name":"m","scopes":["keys:manage"],"expires_at":"2027-01-01T01:00:00+01:00"})", now);
  BOOST_REQUIRE(all);
  BOOST_TEST(all->name.value() == "m");
  BOOST_CHECK(all->scopes.value() == store::Scope::api_keys_manage);
  BOOST_TEST(all->expires_at->value() == 1'798'761'600'000'000);
}

BOOST_AUTO_TEST_CASE(required_fields) {
  BOOST_TEST(of_new("{}") == (Lines{"missing body.name Field required", "missing body.scopes Field required"}), each);
  BOOST_TEST(of_new(R"({"name":null,"scopes":null})") == (Lines{"string_type body.name Input should be a valid string",
                                                                "list_type body.scopes Input should be a valid list"}),
             each);
}

BOOST_AUTO_TEST_CASE(names) {
  const std::string key = "\xf0\x9f\x94\x91";
  BOOST_TEST(of_both("name", "\"" + repeat(key, 200) + "\"").empty());
  BOOST_TEST(of_both("name", "\"" + repeat(key, 201) + "\"") ==
                 Lines{"string_too_long body.name String should have at most 200 characters"},
             each);
  BOOST_TEST(of_both("name", "\"\"") == Lines{"string_too_short body.name String should have at least 1 character"},
             each);
  BOOST_TEST(of_both("name", "7") == Lines{"string_type body.name Input should be a valid string"}, each);
  for (const std::string control : {"\\n", "\\u0000", "\\u001b", "\\u007f", "\\u0080", "\\u009f", "\xc2\x85"}) {
    BOOST_TEST_CONTEXT(control) {
      BOOST_TEST(of_both("name", "\"a" + control + "b\"") ==
                     Lines{"value_error body.name Value error, name has control characters"},
                 each);
    }
  }
  BOOST_TEST(of_both("name", R"("\u00a0\u00e4\u0142")").empty());
}

BOOST_AUTO_TEST_CASE(scopes) {
  for (const std::string json : {"1", "true", "{}", "\"secrets:read\""}) {
    BOOST_TEST(of_both("scopes", json) == Lines{"list_type body.scopes Input should be a valid list"}, each);
  }
  BOOST_TEST(of_both("scopes", "[]") ==
                 Lines{"too_short body.scopes List should have at least 1 item after validation, not 0"},
             each);
  const Lines wrong{"literal_error body.scopes.0" + no_scope, "literal_error body.scopes.2" + no_scope,
                    "literal_error body.scopes.3" + no_scope, "literal_error body.scopes.4" + no_scope,
                    "literal_error body.scopes.5" + no_scope};
  BOOST_TEST(of_both("scopes", R"(["secrets:Read","keys:manage",1,null,["secrets:read"],"secrets:read "])") == wrong,
             each);
  BOOST_TEST(of_both("scopes", "[\"" + repeat("secrets:read", 1000) + "\"]") ==
                 Lines{"literal_error body.scopes.0" + no_scope},
             each);
  BOOST_TEST(of_both("scopes", R"(["tools:use","tools:use"])").empty());
  BOOST_TEST(of_both("scopes", R"(["tools:use","secrets:read"])") ==
                 Lines{"value_error body.scopes Value error, tools:use cannot be combined with other scopes"},
             each);
  const std::string many = repeat("\"keys:manage\",", 15) + "\"keys:manage\"";
  BOOST_TEST(of_both("scopes", "[" + many + "]").empty());
  BOOST_TEST(of_both("scopes", "[" + many + ",\"keys:manage\"]") ==
                 Lines{"too_long body.scopes List should have at most 16 items after validation, not 17"},
             each);
}

BOOST_AUTO_TEST_CASE(expiries) {
  const std::string type = "body.expires_at Input should be a valid datetime";
  for (const std::string json : {"1893456000", "1.5", "true", "[]", "{}"}) {
    BOOST_TEST(of_both("expires_at", json) == Lines{"datetime_type " + type}, each);
  }
  BOOST_TEST(
      of_both("expires_at", "\"soon\"") == Lines{"datetime_from_date_parsing " + type + " or date, input is too short"},
      each);
  BOOST_TEST(of_both("expires_at", "\"2027-01-01T00:00:00\"") ==
                 Lines{"timezone_aware body.expires_at Input should have timezone info"},
             each);
  const Lines past{"datetime_future body.expires_at Input should be in the future"};
  BOOST_TEST(of_both("expires_at", "\"2020-01-01T00:00:00Z\"") == past, each);
  BOOST_TEST(of_both("expires_at", "\"0000-01-01T00:00:00Z\"") == past, each);
  BOOST_TEST(of_both("expires_at", "\"2026-09-21T14:13:20Z\"") == past, each);  // now
  BOOST_TEST(of_both("expires_at", "\"2026-09-21T14:13:20.000001Z\"").empty());
  BOOST_TEST(of_both("expires_at", "\"9998-12-31T23:59:59.999999Z\"").empty());
  BOOST_TEST(of_both("expires_at", "\"9999-01-01T00:00:00Z\"") ==
                 Lines{"less_than body.expires_at Input should be less than 9999-01-01T00:00:00Z"},
             each);
  BOOST_TEST(of_both("expires_at", "\"" + repeat("2027-01-01T00:00:00Z", 500) + "\"").size() == 1U);
}

BOOST_AUTO_TEST_CASE(all_faults_at_once_in_the_order_of_the_fields) {
  const Lines found = of_new(R"({"expires_at":5,"scopes":["x","keys:manage","y"],"name":""})");
  BOOST_REQUIRE(found.size() == 4U);
  BOOST_TEST(found[0].starts_with("string_too_short body.name"));
  BOOST_TEST(found[1].starts_with("literal_error body.scopes.0"));
  BOOST_TEST(found[2].starts_with("literal_error body.scopes.2"));
  BOOST_TEST(found[3].starts_with("datetime_type body.expires_at"));
}

BOOST_AUTO_TEST_CASE(no_fault_repeats_the_input) {
  const std::string canary = "cAnArY";
  for (const std::string field : {"name", "scopes", "expires_at"}) {
    for (const std::string json :
         {"\"cAnArY\\n\"", "[\"cAnArY\"]", "{\"cAnArY\":\"cAnArY\"}", "cAnArY", "[[\"cAnArY\"]]"}) {
      for (const Lines& found : {of_new(new_with(field, json)), of_update(update_with(field, json))}) {
        BOOST_TEST(!found.empty());
        for (const std::string& line : found) BOOST_TEST(line.find(canary) == std::string::npos);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
