// The reader of systemd's EnvironmentFile=.
#include "server/systemd/environment_file.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::server;

namespace {

using Variables = std::map<std::string, std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(environment_file)

BOOST_AUTO_TEST_CASE(files_are_read_as_systemd_reads_them) {
  const Variables read = parse_environment_file(
      "# A=comment\n; B=comment\n\nA=1\n  B = two words \nC=\"quoted \\\" value\" \nD='it''s \\x'\nE=\nno line of "
      "these\n"
      "A=2\nF=one \\\ntwo\nG=\"over\nlines\"\nH=a\\ \n=nameless\nI=x#y\r\nJ=last");
  const Variables expected{{"A", "2"},   {"B", "two words"}, {"C", "quoted \" value"}, {"D", "its \\x"},
                           {"E", ""},    {"F", "one two"},   {"G", "over\nlines"},     {"H", "a "},
                           {"I", "x#y"}, {"J", "last"}};
  BOOST_TEST((read == expected));
  for (const auto& [name, value] : read) BOOST_TEST_INFO(name << "=" << value);
  BOOST_TEST(parse_environment_file("").empty());
  BOOST_TEST(parse_environment_file("=nameless first line\n").empty());
  BOOST_TEST(parse_environment_file("A=\"no end").at("A") == "no end");
  BOOST_TEST(parse_environment_file("A=x\\").at("A") == "x\\");
}

BOOST_AUTO_TEST_SUITE_END()
