// The bodies of what Tacit adds: expiry, longer values, batches, rollbacks.
#include <boost/test/unit_test.hpp>

#include <string>

#include "http/api/request_bodies.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const auto each = boost::test_tools::per_element();

Lines of_new(const std::string& body) { return lines(parse_new_secret(body)); }
Lines of_update(const std::string& body) { return lines(parse_secret_update(body)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(added_bodies)

BOOST_AUTO_TEST_CASE(the_longest_value_is_the_servers) {
  const SecretRules rules{.value_limit = 5, .now = 0};
  const auto with_value = [&](const std::string& value) {
    return parse_new_secret(R"({"secret_name":"n","secret_value":")" + value + "\"}", rules);
  };
  BOOST_TEST(with_value("12345").has_value());
  const auto longer = with_value("123456");
  BOOST_TEST(lines(longer) == Lines{"string_too_long body.secret_value String should have at most 5 characters"}, each);
  BOOST_TEST(longer.error().at(0).ctx == R"({"max_length":5,"actual_length":6})");
  BOOST_TEST(lines(parse_secret_update(R"({"secret_value":"123456"})", rules)).size() == 1U);
  const SecretRules long_rules{.value_limit = 65'536, .now = 0};
  const std::string long_value(65'536, 'x');
  BOOST_TEST(parse_new_secret(R"({"secret_name":"n","secret_value":")" + long_value + "\"}", long_rules).has_value());
}

BOOST_AUTO_TEST_CASE(an_expiry) {
  const std::string base = R"({"secret_name":"n","secret_value":"1234","expires_at":)";
  const SecretRules rules{.value_limit = 1024, .now = 1769857200000000};  // 2026-01-31T11:00:00Z
  const auto expiry = [&](const std::string& json) { return parse_new_secret(base + json + "}", rules); };
  BOOST_TEST((expiry(R"("2026-01-31T12:00:00.5+00:30")")->expires_at == 1769859000500000));
  BOOST_TEST(!expiry("null")->expires_at.has_value());
  const auto told = [&](const std::string& json) { return lines(expiry(json)); };
  const std::string at = " body.expires_at Input should be ";
  BOOST_TEST(told(R"("2026-01-31T11:00:00Z")") == Lines{"datetime_future" + at + "in the future"}, each);
  BOOST_TEST(told("1769857200") == Lines{"datetime_type" + at + "a valid datetime"}, each);
  BOOST_TEST(told(R"("9999-12-31T23:59:59Z")") == Lines{"less_than" + at + "less than 9999-01-01T00:00:00Z"}, each);
  BOOST_TEST(
      told(R"("2027-01-31T11:00:00")") == Lines{"timezone_aware body.expires_at Input should have timezone info"},
      each);
  const Lines trailing{"datetime_from_date_parsing" + at +
                       "a valid datetime or date, unexpected extra characters at the end of the input"};
  BOOST_TEST(told(R"("2027-01-31T11:00:00Zx")") == trailing, each);
  BOOST_TEST(told(R"("2027-01-31T11:00:00Z\n)" + std::string(200, 'x') + "\"") == trailing, each);

  using Kind = store::FieldChange::Kind;
  const auto update = [&](const std::string& body) { return parse_secret_update(body, rules); };
  BOOST_TEST((update("{}")->expires_at.kind == Kind::keep));
  BOOST_TEST((update(R"({"expires_at":null})")->expires_at.kind == Kind::clear));
  const auto set = update(R"({"expires_at":"2027-01-31T11:00:00Z"})");
  BOOST_TEST((set->expires_at.kind == Kind::set && set->expires_at.value == 1801393200000000));
  BOOST_TEST(lines(update(R"({"expires_at":"2020-01-31T11:00:00Z"})")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(discarding_previous_values) {
  BOOST_TEST(parse_secret_update(R"({"discard_previous":true})")->discard_previous);
  BOOST_TEST(!parse_secret_update(R"({"discard_previous":null})")->discard_previous);
  BOOST_TEST(!parse_secret_update("")->discard_previous);
  BOOST_TEST(of_update(R"({"discard_previous":"maybe"})") ==
                 Lines{"bool_parsing body.discard_previous Input should be a valid boolean, unable to interpret input"},
             each);
  BOOST_TEST(of_new(R"({"secret_name":"n","secret_value":"1234","discard_previous":7})") == Lines{}, each);
}

BOOST_AUTO_TEST_CASE(no_object_lacks_the_published_fields_alone) {
  BOOST_TEST(of_new("[]").size() == 5U);
  BOOST_TEST(of_update("null").size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_batch) {
  const std::string good = R"({"secret_name":"n","secret_value":"1234","more":{"secret_name":["x"]}})";
  const auto two =
      parse_batch(R"({"secrets":[)" + good + "," +
                  R"({"secret_value":"56\u0037\u0038","tool_name":"t","tool_arg":"a","secret_name":"m"}]})");
  BOOST_REQUIRE(two.has_value());
  BOOST_REQUIRE(two->size() == 2U);
  BOOST_TEST((*two)[0].name == "n");
  BOOST_TEST((*two)[0].value.text() == "1234");
  BOOST_TEST(!(*two)[0].tool_name.has_value());
  BOOST_TEST((*two)[1].value.text() == "5678");
  BOOST_TEST((*two)[1].tool_arg.value() == "a");
  const auto told = [](const std::string& body) { return lines(parse_batch(body)); };
  BOOST_TEST(told("{}") == Lines{"missing body.secrets Field required"}, each);
  BOOST_TEST(told("") == Lines{"missing body.secrets Field required"}, each);
  BOOST_TEST(told("[]") == Lines{"missing body.secrets Field required"}, each);
  for (const std::string list : {"null", "{}", "\"x\"", "7"}) {
    BOOST_TEST(told(R"({"secrets":)" + list + "}") == Lines{"list_type body.secrets Input should be a valid list"},
               each);
  }
  BOOST_TEST(told(R"({"secrets":[]})") ==
                 Lines{"too_short body.secrets List should have at least 1 item after validation, not 0"},
             each);
  const std::string object = " Input should be a valid dictionary or object to extract fields from";
  BOOST_TEST(
      told(R"({"secrets":[)" + good + R"(,{"secret_value":"abc"},[{"secret_name":"n"}],"a\nb",null,)" +
           R"({"secret_name":5,"secret_value":"1234","expires_at":"2020-01-01T00:00:00"}]})") ==
          (Lines{"missing body.secrets.1.secret_name Field required",
                 "string_too_short body.secrets.1.secret_value String should have at least 4 characters",
                 "model_attributes_type body.secrets.2" + object, "model_attributes_type body.secrets.3" + object,
                 "model_attributes_type body.secrets.4" + object,
                 "string_type body.secrets.5.secret_name Input should be a valid string",
                 "timezone_aware body.secrets.5.expires_at Input should have timezone info"}),
      each);
  std::string many = R"({"secrets":[)" + good;
  for (std::size_t i = 0; i < 64; ++i) many += "," + good;
  BOOST_TEST(
      told(many + "]}") == Lines{"too_long body.secrets List should have at most 64 items after validation, not 65"},
      each);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_million_faults_is_bounded) {
  std::string body = R"({"secrets":[)";
  for (std::size_t i = 0; i < 64; ++i) body += std::string(i == 0 ? "" : ",") + "{}";
  BOOST_TEST(parse_batch(body + "]}").error().size() == 128U);
}

BOOST_AUTO_TEST_CASE(a_rollback) {
  for (const std::string version : {"3", "\"3\"", "3.0"}) {
    const auto rollback = parse_rollback(R"({"version":)" + version + R"(,"more":1})");
    BOOST_REQUIRE(rollback.has_value());
    BOOST_TEST(rollback->value == 3U);
  }
  BOOST_TEST(parse_rollback(R"({"version":99999999999999999999999})")->value == 0xffffffffU);
  const auto told = [](const std::string& version) { return lines(parse_rollback(R"({"version":)" + version + "}")); };
  const std::string at = " body.version Input should be ";
  for (const std::string version : {"0", "-1", "\"-7\""}) {
    BOOST_TEST(told(version) == Lines{"greater_than_equal" + at + "greater than or equal to 1"}, each);
  }
  for (const std::string version : {"null", "[1]", "{}", "true"}) {
    BOOST_TEST(told(version) == Lines{"int_type" + at + "a valid integer"}, each);
  }
  for (const std::string version : {"\"x\"", "\"\"", "\"3x\""}) {
    BOOST_TEST(told(version) == Lines{"int_parsing" + at + "a valid integer, unable to parse string as an integer"},
               each);
  }
  BOOST_TEST(told("3.5") == Lines{"int_from_float" + at + "a valid integer, got a number with a fractional part"},
             each);
  BOOST_TEST(lines(parse_rollback("{}")) == Lines{"missing body.version Field required"}, each);
}

BOOST_AUTO_TEST_SUITE_END()
