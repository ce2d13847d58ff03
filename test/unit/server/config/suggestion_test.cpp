// Suggestions for misspelled names.
#include "server/config/suggestion.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit::server;

BOOST_AUTO_TEST_SUITE(suggestion)

BOOST_AUTO_TEST_CASE(mistakes_are_counted) {
  BOOST_TEST(mistakes_between("threads", "threads") == 0u);
  BOOST_TEST(mistakes_between("thread", "threads") == 1u);
  BOOST_TEST(mistakes_between("threadss", "threads") == 1u);
  BOOST_TEST(mistakes_between("thraeds", "threads") == 1u);  // two adjacent letters swapped
  BOOST_TEST(mistakes_between("threeds", "threads") == 1u);
  BOOST_TEST(mistakes_between("", "abc") == 3u);
  BOOST_TEST(mistakes_between("abc", "") == 3u);
  BOOST_TEST(mistakes_between("API_LISTEN", "api-listen") == 0u);
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_suggested_if_it_is_near) {
  const std::vector<std::string> names = {"serve", "stats", "verify", "restore", "audit prune"};
  BOOST_TEST(nearest_name("serv", names).value() == "serve");
  BOOST_TEST(nearest_name("sever", names).value() == "serve");  // the same letters
  BOOST_TEST(nearest_name("verfiy", names).value() == "verify");
  BOOST_TEST(nearest_name("audit-prune", names).value() == "audit prune");
  for (const auto word : {"", "x", "frobnicate", "list", "server-status"}) {
    BOOST_TEST(!nearest_name(word, names).has_value(), word);
  }
  BOOST_TEST(!nearest_name(std::string(1 << 20, 'x'), names).has_value());
  BOOST_TEST(!nearest_name("a", std::vector<std::string>{"b"}).has_value());
}

BOOST_AUTO_TEST_CASE(messages_end_with_a_suggestion_and_a_reference) {
  const std::vector<std::string> names = {"--threads"};
  BOOST_TEST(did_you_mean("--treads", names) == "; did you mean --threads?");
  BOOST_TEST(did_you_mean("--x", names).empty());
  BOOST_TEST(with_help("a; did you mean b?", "serve") == "a; did you mean b? See tacit help serve");
  BOOST_TEST(with_help("a") == "a; see tacit help");
}

BOOST_AUTO_TEST_SUITE_END()
