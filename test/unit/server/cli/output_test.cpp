// Tables, wrapped text and the progress display.
#include "server/cli/output.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

#include "server/cli/progress.hpp"

using namespace tacit::server;

BOOST_AUTO_TEST_SUITE(output)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_needed) {
  BOOST_TEST(table({{"ID", "NAME"}, {"1", "x"}, {"123", "é"}}) == "ID   NAME\n1    x\n123  é\n");
  BOOST_TEST(table({{"é", "a"}, {"bb", "c"}}) == "é   a\nbb  c\n");
  BOOST_TEST(table({}) == "");
}

BOOST_AUTO_TEST_CASE(help_is_broken_at_spaces) {
  BOOST_TEST(help_entry("a = B", "one two three", 10, 20) == "  a = B   one two\n          three\n");
  BOOST_TEST(help_entry("a = B", "one two 34", 10, 20) == "  a = B   one two 34\n");
  BOOST_TEST(help_entry("long-name", "one", 10, 20) == "  long-name\n          one\n");
  BOOST_TEST(help_entry("a", "a-word-that-is-too-long too", 4, 12) == "  a a-word-that-is-too-long\n    too\n");
  BOOST_TEST(help_entry("a", "", 4, 12) == "  a\n");
}

BOOST_AUTO_TEST_CASE(progress_is_a_line_for_each_tenth_where_there_is_no_terminal) {
  std::ostringstream out;
  {
    Progress progress(out, "Verifying", false);
    for (std::uint64_t row = 0; row <= 1000; ++row) progress.show(row, 1000);
  }
  BOOST_TEST(out.str().starts_with("Verifying: 10 %, 100 of 1000 rows\nVerifying: 20 %"));
  BOOST_TEST(out.str().ends_with("Verifying: 100 %, 1000 of 1000 rows\n"));
  BOOST_TEST(out.str().find('\r') == std::string::npos);
}

/// Counting the rows of an engine that several hosts share would take as long as the work.
BOOST_AUTO_TEST_CASE(progress_without_a_total_is_the_number_alone) {
  std::ostringstream out;
  {
    Progress progress(out, "Verifying", false);
    for (std::uint64_t row = 1; row <= 45'000; ++row) progress.show(row, 0);
  }
  BOOST_TEST(out.str() == "Verifying: 10000 rows\nVerifying: 20000 rows\nVerifying: 40000 rows\n");
  std::ostringstream terminal;
  Progress(terminal, "Verifying", true).show(5, 0);
  BOOST_TEST(terminal.str().find("Verifying: 5 rows") != std::string::npos);
  BOOST_TEST(terminal.str().find('%') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(progress_is_a_bar_on_a_terminal) {
  std::ostringstream out;
  {
    Progress progress(out, "Verifying", true);
    progress.show(0, 10);
    progress.show(12, 10);  // rows were added during the walk
  }
  BOOST_TEST(out.str().find("[##############################] 100 %") != std::string::npos);
  BOOST_TEST(out.str().ends_with("\r\x1b[K"));
}

BOOST_AUTO_TEST_CASE(progress_of_other_things_with_their_rate) {
  std::ostringstream out;
  Progress(out, "Rewrapping", false, "tenants", Progress::Rate::yes).show(5, 10);
  BOOST_TEST(out.str().starts_with("Rewrapping: 50 %, 5 of 10 tenants, "));
  BOOST_TEST(out.str().ends_with(" a second\n"));
}

BOOST_AUTO_TEST_CASE(progress_of_one_thing_is_in_the_singular) {
  std::ostringstream out;
  Progress(out, "Counting root", false).show(1, 1);
  Progress(out, "Counting root", false, "tenants").show(1, 1);
  BOOST_TEST(out.str() == "Counting root: 100 %, 1 of 1 row\nCounting root: 100 %, 1 of 1 tenant\n");
}

BOOST_AUTO_TEST_CASE(progress_of_nothing_is_complete) {
  std::ostringstream out;
  Progress(out, "Verifying", false).show(0, 0);
  BOOST_TEST(out.str() == "Verifying: 100 %, 0 of 0 rows\n");
}

BOOST_AUTO_TEST_CASE(texts_are_wrapped_at_spaces) {
  BOOST_TEST(wrapped("one two three", 7) == "one two\nthree\n");
  BOOST_TEST(wrapped("one\ntwo three", 20) == "one\ntwo three\n");
  BOOST_TEST(wrapped("a-word-that-is-too-long b", 5) == "a-word-that-is-too-long\nb\n");
  BOOST_TEST(wrapped("a-word-that-is-too-long", 5) == "a-word-that-is-too-long\n");
  BOOST_TEST(wrapped("", 5).empty());
}

BOOST_AUTO_TEST_SUITE_END()
