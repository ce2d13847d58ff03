// UUIDs in paths and bodies. The reasons are pydantic 2's, without the characters that it repeats.
#include <boost/test/unit_test.hpp>

#include "http/api/path_id.hpp"
#include "http/json/uuid_text.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;

namespace {

const std::string plain = "01234567-89ab-cdef-0123-456789abcdef";

std::string reading(std::string_view text) {
  auto parsed = parse_uuid_text(text);
  if (const auto* id = std::get_if<crypto::Uuid>(&parsed)) return id->str();
  return std::get<std::string>(parsed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uuid_text)

BOOST_AUTO_TEST_CASE(accepted_forms_are_read) {
  for (const std::string& text :
       {plain, std::string("0123456789abcdef0123456789abcdef"), "{" + plain + "}", "urn:uuid:" + plain,
        std::string("01234567-89AB-CDEF-0123-456789aBcDeF"), std::string("0123456789ABCDEF0123456789ABCDEF")}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reading(text) == plain); }
  }
}

BOOST_AUTO_TEST_CASE(other_forms_are_refused) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "invalid length: expected length 32 for simple format, found 0"},
      {"1234", "invalid length: expected length 32 for simple format, found 4"},
      {std::string(31, '0'), "invalid length: expected length 32 for simple format, found 31"},
      {std::string(33, '0'), "invalid length: expected length 32 for simple format, found 33"},
      {"x", "invalid character at 1"},
      {"01234567_89ab-cdef-0123-456789abcdef", "invalid character at 9"},
      {"{01234567-89ab-cdef-0123-456789abcdeg}", "invalid character at 36"},
      {"{" + plain, "invalid character at 1"},
      {plain + "\n", "invalid character at 37"},
      {"URN:uuid:" + plain, "invalid character at 1"},
      {"\xc3\xa9", "invalid character at 1"},
      {"{}", "invalid group count: expected 5, found 1"},
      {"{" + std::string(32, '0') + "}", "invalid group count: expected 5, found 1"},
      {"urn:uuid:", "invalid group count: expected 5, found 1"},
      {"a-b", "invalid group count: expected 5, found 2"},
      {std::string(32, '-'), "invalid group count: expected 5, found 33"},
      {"0-0-0-0-0", "invalid group length in group 0: expected 8, found 1"},
      {"0123456789ab-cdef-0123-4567-89abcdef", "invalid group length in group 0: expected 8, found 12"},
      {"01234567-89ab-cdef-01234-56789abcdef", "invalid group length in group 3: expected 4, found 5"},
      {plain.substr(0, 35), "invalid group length in group 4: expected 12, found 11"},
      {plain + "0", "invalid group length in group 4: expected 12, found 13"},
      {"01234567-89ab-cdef-0123-", "invalid group length in group 4: expected 12, found 0"},
  };
  for (const auto& [text, why] : table) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reading(text) == why); }
  }
}

BOOST_AUTO_TEST_CASE(a_path_segment_is_decoded_once) {
  const auto line = [](std::string_view segment) { return test::lines(parse_path_id(segment, "secret_id")); };
  BOOST_TEST(line(plain).empty());
  BOOST_TEST(line("%7B" + plain + "%7d").empty());
  BOOST_TEST(line("%30" + plain.substr(1)).empty());
  BOOST_REQUIRE(line("%2530" + plain.substr(1)).size() == 1U);
  BOOST_TEST(line("%2530" + plain.substr(1))[0] ==
             "uuid_parsing path.secret_id Input should be a valid UUID, invalid character at 1");
}

BOOST_AUTO_TEST_SUITE_END()
