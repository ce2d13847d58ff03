// Well-formed and malformed UTF-8, and control characters.
#include <boost/test/unit_test.hpp>

#include <string>

#include "crypto/text/utf8.hpp"

using namespace tacit::crypto;
using std::string_literals::operator""s;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(well_formed_utf8) {
  for (const std::string& text :
       {""s, "a\0\x7f"s, "\xc2\x80\xdf\xbf"s, "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"s,
        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"s}) {
    BOOST_TEST(is_utf8(text));
  }
  for (const std::string& text :
       {"\x80"s, "\xc0\x80"s, "\xc1\xbf"s, "\xc2"s, "\xc2x"s, "\xe0\x9f\xbf"s, "\xe1\x80"s, "\xed\xa0\x80"s,
        "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xf1\x80\x80"s, "\xf1\x80\x80x"s, "\xff"s}) {
    BOOST_TEST(!is_utf8("a" + text));
  }
  BOOST_TEST(count_code_points("a\xc3\xa9\xf0\x9f\x94\x91") == 3U);
}

BOOST_AUTO_TEST_CASE(characters) {
  BOOST_TEST(first_character("") == 0U);
  BOOST_TEST(first_character("ab") == 1U);
  BOOST_TEST(first_character("\xc3\xa9x") == 2U);
  BOOST_TEST(first_character("\xf0\x9f\x94\x91") == 4U);
  BOOST_TEST(first_character("\xf0\x9f\x94") == 0U);
  BOOST_TEST(first_character("\xa9") == 0U);
  BOOST_TEST(code_point("a") == 0x61U);
  BOOST_TEST(code_point("\xc3\xa9") == 0xe9U);
  BOOST_TEST(code_point("\xe2\x80\xa6") == 0x2026U);
  BOOST_TEST(code_point("\xf0\x9f\x94\x91") == 0x1f511U);
}

BOOST_AUTO_TEST_CASE(control_characters) {
  for (const std::string& text : {"\0"s, "a\x1f"s, "\x7f"s, "\xc2\x80"s, "a\xc2\x9f"s})
    BOOST_TEST(has_control_characters(text));
  for (const std::string& text : {""s, "a b"s, "\xc2\xa0"s, "\xc3\x80"s}) BOOST_TEST(!has_control_characters(text));
}

BOOST_AUTO_TEST_SUITE_END()
