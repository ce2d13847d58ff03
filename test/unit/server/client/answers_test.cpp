// Tables of the API's answers.
#include "server/client/answers.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "server/config/errors.hpp"

using namespace tacit::server;

namespace {

using Row = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(a_secret_is_a_row) {
  const auto full =
      object_in(R"({"secret_id":"i","secret_name":"n","display":"ab****yz","tool_name":"t","tool_arg":"k","version":3,)"
                R"("is_default_for_tool":true,"updated_at":"2026-01-31T12:00:00.000001Z","last_used_at":null,)"
                R"("expires_at":"2027-01-31T12:00:00.000000Z"})");
  BOOST_TEST((secret_rows({full}).back() == Row{"i", "ab****yz", "t", "k", "yes", "3", "2026-01-31T12:00:00Z", "never",
                                                "2027-01-31T12:00:00Z", "n"}));
  const auto bare = object_in(R"({"secret_name":7,"tool_name":null})");
  BOOST_TEST((secret_rows({bare}).back() == Row{"", "-", "-", "-", "no", "", "-", "never", "never", ""}));
  BOOST_TEST(secret_rows({}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_api_key_that_expired_says_so) {
  const auto rows = api_key_rows(
      {object_in(R"({"key_id":"a","name":"n","scopes":["x","y"],"expires_at":"2001-01-01T00:00:00.000000Z"})"),
       object_in(R"({"key_id":"b","name":"n","scopes":[],"expires_at":"9000-01-01T00:00:00.000000Z"})"),
       object_in(R"({"key_id":"c","expires_at":null})")});
  BOOST_TEST(rows[1][1] == "expired");
  BOOST_TEST(rows[1][2] == "x,y");
  BOOST_TEST(rows[2][1] == "active");
  BOOST_TEST(rows[3][1] == "active");
}

BOOST_AUTO_TEST_CASE(versions_and_uses_are_rows) {
  const auto version = object_in(R"({"version":2,"display":"****","created_at":"x","current":true})");
  BOOST_TEST((version_rows({version}).back() == Row{"2", "****", "yes", "x"}));
  const auto use =
      object_in(R"({"tool_name":"t","runtime":"r","outcome":"released","first_at":"f","last_at":"l","count":9})");
  BOOST_TEST((use_rows({use}).back() == Row{"released", "9", "f", "l", "r", "t"}));
}

BOOST_AUTO_TEST_CASE(other_answers_are_refused) {
  for (const char* text : {"", "[]", "{\"a\":1,\"a\":2}", "<html>"}) BOOST_CHECK_THROW(object_in(text), CommandFailed);
  for (const char* text : {"{}", R"({"data":{}})", R"({"data":[1]})"}) {
    BOOST_CHECK_THROW(objects_in_list(object_in(text)), CommandFailed);
  }
  BOOST_TEST(objects_in_list(object_in(R"({"data":[{},{}]})")).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
