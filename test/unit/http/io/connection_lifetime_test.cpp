// The age and the number of requests after which a connection ends.
#include "http/io/connection_lifetime.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::http;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
const ConnectionLifetime::Clock::time_point start{};

/// The number of requests that a connection serves; 0: more than 10,000.
std::uint64_t requests(const LifetimeLimits& limits, std::uint32_t random) {
  ConnectionLifetime lifetime(limits, start, random);
  for (std::uint64_t count = 1; count <= 10'000; ++count) {
    lifetime.count_request();
    if (lifetime.has_made_all()) return count;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_lifetime)

BOOST_AUTO_TEST_CASE(the_age_is_shortened_by_up_to_a_tenth) {
  const ConnectionLifetime longest({1000s, 0}, start, 0);
  BOOST_TEST(!longest.is_old(start + 999s));
  BOOST_TEST(longest.is_old(start + 1000s));
  const ConnectionLifetime shortest({1000s, 0}, start, most);
  BOOST_TEST(!shortest.is_old(start + 899s));
  BOOST_TEST(shortest.is_old(start + 901s));
  const ConnectionLifetime between({1000s, 0}, start, most / 2);
  BOOST_TEST(!between.is_old(start + 949s));
  BOOST_TEST(between.is_old(start + 951s));
}

BOOST_AUTO_TEST_CASE(the_requests_are_reduced_by_up_to_a_tenth) {
  BOOST_TEST(requests({0s, 1000}, 0) == 1000u);
  BOOST_TEST(requests({0s, 1000}, most) <= 901u);
  BOOST_TEST(requests({0s, 1000}, most) >= 900u);
  BOOST_TEST(requests({0s, 1}, most) == 1u);
  BOOST_TEST(requests({0s, 5}, most) == 5u);
}

BOOST_AUTO_TEST_CASE(without_limits_a_connection_does_not_end) {
  BOOST_TEST(requests({}, most) == 0u);
  BOOST_TEST(!ConnectionLifetime({}, start, most).is_old(start + 24h * 365));
}

BOOST_AUTO_TEST_SUITE_END()
