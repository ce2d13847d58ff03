// The rules of ASCII text: letters of either case, digits, blanks at the ends.
#include "crypto/text/ascii.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::crypto;

BOOST_AUTO_TEST_SUITE(ascii)

BOOST_AUTO_TEST_CASE(each_byte_has_its_class) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const bool is_small = std::string_view("abcdefghijklmnopqrstuvwxyz").find(c) != std::string_view::npos;
    const bool is_capital = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ").find(c) != std::string_view::npos;
    const bool is_number = std::string_view("0123456789").find(c) != std::string_view::npos;
    BOOST_TEST(is_lower(c) == is_small);
    BOOST_TEST(is_upper(c) == is_capital);
    BOOST_TEST(is_digit(c) == is_number);
    BOOST_TEST(is_letter_or_digit(c) == (is_small || is_capital || is_number));
    BOOST_TEST(upper(lower(c)) == (is_small ? upper(c) : c));
    const auto at = std::string_view("0123456789abcdef").find(lower(c));
    BOOST_TEST(hex_value(c) == (at == std::string_view::npos ? -1 : static_cast<int>(at)));
  }
}

BOOST_AUTO_TEST_CASE(letters_are_equal_in_either_case) {
  BOOST_TEST(lower("ABC-xyz @[`{") == "abc-xyz @[`{");
  BOOST_TEST(equal_ignoring_case("Chunked", "cHUNKED"));
  BOOST_TEST(!equal_ignoring_case("chunked", "chunke"));
  BOOST_TEST(!equal_ignoring_case("chunked ", "chunked"));
  BOOST_TEST(!equal_ignoring_case("@", "`"));  // the neighbours of A and a
  BOOST_TEST(!equal_ignoring_case("\xc4", "\xe4"));
  BOOST_TEST(equal_ignoring_case("", ""));
  BOOST_TEST(ends_ignoring_case("a.LOCALHOST", ".localhost"));
  BOOST_TEST(ends_ignoring_case("+json", "+json"));
  BOOST_TEST(!ends_ignoring_case("json", "+json"));
}

BOOST_AUTO_TEST_CASE(blanks_are_trimmed_at_both_ends_only) {
  BOOST_TEST(trimmed(" \t a b\t ") == "a b");
  BOOST_TEST(trimmed("a") == "a");
  BOOST_TEST(trimmed(" \t ").empty());
  BOOST_TEST(trimmed("").empty());
  BOOST_TEST(trimmed("\r\na\n") == "\r\na\n");
  BOOST_TEST(trimmed("\r\na\n", " \t\r\n") == "a");
}

BOOST_AUTO_TEST_SUITE_END()
