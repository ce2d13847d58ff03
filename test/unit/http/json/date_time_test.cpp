// Instants in bodies, with pydantic 2's results, and as the API writes them.
#include <boost/test/unit_test.hpp>

#include "http/json/date_time.hpp"
#include "store/model/timestamp.hpp"

using namespace tacit;
using namespace tacit::http;

namespace {

/// The instant in RFC 3339, the fault's message, or "naive" for a text without an offset.
std::string shown(std::string_view text) {
  const auto parsed = parse_date_time(text);
  if (const auto* error = std::get_if<DateTimeError>(&parsed)) {
    return error->words.empty() ? "naive" : std::string(error->words);
  }
  return store::rfc3339(std::get<std::int64_t>(parsed));
}

const std::string extra = "unexpected extra characters at the end of the input";
const std::string separator = "invalid date separator, expected `-`";

}  // namespace

BOOST_AUTO_TEST_SUITE(date_time)

BOOST_AUTO_TEST_CASE(forms_of_rfc_3339_are_read) {
  BOOST_TEST(shown("2030-01-31T23:59:58Z") == "2030-01-31T23:59:58.000000Z");
  BOOST_TEST(shown("2030-01-31t23:59:58z") == "2030-01-31T23:59:58.000000Z");
  BOOST_TEST(shown("2030-01-31 23:59:58Z") == "2030-01-31T23:59:58.000000Z");
  BOOST_TEST(shown("2030-01-31T23:59:58.5Z") == "2030-01-31T23:59:58.500000Z");
  BOOST_TEST(shown("2030-01-31T23:59:58.123456789012345678901234567890Z") == "2030-01-31T23:59:58.123456Z");
  BOOST_TEST(shown("2030-01-31T23:59:58+01:30") == "2030-01-31T22:29:58.000000Z");
  BOOST_TEST(shown("2030-12-31T23:59:58-23:59") == "2031-01-01T23:58:58.000000Z");
  BOOST_TEST(shown("2030-01-01T00:00:00-00:00") == "2030-01-01T00:00:00.000000Z");
  BOOST_TEST(shown("2028-02-29T00:00:00Z") == "2028-02-29T00:00:00.000000Z");
  BOOST_TEST(shown("1970-01-01T00:00:00Z") == "1970-01-01T00:00:00.000000Z");
}

BOOST_AUTO_TEST_CASE(without_an_offset) {
  BOOST_TEST(shown("2030-01-01") == "naive");
  BOOST_TEST(shown("2030-01-01T00:00:00") == "naive");
  BOOST_TEST(shown("2030-01-01T00:00:00.25") == "naive");
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  BOOST_TEST(shown("") == "input is too short");
  BOOST_TEST(shown("2030-01-0") == "input is too short");
  BOOST_TEST(shown("203a-01-01T00:00:00Z") == "invalid character in year");
  BOOST_TEST(shown("not a datetime") == "invalid character in year");
  BOOST_TEST(shown("10000-01-01T00:00:00Z") == separator);
  BOOST_TEST(shown("20300101T000000Z") == separator);
  BOOST_TEST(shown("1893456000") == separator);
  BOOST_TEST(shown("2030-1-1T0:0:0Z") == "invalid character in month");
  BOOST_TEST(shown("2030-01/01T00:00:00Z") == separator);
  BOOST_TEST(shown("2030-01-+1T00:00:00Z") == "invalid character in day");
  for (const char* month : {"00", "13", "99"}) {
    BOOST_TEST(shown("2030-" + std::string(month) + "-01T00:00:00Z") ==
               "month value is outside expected range of 1-12");
  }
  for (const char* day : {"01-00", "01-32", "02-29", "04-31"}) {
    BOOST_TEST(shown("2030-" + std::string(day) + "T00:00:00Z") == "day value is outside expected range");
  }
  for (const char* rest : {"T",
                           "T0",
                           "T00:00",
                           "T00:00Z",
                           "T24:00:00Z",
                           "T00:60:00Z",
                           "T00:00:60Z",
                           "T00:00:0aZ",
                           "T00:00:00.Z",
                           "T00:00:00Zx",
                           "X00:00:00Z",
                           "T00:00:00+",
                           "T00:00:00+01",
                           "T00:00:00+0100",
                           "T00:00:00+24:00",
                           "T00:00:00+01:60",
                           "T00:00:00,5Z",
                           "T-1:00:00Z",
                           "T00:00:00 Z",
                           "Z",
                           "+01:00"}) {
    BOOST_TEST_CONTEXT(rest) { BOOST_TEST(shown("2030-01-01" + std::string(rest)) == extra); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
