// The strict JSON parser of tokens and key sets.
#include "auth/tokens/json_document.hpp"

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>

using tacit::auth::json_document_depth;
using tacit::auth::parse_json_document;

namespace {

bool is_read(std::string_view text) { return parse_json_document(text, 100'000).has_value(); }

std::string nested(std::size_t depth, std::string_view open, std::string_view close, std::string_view inner) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += inner;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_document)

BOOST_AUTO_TEST_CASE(values_are_kept_as_they_are) {
  const auto value = parse_json_document(
      " {\"a\":[1,-2,18446744073709551615,1.5,true,null],\"\\u00e9\":\"\\ud83d\\ude00\",\"o\":{\"a\":{}}}\r\n\t", 100);
  BOOST_REQUIRE(value.has_value());
  const auto& object = value->as_object();
  const auto& array = object.at("a").as_array();
  BOOST_TEST(array.at(0).as_int64() == 1);
  BOOST_TEST(array.at(1).as_int64() == -2);
  BOOST_TEST(array.at(2).as_uint64() == 18446744073709551615u);
  BOOST_TEST(array.at(3).as_double() == 1.5);
  BOOST_TEST(array.at(4).as_bool());
  BOOST_TEST(array.at(5).is_null());
  BOOST_TEST(object.at("\xc3\xa9").as_string() == "\xf0\x9f\x98\x80");
  BOOST_TEST(object.at("o").as_object().at("a").as_object().empty());
}

BOOST_AUTO_TEST_CASE(only_integers_are_integers) {
  for (const char* const text : {"1.0", "1e3", "1E400", "-1e400", "18446744073709551616", "0.5", "1e-5"}) {
    const auto value = parse_json_document(text, 100);
    BOOST_REQUIRE(value.has_value());
    BOOST_TEST(value->is_double(), text);
  }
  BOOST_TEST(std::isinf(parse_json_document("1e400", 100)->as_double()));
}

BOOST_AUTO_TEST_CASE(a_key_twice_is_refused_wherever_it_is) {
  BOOST_TEST(is_read(R"({"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]})"));
  BOOST_TEST(!is_read(R"({"a":1,"a":1})"));
  BOOST_TEST(!is_read(R"({"a":1,"b":2,"a":3})"));
  BOOST_TEST(!is_read(R"({"a":1,"\u0061":2})"));
  BOOST_TEST(!is_read(R"({"":1,"":2})"));
  BOOST_TEST(!is_read(R"({"b":{"a":1,"a":2}})"));
  BOOST_TEST(!is_read(R"([1,{"x":[{"a":1,"a":2}]}])"));
  BOOST_TEST(!is_read(R"({"a":{"x":1,"y":2},"a":{}})"));
  BOOST_TEST(!is_read(R"({"a":{"x":1,"x":2},"a":{"y":1,"z":2}})"));
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  BOOST_TEST(is_read(many + "\"last\":1}"));
  BOOST_TEST(!is_read(many + "\"k0\":1}"));
  BOOST_TEST(!is_read(many + "\"k99\":1}"));
}

BOOST_AUTO_TEST_CASE(other_texts_than_json_are_refused) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      "{},",
                                      "{}\f",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "{\"a\" 1}",
                                      "nul",
                                      "NaN",
                                      "Infinity",
                                      "-Infinity",
                                      "{\"a\":NaN}",
                                      "01",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "0x10",
                                      "/**/{}",
                                      "{}//",
                                      "{/**/}",
                                      "#{}",
                                      "\"\x01\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\xef\xbb\xbf{}",
                                      "\"abc"}) {
    BOOST_TEST(!is_read(text), text);
  }
  BOOST_TEST(!is_read(std::string_view("{}\0", 3)));
  BOOST_TEST(!is_read(std::string_view("\"\0\"", 3)));
}

BOOST_AUTO_TEST_CASE(other_bytes_than_utf_8_are_refused) {
  for (const char* const text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                                 "\"\x80\"", "{\"\xff\":1}", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\""}) {
    BOOST_TEST(!is_read(text), text);
  }
  BOOST_TEST(is_read("\"\xf4\x8f\xbf\xbf\""));
}

BOOST_AUTO_TEST_CASE(size_and_depth_have_a_bound) {
  BOOST_TEST(parse_json_document("[1]", 3).has_value());
  BOOST_TEST(!parse_json_document("[1]", 2));
  BOOST_TEST(is_read(nested(json_document_depth, "[", "]", "1")));
  BOOST_TEST(!is_read(nested(json_document_depth + 1, "[", "]", "1")));
  BOOST_TEST(is_read(nested(json_document_depth, "{\"a\":", "}", "1")));
  BOOST_TEST(!is_read(nested(json_document_depth + 1, "{\"a\":", "}", "1")));
  BOOST_TEST(!is_read(nested(40'000, "[", "]", "")));
}

BOOST_AUTO_TEST_CASE(strings_longer_than_the_parsers_buffers) {
  // The parser assembles a string with an escape from pieces.
  const std::string longest(20'000, 'x');
  const auto value = parse_json_document("{\"" + longest + "\\n\":\"" + longest + "\\t" + longest + "\"}", 100'000);
  BOOST_REQUIRE(value.has_value());
  BOOST_TEST((value->as_object().at(longest + "\n").as_string() == longest + "\t" + longest));
  BOOST_TEST(!is_read("{\"" + longest + "\\n\":1,\"" + longest + "\\n\":2}"));
}

BOOST_AUTO_TEST_SUITE_END()
