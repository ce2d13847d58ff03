// Counted nouns and lists in sentences.
#include <boost/test/unit_test.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/text/sentence.hpp"

using namespace tacit::crypto;

BOOST_AUTO_TEST_SUITE(sentence)

BOOST_AUTO_TEST_CASE(one_has_no_plural) {
  BOOST_TEST(counted(0, "tenant") == "0 tenants");
  BOOST_TEST(counted(1, "tenant") == "1 tenant");
  BOOST_TEST(counted(2, "tenant") == "2 tenants");
  BOOST_TEST(counted(1, "entry", "entries") == "1 entry");
  BOOST_TEST(counted(2, "entry", "entries") == "2 entries");
  BOOST_TEST(counted(UINT64_MAX, "byte") == "18446744073709551615 bytes");
}

BOOST_AUTO_TEST_CASE(what_separates_stands_between_only) {
  BOOST_TEST(joined(std::vector<std::string>{}, ", ").empty());
  BOOST_TEST(joined(std::vector<std::string>{"a"}, ", ") == "a");
  const std::vector<std::string_view> words = {"a", "b", "c"};
  BOOST_TEST(joined(words, " and ") == "a and b and c");
  BOOST_TEST(joined(words, ", ", " or ") == "a, b or c");
  BOOST_TEST(joined(words, ", ", ", ", "'") == "'a', 'b', 'c'");
  const std::span<const std::string_view> all(words);
  BOOST_TEST(joined(all.first(0), ", ", " or ").empty());
  BOOST_TEST(joined(all.first(1), ", ", " or ") == "a");
  BOOST_TEST(joined(all.first(2), ", ", " or ") == "a or b");
  std::string list;
  for (const std::string_view word : words) append_part(list, word, "; ");
  BOOST_TEST(list == "a; b; c");
}

BOOST_AUTO_TEST_SUITE_END()
