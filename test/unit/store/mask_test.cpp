#include <boost/test/unit_test.hpp>
#include <string>

#include "store/secret.hpp"

using tacit::store::mask;

BOOST_AUTO_TEST_SUITE(masks)

BOOST_AUTO_TEST_CASE(a_short_value_shows_nothing) {
  BOOST_TEST(mask("") == "****");
  BOOST_TEST(mask("abcd") == "****");
  BOOST_TEST(mask("abcdefg") == "****");
}

BOOST_AUTO_TEST_CASE(an_eighth_is_shown_at_each_end_up_to_four) {
  BOOST_TEST(mask("abcdefgh") == "a****h");
  BOOST_TEST(mask("abcdefghijklmno") == "a****o");
  BOOST_TEST(mask("abcdefghijklmnop") == "ab****op");
  BOOST_TEST(mask("abcdefghijklmnopqrstuvwxyz012345") == "abcd****2345");
  BOOST_TEST(mask("abcd" + std::string(1000, 'x') + "wxyz") == "abcd****wxyz");
}

BOOST_AUTO_TEST_CASE(characters_are_code_points) {
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += i == 0 ? "\xE2\x82\xAC" : i == 7 ? "\xF0\x9F\x98\x80" : "\xC3\xA9";
  BOOST_TEST(mask(eight) == "\xE2\x82\xAC****\xF0\x9F\x98\x80");
  // 8 bytes, but 4 characters.
  BOOST_TEST(mask("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9") == "****");
}

BOOST_AUTO_TEST_SUITE_END()
