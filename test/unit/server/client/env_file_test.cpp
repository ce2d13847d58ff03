// The grammar of .env files.
#include "server/client/env_file.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "test/says.hpp"

using namespace tacit::server;
using tacit::test::says;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(std::string_view text) {
  const auto secrets = parse_env_file(text);
  BOOST_TEST_REQUIRE(secrets.has_value(), (secrets.has_error() ? secrets.error() : std::string()));
  Pairs pairs;
  for (const NewSecret& secret : *secrets) pairs.emplace_back(secret.name, secret.value.text());
  return pairs;
}

std::string fault_of(std::string_view text) {
  const auto secrets = parse_env_file(text);
  return secrets.has_error() ? secrets.error() : "no fault";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(env_file)

BOOST_AUTO_TEST_CASE(assignments_comments_and_exports_are_read) {
  BOOST_TEST((pairs_of("# all\n\nA=one two \n  export B = 2#3 # four\nexport=word\nc.d-e=${A}\t# x\n  # end") ==
              Pairs{{"A", "one two"}, {"B", "2#3"}, {"export", "word"}, {"c.d-e", "${A}"}}));
  BOOST_TEST((pairs_of("\xef\xbb\xbf"
                       "A=1\r\nB='2'\r\n\r\nC=3\r") == Pairs{{"A", "1"}, {"B", "2"}, {"C", "3"}}));
  BOOST_TEST(pairs_of("").empty());
  BOOST_TEST(pairs_of(" \n#x").empty());
}

BOOST_AUTO_TEST_CASE(quoted_values_have_lines_and_escapes) {
  BOOST_TEST((pairs_of("A='a\\n\"b #'# c\nB=\"x\\n\\\"\\\\\\$y\\t\\r\"  # z\nC=\"two\nlines\"\nD=4\n") ==
              Pairs{{"A", "a\\n\"b #"}, {"B", "x\n\"\\$y\t\r"}, {"C", "two\nlines"}, {"D", "4"}}));
}

BOOST_AUTO_TEST_CASE(faults_name_the_line_and_no_value) {
  BOOST_TEST(fault_of("A=1\nhunter2\n") == "line 2: is not NAME=value");
  BOOST_TEST(says(fault_of("A='x\ny'\n3=hunter2"), "line 3: is not NAME=value; a name has"));
  BOOST_TEST(says(fault_of("A=\"hun\\ter\\2\""), "line 1: has a backslash"));
  BOOST_TEST(fault_of("\nA=\"hunter2\n\nB=1") == "line 2: has no closing \"");
  BOOST_TEST(fault_of("A='hunter2' x") == "line 1: has text after the closing quote");
  BOOST_TEST(fault_of("A=") == "line 1: A has no value");
  BOOST_TEST(fault_of("A=''") == "line 1: A has no value");
  BOOST_TEST(fault_of("A= # hunter2") == "line 1: A has no value");
  BOOST_TEST(fault_of("A=1\nB=2\nA=hunter2") == "line 3: A is already in line 1");
  BOOST_TEST(fault_of("A=\xff") == "is not UTF-8");
  BOOST_TEST(fault_of(std::string_view("A=x\0y", 5)) == "has a NUL character");
}

BOOST_AUTO_TEST_SUITE_END()
