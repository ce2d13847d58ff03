// Streams escape all output, even if the caller forgot to.
#include "server/cli/standard_streams.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <sstream>
#include <string>

#include "server/cli/output.hpp"
#include "server/cli/progress.hpp"

using namespace tacit::server;

namespace {

/// An escaping stream, and its output.
struct Escaping {
  std::ostringstream target;
  EscapingBuffer buffer{*target.rdbuf()};
  std::ostream out{&buffer};
  std::string text() const { return target.str(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(standard_streams)

BOOST_AUTO_TEST_CASE(only_line_breaks_pass) {
  Escaping to;
  to.out << "one\ntwo\x1b[2J\r\t" << '\x07' << 7 << std::string("\xc2\x9b\xe2\x80\xae\x7f caf\xc3\xa9") << std::endl;
  BOOST_TEST(to.text() == "one\ntwo\\u001b[2J\\r\\t\\u00077\\u009b\\u202e\\u007f caf\xc3\xa9\n");
  BOOST_TEST(to.out.good());
}

BOOST_AUTO_TEST_CASE(characters_in_pieces_are_joined) {
  Escaping to;
  for (const char c : std::string("\xc2\x9b caf\xc3\xa9 \xe2\x80\xae \xe2\x80 \xf0\x9f\x94\x91")) {
    to.out << c << std::flush;
  }
  BOOST_TEST(to.text() == "\\u009b caf\xc3\xa9 \\u202e \xef\xbf\xbd\xef\xbf\xbd \xf0\x9f\x94\x91");
}

BOOST_AUTO_TEST_CASE(an_incomplete_character_is_written_at_the_end) {
  std::ostringstream target;
  {
    EscapingBuffer buffer(*target.rdbuf());
    std::ostream(&buffer) << "a\xe2\x80";
  }
  BOOST_TEST(target.str() == "a\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(a_failing_target_is_reported) {
  class Broken : public std::streambuf {};
  Broken broken;
  EscapingBuffer buffer(broken);
  std::ostream out(&buffer);
  out << "text";
  BOOST_TEST(!out.good());
}

BOOST_AUTO_TEST_CASE(progress_still_draws) {
  Escaping to;
  {
    Progress progress(to.out, "Verifying", true);
    progress.show(10, 10);
  }
  BOOST_TEST(to.text().starts_with("\rVerifying ["));
  BOOST_TEST(to.text().ends_with("\x1b[K\r\x1b[K"));
  BOOST_TEST(to.text().find("\\u001b") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(cells_are_escaped) {
  BOOST_TEST(table({{"ID", "NAME"}, {"a\nb\x1b[2J", "x"}, {"\xc2\x9b", "y\nz"}}) ==
             "ID             NAME\na\\nb\\u001b[2J  x\n\\u009b         y\\nz\n");
}

BOOST_AUTO_TEST_SUITE_END()
