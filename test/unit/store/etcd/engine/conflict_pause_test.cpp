// The pause after conflicts: none after the first, then any time up to a bound that grows.
#include <boost/test/unit_test.hpp>

#include "store/etcd/engine/conflict_pause.hpp"

using namespace tacit::store::etcd;
using std::chrono::microseconds;

BOOST_AUTO_TEST_SUITE(conflict_pause_after_commits)

BOOST_AUTO_TEST_CASE(the_bound_doubles_up_to_the_longest) {
  constexpr std::array<std::uint8_t, 2> most{255, 255};
  BOOST_TEST((conflict_pause(1, most) == microseconds(0)));
  BOOST_TEST((conflict_pause(2, most) == microseconds(2'000)));
  BOOST_TEST((conflict_pause(3, most) == microseconds(4'000)));
  BOOST_TEST((conflict_pause(6, most) == microseconds(32'000)));
  BOOST_TEST((conflict_pause(7, most) == longest_conflict_pause));
  BOOST_TEST((conflict_pause(4'000'000'000U, most) == longest_conflict_pause));
}

BOOST_AUTO_TEST_CASE(it_is_any_part_of_the_bound) {
  BOOST_TEST((conflict_pause(7, {0, 0}) == microseconds(0)));
  BOOST_TEST((conflict_pause(7, {128, 0}) > microseconds(24'000)));
  BOOST_TEST((conflict_pause(7, {128, 0}) < microseconds(26'000)));
}

BOOST_AUTO_TEST_SUITE_END()
