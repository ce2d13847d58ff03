// The two forms of JSON files.
#include "server/client/json_secrets.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "test/says.hpp"

using namespace tacit::server;
using tacit::test::says;

namespace {

std::string fault_of(std::string_view text) {
  const auto secrets = parse_json_secrets(text);
  return secrets.has_error() ? secrets.error() : "no fault";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_secrets)

BOOST_AUTO_TEST_CASE(an_object_of_names_and_values_is_read) {
  const auto secrets = parse_json_secrets("\xef\xbb\xbf {\"a\": \"on\\u00e9\", \"b c\": \"\"} \n");
  BOOST_TEST_REQUIRE(secrets.has_value());
  BOOST_TEST_REQUIRE(secrets->size() == 2U);
  BOOST_TEST((*secrets)[0].name == "a");
  BOOST_TEST((*secrets)[0].value.text() == "on\xc3\xa9");
  BOOST_TEST(!(*secrets)[0].tool_name.has_value());
  BOOST_TEST((*secrets)[1].name == "b c");
  BOOST_TEST(parse_json_secrets("{}")->empty());
}

BOOST_AUTO_TEST_CASE(an_array_of_new_secrets_is_read) {
  const auto secrets = parse_json_secrets(
      R"([{"secret_name":"a","secret_value":"value","tool_name":"t*","tool_arg":"k","is_default_for_tool":true,)"
      R"("expires_at":"2030-01-01T00:00:00Z"},{"secret_value":"other","secret_name":"b","tool_name":null}])");
  BOOST_TEST_REQUIRE(secrets.has_value());
  BOOST_TEST_REQUIRE(secrets->size() == 2U);
  const NewSecret& first = secrets->front();
  BOOST_TEST(first.value.text() == "value");
  BOOST_TEST(first.tool_name.value() == "t*");
  BOOST_TEST(first.tool_arg.value() == "k");
  BOOST_TEST(first.is_default_for_tool);
  BOOST_TEST(first.expires_at == "2030-01-01T00:00:00Z");
  BOOST_TEST(secrets->back().name == "b");
  BOOST_TEST(!secrets->back().tool_name.has_value());
  BOOST_TEST(!secrets->back().is_default_for_tool);
}

BOOST_AUTO_TEST_CASE(faults_say_what_is_wrong_and_no_value) {
  BOOST_TEST(says(fault_of("{\"a\":\n\"hunter2\",}"), "line 2: is not JSON: "));
  BOOST_TEST(says(fault_of("[], \"x\": []"), "is not JSON"));
  BOOST_TEST(says(fault_of("{\"a\":\"hunter2\",\"a\":\"x\"}"), "is not JSON of RFC 8259"));
  BOOST_TEST(fault_of("\"hunter2\"") == "is neither an array nor an object");
  BOOST_TEST(fault_of("{\"a\": 1}") == "the value of \"a\" is not a string");
  BOOST_TEST(fault_of("{\"a\": {\"b\": \"hunter2\"}}") == "the value of \"a\" is not a string");
  BOOST_TEST(fault_of("[\"hunter2\"]") == "has an entry that is not an object, after 0 others");
  BOOST_TEST(fault_of(R"([{"secret_name":"a"}])") == "secret 1: secret_value is missing");
  BOOST_TEST(fault_of(R"([{"secret_value":"hunter2"}])") == "secret 1: secret_name is missing");
  BOOST_TEST(fault_of(R"([{"secret_name":"a","secret_value":"hunter2","tool":"t"}])") ==
             "secret 1: \"tool\" is not a field");
  BOOST_TEST(fault_of(R"([{"secret_name":null}])") == "secret 1: \"secret_name\" has a value of a wrong type");
  BOOST_TEST(fault_of(R"([{"is_default_for_tool":"yes"}])") == "secret 1: is_default_for_tool is not true or false");
  BOOST_TEST(fault_of("{\"\xff\": \"x\"}") == "is not UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()
