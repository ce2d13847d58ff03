// The answer to a reload contains every part of its result, and is short for any configuration.
#include "server/control/control_answers.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace tacit::server;

BOOST_AUTO_TEST_SUITE(control_answers)

BOOST_AUTO_TEST_CASE(a_result_is_reported_completely) {
  ReloadResult result;
  result.taken = {"keys"};
  result.restart_needed = {"api-listen"};
  BOOST_TEST(to_json(result).at("good").as_bool());
  result.kept.push_back({.part = "limits", .reason = "the value is too large"});
  result.next_start_fails = {"api-certificate is not configured"};
  boost::json::object kept;
  kept["part"] = "limits";
  kept["reason"] = "the value is too large";
  boost::json::object expected;
  expected["good"] = false;
  expected["taken"] = boost::json::array{"keys"};
  expected["kept"] = boost::json::array{kept};
  expected["restart_needed"] = boost::json::array{"api-listen"};
  expected["next_start_fails"] = boost::json::array{"api-certificate is not configured"};
  BOOST_TEST((to_json(result) == expected));
}

BOOST_AUTO_TEST_CASE(long_lists_and_texts_are_truncated) {
  ReloadResult result;
  for (int i = 0; i < 1000; ++i) {
    result.taken.emplace_back("part");
    result.kept.push_back({.part = "part", .reason = std::string(10000, 'r')});
  }
  const boost::json::object answer = to_json(result);
  const boost::json::array& taken = answer.at("taken").as_array();
  BOOST_TEST(taken.size() == 101U);
  BOOST_TEST(std::string(taken.back().as_string()) == "and 900 more");
  const boost::json::array& kept = answer.at("kept").as_array();
  BOOST_TEST(kept.size() == 100U);
  BOOST_TEST(kept.front().at("reason").as_string().size() == 2003U);
}

BOOST_AUTO_TEST_SUITE_END()
