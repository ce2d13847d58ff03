// Escaping of text for terminals.
#include "http/log/printable.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "crypto/text/utf8.hpp"

using namespace tacit::http;

namespace {

std::string one_character(std::uint32_t point) {
  std::string text;
  const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | (point >> shift & 0x3fU)); };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0U | point >> 6U);
    tail(0);
  } else if (point < 0x10000) {
    text += static_cast<char>(0xe0U | point >> 12U);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0U | point >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(printable)

BOOST_AUTO_TEST_CASE(controls_are_escaped) {
  BOOST_TEST(tacit::http::printable("a\tb\x1b[31m\x7f\r\n") == "a\\tb\\u001b[31m\\u007f\\r\\n");
  BOOST_TEST(tacit::http::printable(std::string_view("\0\x08", 2)) == "\\u0000\\u0008");
  BOOST_TEST(tacit::http::printable("\xc2\x9b"
                                    "0m \xc2\x80 \xc2\x9f") == "\\u009b0m \\u0080 \\u009f");
  BOOST_TEST(tacit::http::printable("a\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xe2\x80\xa9z") ==
             "a\\u202e\\u2066\\u2028\\u2029z");
}

BOOST_AUTO_TEST_CASE(readable_text_stays) {
  for (const std::string text : {"", "plain \\ \"text\"~", "caf\xc3\xa9 \xc2\xa9 \xc2\xa0", "\xe2\x80\xa6\xe2\x80\x93",
                                 "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x94\x91"}) {
    BOOST_TEST(tacit::http::printable(text) == text);
    BOOST_TEST(printable_json(text) == text);
  }
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_escaped_by_byte) {
  BOOST_TEST(tacit::http::printable("\xc2") == "\\xc2");
  BOOST_TEST(tacit::http::printable("\x9b[2J") == "\\x9b[2J");
  BOOST_TEST(tacit::http::printable("\xc0\x9b \xed\xa0\x80 \xf5") == "\\xc0\\x9b \\xed\\xa0\\x80 \\xf5");
  BOOST_TEST(tacit::http::printable("\xe2\x80 \xe2\x80") == "\\xe2\\x80 \\xe2\\x80");
  BOOST_TEST(printable_json("\"\x9b\"") == "\"\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_CASE(every_character_and_every_byte) {
  for (std::uint32_t point = 0; point < 0x11000; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const bool harmful = point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c || point == 0x200e ||
                         point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x206f) || point == 0xfeff;
    const std::string character = one_character(point);
    if ((tacit::http::printable(character) != character) != harmful) BOOST_ERROR("U+" << std::hex << point);
  }
  for (unsigned first = 0x80; first < 0x100; ++first) {
    for (unsigned second = 0; second < 0x100; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string shown = tacit::http::printable(text);
      if (!tacit::crypto::is_utf8(shown) || tacit::http::printable(shown) != shown) BOOST_ERROR(shown);
    }
  }
}

BOOST_AUTO_TEST_CASE(json_stays_the_same_document) {
  namespace json = boost::json;
  const json::value value = {{"a\x7f", "caf\xc3\xa9 \xc2\x9b \xe2\x80\xae \n\x1b\t \\ \""}, {"b", 1.5}};
  const std::string safe = printable_json(json::serialize(value));
  BOOST_TEST(json::parse(safe) == value);
  BOOST_TEST(safe.find("\\u009b") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_text_in_pieces_is_the_text) {
  const std::string text = "a\xc2\x9b\xe2\x80\xae\xf0\x9f\x94\x91\xe2\x80z\xc3\xa9\xed\xa0\x80\xff";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    std::string out;
    std::string begun;
    for (std::size_t at = 0; at < text.size(); at += step) {
      begun += text.substr(at, step);
      const std::size_t left = append_printable(out, begun, {.continues = true});
      begun.erase(0, begun.size() - left);
    }
    append_printable(out, begun);
    BOOST_TEST(out == tacit::http::printable(text));
  }
}

BOOST_AUTO_TEST_SUITE_END()
