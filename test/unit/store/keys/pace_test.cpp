// A pace keeps a rate: it makes up for a late step but not for a stall.
#include "store/keys/pace.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;
using namespace std::chrono_literals;

namespace {

/// Runs steps of 100 rows at 1000 a second, each of which takes this long, for one second from `now`; returns the
/// number of rows.
std::uint64_t rows_of_a_second(Pace& pace, Pace::Clock::time_point& now, Pace::Clock::duration takes) {
  const auto end = now + 1s;
  std::uint64_t rows = 0;
  while (now < end) {
    now += takes;
    now = std::max(now, pace.after(100, now));
    rows += 100;
  }
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pace)

BOOST_AUTO_TEST_CASE(the_rate_is_kept) {
  Pace::Clock::time_point now{};
  Pace pace(1000, 100, now);
  for (int second = 0; second < 10; ++second) BOOST_TEST(rows_of_a_second(pace, now, 30ms) == 1000U);
}

BOOST_AUTO_TEST_CASE(a_late_step_is_made_up_for) {
  Pace::Clock::time_point now{};
  Pace pace(1000, 100, now);
  const auto began = now;
  now += 180ms;
  now = std::max(now, pace.after(100, now));
  rows_of_a_second(pace, now, 30ms);
  BOOST_TEST((now - began) / 1ms == 1180);
}

BOOST_AUTO_TEST_CASE(a_stall_is_not_made_up_for) {
  Pace::Clock::time_point now{};
  Pace pace(1000, 100, now);
  rows_of_a_second(pace, now, 30ms);
  now += 60s;
  BOOST_TEST(rows_of_a_second(pace, now, 30ms) <= 1200U);
  BOOST_TEST(rows_of_a_second(pace, now, 30ms) == 1000U);
}

BOOST_AUTO_TEST_CASE(without_a_rate_nothing_waits) {
  Pace::Clock::time_point now{};
  Pace pace(0, 128, now);
  for (int step = 0; step < 10; ++step) {
    now += 1ms;
    BOOST_CHECK(pace.after(128, now) <= now);
  }
}

BOOST_AUTO_TEST_SUITE_END()
