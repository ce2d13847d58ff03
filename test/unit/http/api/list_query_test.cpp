// The query of a list.
#include <boost/test/unit_test.hpp>

#include "http/api/list_query.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;
using namespace std::string_literals;

namespace {

const auto each = boost::test_tools::per_element();
const std::string id = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b";

Lines faults_of(std::string_view query) { return lines(parse_list_query(query)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(list_query)

BOOST_AUTO_TEST_CASE(an_empty_query_has_the_defaults) {
  for (const char* query : {"", "&", "&&", "=", "a", "a=b&c=%zz", "limits=5", "Limit=5", "limit%00=5"}) {
    const auto list = parse_list_query(query);
    BOOST_TEST_CONTEXT(query) {
      BOOST_REQUIRE(list.has_value());
      BOOST_TEST((!list->limit && !list->after && !list->tool_name && !list->secret_name));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_field_is_read) {
  const auto list =
      parse_list_query("limit=20&cursor=" + id + "&tool_name=a__%2A&secret%5Fname=my+k%C3%A9y%2B%26&x=y&x=z");
  BOOST_REQUIRE(list.has_value());
  BOOST_TEST((list->limit == 20U));
  BOOST_TEST(list->after.value().str() == id);
  BOOST_TEST(list->tool_name.value() == "a__*");
  BOOST_TEST(list->secret_name.value() == "my k\xc3\xa9y+&");
}

BOOST_AUTO_TEST_CASE(limits_of_the_limit) {
  for (const auto& [text, value] :
       std::vector<std::pair<std::string, std::size_t>>{{"1", 1}, {"1000", 1000}, {"%2B5", 5}, {"0007", 7}}) {
    const auto list = parse_list_query("limit=" + text);
    BOOST_REQUIRE(list.has_value());
    BOOST_TEST((list->limit == value));
  }
  const Lines low{"greater_than_equal query.limit Input should be greater than or equal to 1"};
  const Lines high{"less_than_equal query.limit Input should be less than or equal to 1000"};
  const Lines none{"int_parsing query.limit Input should be a valid integer, unable to parse string as an integer"};
  for (const std::string text : {"0", "-1", "-0", "-99999999999999999999999"})
    BOOST_TEST(faults_of("limit=" + text) == low, each);
  for (const std::string text : {"1001", "9223372036854775808", "99999999999999999999999"})
    BOOST_TEST(faults_of("limit=" + text) == high, each);
  for (const std::string text : {"", "x", "5x", "0x5", "5.5", "1e2", "%2B", "-", "%2B-5", "--5", "5%00", "%D9%A3"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(faults_of("limit=" + text) == none, each); }
  }
  BOOST_TEST(faults_of("limit") == none, each);
}

BOOST_AUTO_TEST_CASE(cursors) {
  const Lines bad{"value_error query.cursor Value error, cursor was not returned by a list"};
  for (const std::string& cursor : {"x"s, " "s, id + "0", "{" + id + "}", id.substr(1)})
    BOOST_TEST(faults_of("cursor=" + cursor) == bad, each);
  for (const char* first : {"cursor=", "cursor", "cursor=&limit=5"}) {
    const auto list = parse_list_query(first);
    BOOST_REQUIRE(list.has_value());
    BOOST_TEST(!list->after.has_value());
  }
}

BOOST_AUTO_TEST_CASE(texts) {
  const Lines empty{"string_too_short query.tool_name String should have at least 1 character"};
  BOOST_TEST(faults_of("tool_name=") == empty, each);
  BOOST_TEST(faults_of("tool_name") == empty, each);
  BOOST_TEST(faults_of("secret_name=" + repeat("%C3%A9", 1024)) == Lines{}, each);
  BOOST_TEST(faults_of("secret_name=" + repeat("%C3%A9", 1025)) ==
                 Lines{"string_too_long query.secret_name String should have at most 1024 characters"},
             each);
  const Lines not_text{
      "string_unicode query.secret_name Input should be a valid string, unable to parse raw data as a unicode string"};
  for (const std::string bytes : {"%ff", "%C3", "%ED%A0%80", "a%80"})
    BOOST_TEST(faults_of("secret_name=" + bytes) == not_text, each);
}

BOOST_AUTO_TEST_CASE(repeated_parameters_are_refused) {
  BOOST_TEST(faults_of("secret_name=a&limit=1&limit=1&tool_name=t&cursor=x&secret_name=b&secret_name=c") ==
                 (Lines{"value_error query.limit Value error, given more than once",
                        "value_error query.cursor Value error, cursor was not returned by a list",
                        "value_error query.secret_name Value error, given more than once"}),
             each);
}

BOOST_AUTO_TEST_CASE(an_expiry_and_the_view) {
  const auto list = parse_list_query("expires_before=2026-01-31T12:00:00%2B01:00&view=full");
  BOOST_REQUIRE(list.has_value());
  BOOST_TEST((list->expires_before == 1769857200000000));
  BOOST_TEST(list->with_last_use);
  BOOST_TEST(!parse_list_query("limit=1")->with_last_use);
  BOOST_TEST(faults_of("expires_before=2026-01-31T12:00:00") ==
                 Lines{"timezone_aware query.expires_before Input should have timezone info"},
             each);
  BOOST_TEST(
      faults_of("expires_before=soon") == Lines{"datetime_from_date_parsing query.expires_before Input should be "
                                                "a valid datetime or date, input is too short"},
      each);
  const Lines other{"literal_error query.view Input should be 'full'"};
  for (const std::string view : {"", "Full", "full%20", "all"}) BOOST_TEST(faults_of("view=" + view) == other, each);
  BOOST_TEST(faults_of("view=full&view=full") == Lines{"value_error query.view Value error, given more than once"},
             each);
}

BOOST_AUTO_TEST_SUITE_END()
