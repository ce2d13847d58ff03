// Entity tags: written, read back, and compared as each condition compares.
#include <boost/test/unit_test.hpp>

#include "http/api/entity_tags.hpp"

using namespace tacit::http;

namespace {

const std::string state_1 = "\"000649b1e6b3c000\"";
constexpr std::int64_t number_1 = 0x000649b1e6b3c000;
const std::string state_2 = "\"000649b1e6b3c001\"";

bool matches(std::string_view field) {
  const auto tags = parse_entity_tags(field);
  BOOST_REQUIRE(tags.has_value());
  return tags->names(number_1);
}

bool matches_weakly(std::string_view field) {
  const auto tags = parse_entity_tags(field);
  BOOST_REQUIRE(tags.has_value());
  return tags->names_weakly(number_1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entity_tags)

BOOST_AUTO_TEST_CASE(a_state_is_sixteen_digits) {
  std::string headers = "A: b\r\n";
  append_entity_tag(headers, number_1);
  BOOST_TEST(headers == "A: b\r\nETag: " + state_1 + "\r\n");
  headers.clear();
  append_entity_tag(headers, 0);
  BOOST_TEST(headers == "ETag: \"0000000000000000\"\r\n");
}

BOOST_AUTO_TEST_CASE(a_list_names_its_states) {
  for (const std::string& field : {state_1, " " + state_1 + "\t", state_2 + "," + state_1, state_2 + " , \t" + state_1,
                                   "W/" + state_2 + ", " + state_1, "\"\", " + state_1, ", ," + state_1 + ",",
                                   "\"other,with,commas\"," + state_1, std::string("*")}) {
    BOOST_TEST(matches(field), field);
    BOOST_TEST(matches_weakly(field), field);
  }
  for (const std::string field : {"\"\"", "\"x\"", "\"000649B1E6B3C000\"", "\"649b1e6b3c000\"", "\"0000649b1e6b3c000\"",
                                  "\"+00649b1e6b3c000\"", "\"\xc3\xa4\""}) {
    BOOST_TEST(!matches(field), field);
    BOOST_TEST(!matches_weakly(field), field);
  }
  BOOST_TEST(!matches(state_2));
}

BOOST_AUTO_TEST_CASE(a_weak_tag_never_matches_strongly) {
  BOOST_TEST(!matches("W/" + state_1));
  BOOST_TEST(matches_weakly("W/" + state_1));
  BOOST_TEST(!matches("W/" + state_1 + ", " + state_2));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_conditions) {
  const std::string bare = state_1.substr(1, 16);
  for (const std::string& field : std::vector<std::string>{
           "", " ", ",", bare, "\"" + bare, bare + "\"", state_1 + state_2, state_1 + " " + state_2, "*, " + state_1,
           state_1 + ", *", "w/" + state_1, "W/ " + state_1, "W/", "\"a b\"", "\"a\tb\"", "'x'"}) {
    BOOST_TEST(!parse_entity_tags(field).has_value(), field);
  }
}

BOOST_AUTO_TEST_SUITE_END()
