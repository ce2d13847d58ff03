// Lines limited to one per second.
#include <boost/test/unit_test.hpp>

#include <chrono>

#include "http/log/once_a_second.hpp"

using namespace tacit::http;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(once_a_second)

BOOST_AUTO_TEST_CASE(a_line_suppresses_those_of_the_next_second) {
  OnceASecond lines;
  const OnceASecond::Clock::time_point start{1h};
  BOOST_TEST(lines.admit(start));
  BOOST_TEST(!lines.admit(start));
  BOOST_TEST(!lines.admit(start + 999ms));
  BOOST_TEST(lines.admit(start + 1s));
  BOOST_TEST(!lines.admit(start + 1999ms));
  BOOST_TEST(lines.admit(start + 2s));
}

BOOST_AUTO_TEST_SUITE_END()
