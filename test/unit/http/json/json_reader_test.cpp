// Whole documents: valid and invalid JSON, and the offset of the fault.
#include <boost/test/unit_test.hpp>

#include <boost/version.hpp>

#include <array>

#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;
using namespace std::string_literals;

namespace {

constexpr limits::Length any_length{0, 1'000'000};

struct Reading {
  TextField<std::string> text{any_length};
  Lines faults;

  explicit Reading(std::string_view body) {
    const std::array members{JsonMember{"a", &text}};
    faults = lines(read_json(body, members));
  }
};

Lines faults_of(std::string_view body) { return Reading(body).faults; }

// The value that was read for member `a`.
std::string text_of(std::string_view body) {
  Reading reading(body);
  BOOST_TEST(reading.faults == Lines{}, boost::test_tools::per_element());
  BOOST_TEST(reading.text.has_value());
  return reading.text.value();
}

Lines invalid_at(std::size_t offset) { return {"json_invalid body." + std::to_string(offset) + " JSON decode error"}; }

struct Sample {
  std::string body;
  std::size_t offset;
};

void check_all(const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) {
    BOOST_TEST_CONTEXT("body " << sample.body.substr(0, 80)) {
      BOOST_TEST(faults_of(sample.body) == invalid_at(sample.offset), boost::test_tools::per_element());
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(values_other_than_objects_are_refused) {
  for (const std::string body :
       {"[]", R"([{"a":"b"}])", R"("a")", "1", "-2.5e3", "true", "false", "null", " [1,{}] ", "\xef\xbb\xbfnull"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(faults_of(body) == Lines{"missing body.a Field required"}, boost::test_tools::per_element());
    }
  }
  BOOST_TEST(faults_of("") == Lines{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark) {
  const std::string mark = "\xef\xbb\xbf";
  BOOST_TEST(text_of(mark + R"({"a":"b"})") == "b");
  BOOST_TEST(text_of(mark + " {\"a\":\"" + mark + "\"}") == mark);
  // The offsets of faults do not count the byte order mark.
  check_all({{mark, 0}, {mark + "  ", 2}, {mark + "{x}", 1}, {mark + mark + "{}", 0}, {" " + mark + "{}", 1}});
}

BOOST_AUTO_TEST_CASE(unknown_members_are_skipped) {
  const auto unknown_in = [](const std::string& body) {
    TextField<std::string> text{any_length};
    const std::array members{JsonMember{"a", &text}};
    UnknownMembers unknown;
    BOOST_TEST(lines(read_json(body, members, &unknown)) == Lines{}, boost::test_tools::per_element());
    return unknown;
  };
  BOOST_TEST(unknown_in(R"({"a":"b"})").empty());
  BOOST_TEST(unknown_in(R"({"\u0061b":1,"a":"b","A":[{"c":2}],"":null})") == (UnknownMembers{"ab", "A", ""}),
             boost::test_tools::per_element());
  std::string many = "{\"a\":\"b\"";
  for (int i = 0; i < 1000; ++i) many += ",\"m" + std::to_string(i) + "\":0";
  BOOST_TEST(unknown_in(many + "}").size() == unknown_members);
}

BOOST_AUTO_TEST_CASE(faults_have_a_reason) {
  const auto why = [](const std::string& body) {
    TextField<std::string> text{any_length};
    const std::array members{JsonMember{"a", &text}};
    const Faults faults = read_json(body, members);
    BOOST_REQUIRE(faults.size() == 1U);
    return faults[0].ctx;
  };
  const auto error = [](const std::string& words) { return R"({"error":")" + words + R"("})"; };
  // The messages of Python's json module.
  BOOST_TEST(why("{\"a\":}") == error("Expecting value"));
  BOOST_TEST(why("{a:1}") == error("Expecting property name enclosed in double quotes"));
  BOOST_TEST(why("{\"a\" 1}") == error("Expecting ':' delimiter"));
  BOOST_TEST(why("{\"a\":1 2}") == error("Expecting ',' delimiter"));
  BOOST_TEST(why("{}{}") == error("Extra data"));
  BOOST_TEST(why("{\"a\":\"b") == error("Unterminated string starting at"));
  BOOST_TEST(why("{\"a\":\"\n\"}") == error("Invalid control character at"));
  BOOST_TEST(why("{\"a\":\"\\x\"}") == error(R"(Invalid \\escape)"));
  BOOST_TEST(why("{\"a\":\"\\u00g0\"}") == error(R"(Invalid \\uXXXX escape)"));
  // Input that Python's json module accepts.
  BOOST_TEST(why("{\"a\":1,\"a\":2}") == error("An object has the same key twice"));
  BOOST_TEST(why(repeat("[", 100)) == error("Too many arrays and objects are open within one another"));
  BOOST_TEST(why("{\"a\":\"\xff\"}") == error("Not UTF-8"));
  BOOST_TEST(why("{\"a\":\"\\ud800\"}") == error(R"(An \\u escape is half of a surrogate pair)"));
#if BOOST_VERSION < 108300  // later versions of Boost.JSON accept such a number
  BOOST_TEST(why("{\"a\":1e99999999999}") == error("The exponent of a number is too large"));
#endif
  BOOST_TEST(why("{\"a\":NaN}") == error("NaN and Infinity are not JSON"));
}

BOOST_AUTO_TEST_CASE(broken_syntax) {
  check_all({{" ", 1},
             {"{", 1},
             {"{\"a\"", 4},
             {"{\"a\":", 5},
             {"{\"a\":\"b", 5},
             {"{\"a\":\"b\"", 8},
             {"{\"a\":\"b\",}", 9},
             {"{,}", 1},
             {"{a:1}", 1},
             {"{'a':1}", 1},
             {"{\"a\" 1}", 5},
             {"{\"a\":}", 5},
             {"{\"a\":tru}", 5},
             {"{\"a\":True}", 5},
             {"{\"a\":\"b\"} x", 10},
             {"{\"a\":\"b\"}{}", 9},
             {"{}\0"s, 2},
             {"[1,]", 3},
             {"}", 0}});
}

BOOST_AUTO_TEST_CASE(leniencies_of_other_parsers_are_refused) {
  check_all({{"{\"a\":NaN}", 5},
             {"{\"a\":Infinity}", 5},
             {"{\"a\":-Infinity}", 6},
             {"{\"a\":+1}", 5},
             {"{\"a\":01}", 6},
             {"{\"a\":.5}", 5},
             {"{\"a\":1.}", 6},
             {"{\"a\":0x10}", 6},
             {"{\"a\":1e}", 6},
             {"/*c*/{}", 0},
             {"{}//c", 2},
             {"{/**/}", 1},
             {"\v{}", 0},
             {"{\"a\":'b'}", 5}});
}

BOOST_AUTO_TEST_CASE(broken_strings) {
  check_all({{"{\"a\":\"\n\"}", 6},
             {"{\"a\":\"\t\"}", 6},
             {"{\"a\":\"\0\"}"s, 6},
             {"{\"a\":\"\\x41\"}", 6},
             {"{\"a\":\"\\\"}", 5},
             {"{\"\n\":1}", 2}});
  for (const std::string escape : {"\\u12", "\\u12g4", "\\uD83D", "\\uDE00", "\\uDE00\\uD83D", "\\uD83D\\uD83D",
                                   "\\uD83Dx", "\\uD83D\\n", "\\uD83D\\u0041", "\\ud800", "\\udfff"}) {
    // Short and long texts, because the parser reads their escapes in two ways; in a value and in a key.
    for (const std::string after : {"", "and twenty more bytes"}) {
      for (const std::string& body : {"{\"a\":\"" + escape + after + "\"}", "{\"" + escape + after + "\":1}"}) {
        const Lines found = faults_of(body);
        BOOST_TEST_CONTEXT(body) {
          BOOST_REQUIRE(found.size() == 1U);
          BOOST_TEST(found[0].starts_with("json_invalid body."));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8) {
  for (const std::string bytes :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf", "\xf0\x9f\x94", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    // In a value, after an escape, in an unknown member, in a key.
    for (const std::string& body : {"{\"a\":\"x" + bytes + "y\"}", "{\"a\":\"\\n" + bytes + "y\"}",
                                    "{\"b\":[\"" + bytes + "\"]}", "{\"" + bytes + "\":1}", "{\"a\":\"" + bytes}) {
      const Lines found = faults_of(body);
      BOOST_REQUIRE(found.size() == 1U);
      BOOST_TEST(found[0].starts_with("json_invalid body."));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_key_twice) {
  check_all({{R"({"a":"x","a":"y"})", 11},
             {R"({"b":1,"b":2})", 9},
             {R"({"a":"x","\u0061":"y"})", 16},
             {R"({"\u0062":1,"b":2})", 14},
             {R"({"b":{"c":1,"c":2}})", 14},
             {R"({"b":[[{"c":1,"c":2}]]})", 16},
             {R"({"":1,"":2})", 7},
             {R"({"b":{"x":{},"y":1},"b":2})", 22}});
  BOOST_TEST(faults_of(R"({"b":{"b":{"b":1}},"c":{"b":2},"d":[{"b":1},{"b":1}]})") == Lines{},
             boost::test_tools::per_element());
  BOOST_TEST(faults_of(R"({"b":1,"B":2,"b ":3,"\u0000b":4,"b\u0000":5})") == Lines{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nesting_has_a_limit) {
  const auto nested = [](std::string_view open, std::string_view close, std::size_t depth) {
    return "{\"b\":" + repeat(open, depth) + "1" + repeat(close, depth) + "}";
  };
  const std::size_t most = limits::json_depth - 1;  // within the document's own object
  BOOST_TEST(faults_of(nested("[", "]", most)) == Lines{}, boost::test_tools::per_element());
  BOOST_TEST(faults_of(nested("{\"c\":", "}", most)) == Lines{}, boost::test_tools::per_element());
  BOOST_TEST(faults_of(nested("[", "]", most + 1)) == invalid_at(5 + most), boost::test_tools::per_element());
  BOOST_TEST(faults_of(nested("{\"c\":", "}", most + 1)) == invalid_at(5 + 5 * most), boost::test_tools::per_element());
  BOOST_TEST(faults_of(repeat("[", 100'000)) == invalid_at(limits::json_depth), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unusual_json_is_read) {
  BOOST_TEST(text_of(" \t\r\n{ \"a\" : \"b\" }\n") == "b");
  BOOST_TEST(text_of(R"({"\u0061":"b"})") == "b");
  BOOST_TEST(text_of(R"({"a":"\u0000"})") == "\0"s);
  BOOST_TEST(text_of(R"({"a":"\"\\\/\b\f\n\r\t"})") == "\"\\/\b\f\n\r\t");
  BOOST_TEST(text_of(R"({"a":"\u00e9\ud83d\udd11\uFFFF"})") == "\xc3\xa9\xf0\x9f\x94\x91\xef\xbf\xbf");
  BOOST_TEST(text_of("{\"a\":\"\x7f\xef\xbb\xbf\"}") == "\x7f\xef\xbb\xbf");
  BOOST_TEST(text_of(R"({"x":[1e400,-0,-1E-400,123456789012345678901234567890,{"a":"inner"}],"a":"b","y":null})") ==
             "b");
}

BOOST_AUTO_TEST_CASE(an_exponent_fits_an_int) {
  BOOST_TEST(faults_of(R"({"b":[1e2147483647,1e-2147483647]})") == Lines{}, boost::test_tools::per_element());
#if BOOST_VERSION < 108300
  BOOST_TEST(faults_of(R"({"b":1e2147483648})") == invalid_at(16), boost::test_tools::per_element());
#endif
}

BOOST_AUTO_TEST_CASE(too_long_strings_are_not_kept) {
  for (const std::string_view unit : {"x", "\\n", "\xf0\x9f\x94\x91", "\\u00e9"}) {
    TextField<std::string> text(limits::secret_name);
    const std::array members{JsonMember{"a", &text}};
    BOOST_TEST(lines(read_json("{\"a\":\"" + repeat(unit, 500'000) + "\"}", members)) == Lines{},
               boost::test_tools::per_element());
    BOOST_TEST(text.code_points() == 500'000U);
    BOOST_TEST(text.view().size() <= 4 * limits::secret_name.max);
  }
}

BOOST_AUTO_TEST_CASE(long_strings_come_in_parts_and_whole) {
  // Lengths around the size of the parser's buffer, with escapes and multi-byte sequences across each boundary.
  for (std::size_t plain = 4070; plain < 4110; ++plain) {
    const std::string head = "\n" + repeat("x", plain);
    BOOST_TEST(text_of("{\"a\":\"\\n" + repeat("x", plain) + R"(\ud83d\udd11\u00e9)" + "\xf0\x9f\x94\x91" +
                       "\\u20ac\xe2\x82\xac\"}") ==
               head + "\xf0\x9f\x94\x91\xc3\xa9\xf0\x9f\x94\x91\xe2\x82\xac\xe2\x82\xac");
  }
  const std::string key = repeat("\\u006b", 3000);
  BOOST_TEST(faults_of("{\"" + key + "\":1,\"" + repeat("k", 3000) + "\":2}").size() == 1U);
  BOOST_TEST(text_of("{\"" + key + "\":1,\"a\":\"b\"}") == "b");
}

BOOST_AUTO_TEST_SUITE_END()
