// What the map can still hold: growth stops before the log, and deletes never stop.
#include "store/lmdb/environment/map_room.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

BOOST_AUTO_TEST_SUITE(map_room)

BOOST_AUTO_TEST_CASE(the_reserve_is_a_twentieth_within_bounds) {
  BOOST_TEST((MapRoom{.pages = 256, .free_pages = 0}.reserve()) == 64U);
  BOOST_TEST((MapRoom{.pages = 20000, .free_pages = 0}.reserve()) == 1000U);
  BOOST_TEST((MapRoom{.pages = 4U << 20U, .free_pages = 0}.reserve()) == 8192U);
}

BOOST_AUTO_TEST_CASE(while_pages_are_pinned_up_to_twice_as_much_is_kept) {
  MapRoom room{.pages = 20000, .free_pages = 1500};
  BOOST_TEST(room.allows(Growth::grows));
  room.pinned = 400;
  BOOST_TEST(room.reserve() == 1400U);
  BOOST_TEST(room.allows(Growth::grows));
  room.pinned = 9000;
  BOOST_TEST(room.reserve() == 2000U);
  BOOST_TEST(!room.allows(Growth::grows));
  BOOST_TEST(room.unpinned().free_pages == 10500U);
  BOOST_TEST(room.unpinned().allows(Growth::refuses));
}

BOOST_AUTO_TEST_CASE(growth_stops_first_then_the_log_and_deletes_never) {
  const MapRoom roomy{.pages = 20000, .free_pages = 1001};
  BOOST_TEST(roomy.allows(Growth::grows));
  const MapRoom low{.pages = 20000, .free_pages = 1000};
  BOOST_TEST(!low.allows(Growth::grows));
  BOOST_TEST(low.allows(Growth::logs));
  const MapRoom lower{.pages = 20000, .free_pages = 500};
  BOOST_TEST(!lower.allows(Growth::logs));
  BOOST_TEST(lower.allows(Growth::shrinks));
  BOOST_TEST((MapRoom{.pages = 20000, .free_pages = 0}.allows(Growth::shrinks)));
}

BOOST_AUTO_TEST_CASE(refusals_stop_long_before_anything_else) {
  BOOST_TEST((MapRoom{.pages = 20000, .free_pages = 5001}.allows(Growth::refuses)));
  const MapRoom quarter{.pages = 20000, .free_pages = 5000};
  BOOST_TEST(!quarter.allows(Growth::refuses));
  BOOST_TEST(quarter.allows(Growth::grows));
  // A quarter of a tiny map would be all that growth leaves.
  BOOST_TEST((MapRoom{.pages = 256, .free_pages = 129}.allows(Growth::refuses)));
  const MapRoom tiny{.pages = 256, .free_pages = 128};
  BOOST_TEST(!tiny.allows(Growth::refuses));
  BOOST_TEST(tiny.allows(Growth::grows));
}

BOOST_AUTO_TEST_CASE(a_write_needs_room_for_the_trees_and_for_its_bytes) {
  BOOST_TEST(MapRoom::pages_for(0) == 24U);
  // A row of just over half a page has a page of its own.
  BOOST_TEST(MapRoom::pages_for(100 * 2100) >= 100U);
  // Rows that fill pages of their own.
  BOOST_TEST(MapRoom::pages_for(468 * 1024) >= 24U + 117U);
  BOOST_TEST((MapRoom{.pages = 20000, .free_pages = 480}.batch_pages()) == 240U);
}

BOOST_AUTO_TEST_CASE(pages_beyond_the_counted_ones_change_no_decision_on_changes) {
  for (const std::uint64_t pages : {256U, 20'000U, 400'000U, 4U << 20U, 256U << 20U}) {
    MapRoom room{.pages = pages, .free_pages = MapRoom::enough_reusable + 1};
    BOOST_TEST(room.ample());
    room.pinned = UINT64_MAX / 2;
    BOOST_TEST(room.ample());
    BOOST_TEST(room.allows(Growth::grows));
    const std::uint64_t reserve = room.reserve();
    room.pinned = MapRoom::enough_pinned + 1;
    BOOST_TEST(room.reserve() == reserve);
  }
}

BOOST_AUTO_TEST_SUITE_END()
