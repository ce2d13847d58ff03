#include "http/write_rate.hpp"

#include <boost/test/unit_test.hpp>

using tacit::http::WriteRate;

BOOST_AUTO_TEST_SUITE(write_rate)

BOOST_AUTO_TEST_CASE(each_window_wants_its_part) {
  WriteRate rate;
  BOOST_TEST(!rate.watching());
  rate.begin(5000);
  BOOST_TEST(rate.watching());
  BOOST_TEST(rate.keeps_up(6000, 90'000, 1000));
  BOOST_TEST(rate.keeps_up(50'000, 90'000, 1000));
  // What it took before does not count again, and a byte is not enough.
  BOOST_TEST(!rate.keeps_up(50'001, 90'000, 1000));
  rate.end();
  BOOST_TEST(!rate.watching());
}

BOOST_AUTO_TEST_CASE(nobody_is_slow_who_has_taken_all) {
  WriteRate rate;
  rate.begin(5000);
  BOOST_TEST(rate.keeps_up(5000, 5000, 1000));
  BOOST_TEST(!rate.keeps_up(5000, 5001, 1000));
}

BOOST_AUTO_TEST_SUITE_END()
