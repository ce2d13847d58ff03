#include "store/map_room.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

BOOST_AUTO_TEST_SUITE(map_room)

BOOST_AUTO_TEST_CASE(the_reserve_is_a_twentieth_within_bounds) {
  BOOST_TEST((MapRoom{256, 0}.reserve()) == 64U);
  BOOST_TEST((MapRoom{20000, 0}.reserve()) == 1000U);
  BOOST_TEST((MapRoom{4U << 20U, 0}.reserve()) == 8192U);
}

BOOST_AUTO_TEST_CASE(growth_stops_first_then_the_log_and_deletes_never) {
  const MapRoom roomy{20000, 1001};
  BOOST_TEST(roomy.allows(Growth::grows));
  const MapRoom low{20000, 1000};
  BOOST_TEST(!low.allows(Growth::grows));
  BOOST_TEST(low.allows(Growth::logs));
  const MapRoom lower{20000, 500};
  BOOST_TEST(!lower.allows(Growth::logs));
  BOOST_TEST(lower.allows(Growth::shrinks));
  BOOST_TEST((MapRoom{20000, 0}.allows(Growth::shrinks)));
}

BOOST_AUTO_TEST_CASE(batches_get_smaller_when_space_does) {
  BOOST_TEST((MapRoom{20000, 20000}.batch_limit(256)) == 256U);
  BOOST_TEST((MapRoom{20000, 480}.batch_limit(256)) == 10U);
  BOOST_TEST((MapRoom{20000, 0}.batch_limit(256)) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
