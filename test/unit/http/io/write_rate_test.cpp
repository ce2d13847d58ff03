// Whether a client takes an answer fast enough.
#include "http/io/write_rate.hpp"

#include <boost/test/unit_test.hpp>

using tacit::http::WriteRate;
using namespace std::chrono_literals;

namespace {
const WriteRate::Clock::time_point start{};
}

BOOST_AUTO_TEST_SUITE(write_rate)

BOOST_AUTO_TEST_CASE(each_window_requires_its_share) {
  WriteRate rate;
  BOOST_TEST(!rate.watching());
  rate.begin(5000, start + 1s);
  BOOST_TEST(rate.watching());
  BOOST_TEST(rate.keeps_up(6000, 90'000, 1000, start + 2s));
  BOOST_TEST((rate.ends() == start + 2s));
  BOOST_TEST(rate.keeps_up(50'000, 90'000, 1000, start + 3s));
  // Bytes of an earlier window do not count again, and one byte is not enough.
  BOOST_TEST(!rate.keeps_up(50'001, 90'000, 1000, start + 4s));
  BOOST_TEST((rate.ends() == start + 3s));
  rate.end();
  BOOST_TEST(!rate.watching());
}

BOOST_AUTO_TEST_CASE(a_client_without_pending_bytes_is_not_slow) {
  WriteRate rate;
  rate.begin(5000, start + 1s);
  BOOST_TEST(rate.keeps_up(5000, 5000, 1000, start + 2s));
  BOOST_TEST(!rate.keeps_up(5000, 5001, 1000, start + 3s));
}

BOOST_AUTO_TEST_SUITE_END()
