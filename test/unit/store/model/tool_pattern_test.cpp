// Patterns for names of tools: only a star is special, and matching takes bounded time.
#include "store/model/tool_pattern.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

using tacit::store::is_pattern;
using tacit::store::literal_length;
using tacit::store::tool_matches;

BOOST_AUTO_TEST_SUITE(tool_pattern)

BOOST_AUTO_TEST_CASE(a_name_matches_itself_only) {
  BOOST_TEST(tool_matches("agno__linear", "agno__linear"));
  BOOST_TEST(!tool_matches("agno__linear", "agno__linear_"));
  BOOST_TEST(!tool_matches("agno__linear", "agno__linea"));
  BOOST_TEST(!tool_matches("agno__linear", "Agno__linear"));
  BOOST_TEST(!tool_matches("", "a"));
  BOOST_TEST(tool_matches("", ""));
}

BOOST_AUTO_TEST_CASE(a_star_takes_any_run_also_the_empty_one) {
  BOOST_TEST(tool_matches("agno__linear__*", "agno__linear__get_issue_details"));
  BOOST_TEST(tool_matches("agno__linear__*", "agno__linear__"));
  BOOST_TEST(!tool_matches("agno__linear__*", "agno__linear_"));
  BOOST_TEST(tool_matches("*", ""));
  BOOST_TEST(tool_matches("*", "anything"));
  BOOST_TEST(tool_matches("***", "anything"));
  BOOST_TEST(tool_matches("*_issue", "get_issue"));
  BOOST_TEST(!tool_matches("*_issue", "get_issues"));
  BOOST_TEST(tool_matches("a*b*c", "a12b34c"));
  BOOST_TEST(tool_matches("a*b*c", "abc"));
  BOOST_TEST(tool_matches("a*b*c", "abbbcc"));
  BOOST_TEST(!tool_matches("a*b*c", "acb"));
  BOOST_TEST(tool_matches("*ab", "aab"));
}

BOOST_AUTO_TEST_CASE(nothing_else_is_special) {
  BOOST_TEST(!tool_matches("a?c", "abc"));
  BOOST_TEST(!tool_matches("[ab]", "a"));
  BOOST_TEST(!tool_matches("a.c", "abc"));
  BOOST_TEST(tool_matches("\\*", "\\x"));
  BOOST_TEST(tool_matches(std::string("a\0*", 3), std::string("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(the_worst_patterns_end_soon) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  const std::string name(4096, 'a');
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(!tool_matches(pattern + "b", name));
  BOOST_TEST(tool_matches(pattern, name));
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(literal_characters_are_counted_in_code_points) {
  BOOST_TEST(literal_length("") == 0U);
  BOOST_TEST(literal_length("***") == 0U);
  BOOST_TEST(literal_length("a*b*c") == 3U);
  BOOST_TEST(literal_length("\xC3\xA9*\xE2\x82\xAC\xF0\x9F\x98\x80") == 3U);
  BOOST_TEST(is_pattern("a*"));
  BOOST_TEST(!is_pattern("a"));
}

BOOST_AUTO_TEST_SUITE_END()
