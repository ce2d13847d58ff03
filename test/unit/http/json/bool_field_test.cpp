// Lax booleans. The table contains pydantic 2's results for the same JSON.
#include <boost/test/unit_test.hpp>

#include "http/api/request_bodies.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const auto each = boost::test_tools::per_element();
const Lines unreadable{
    "bool_parsing body.is_default_for_tool Input should be a valid boolean, unable to interpret input"};
const Lines wrong_type{"bool_type body.is_default_for_tool Input should be a valid boolean"};

Parsed<tacit::store::SecretUpdate> with(const std::string& json) {
  return parse_secret_update("{\"is_default_for_tool\":" + json + "}");
}

void check_value(const std::string& json, bool expected) {
  const auto update = with(json);
  BOOST_TEST_CONTEXT(json) {
    BOOST_TEST(lines(update) == Lines{}, each);
    BOOST_TEST((update && update->is_default_for_tool == expected));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bool_field)

BOOST_AUTO_TEST_CASE(texts_for_true_are_read) {
  for (const char* json :
       {"true", "1", "1.0", "1e0", "10e-1", "0.1E1", "0.99999999999999999", R"("1")", R"("on")", R"("t")", R"("true")",
        R"("y")", R"("yes")", R"("ON")", R"("True")", R"("YES")", R"("\u0079es")"}) {
    check_value(json, true);
  }
}

BOOST_AUTO_TEST_CASE(texts_for_false_are_read) {
  for (const char* json : {"false", "0", "-0", "0.0", "-0.0", "0e5", "1e-400", R"("0")", R"("off")", R"("f")",
                           R"("false")", R"("n")", R"("no")", R"("OFF")", R"("False")", R"("N")"}) {
    check_value(json, false);
  }
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  for (const char* json : {"2",
                           "-1",
                           "2.0",
                           "-1.0",
                           "1e3",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "9e18",
                           R"("")",
                           R"(" true")",
                           R"("true ")",
                           R"("truee")",
                           R"("falsee")",
                           R"("ye")",
                           R"("2")",
                           R"("1.0")",
                           R"("\u0000")",
                           R"("null")",
                           R"("\u0131")",
                           R"("no\n")",
                           R"("on\u0000")",
                           R"("fals\u0065fals\u0065")"}) {
    BOOST_TEST_CONTEXT(json) { BOOST_TEST(lines(with(json)) == unreadable, each); }
  }
  BOOST_TEST(lines(with("\"" + repeat("y", 50'000) + "\"")) == unreadable, each);
  BOOST_TEST(lines(with("\"" + repeat("\\u0079", 5'000) + "\"")) == unreadable, each);
}

BOOST_AUTO_TEST_CASE(other_types_are_refused) {
  for (const char* json :
       {"[]", "{}", "[true]", R"({"a":true})", R"([1,"yes"])", "0.5", "-0.1", "1.0000000001", "1e400", "-1e400", "1e30",
        "9.3e18", "9223372036854775808", "-9223372036854775809", "100000000000000000000000"}) {
    BOOST_TEST_CONTEXT(json) { BOOST_TEST(lines(with(json)) == wrong_type, each); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
