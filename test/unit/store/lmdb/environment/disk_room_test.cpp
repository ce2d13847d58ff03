// What the file system can still provide: growth stops before the log, and deletes never stop.
#include "store/lmdb/environment/disk_room.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

namespace {

/// A map of 256 MiB (65536 pages), so a margin of 4096; 1000 pages were used, and 1000 more have blocks.
DiskRoom room(std::uint64_t beyond, std::uint64_t available = 1000000) {
  DiskRoom disk;
  disk.ahead = true;
  disk.map = 65536;
  disk.touched = 1000;
  disk.taken = 1000 + beyond;
  disk.available = available;
  disk.whole = 2000000;
  return disk;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(disk_room)

BOOST_AUTO_TEST_CASE(the_margin_is_a_16th_within_bounds) {
  DiskRoom disk;
  disk.map = 256;
  BOOST_TEST(disk.margin() == 64U);
  disk.map = 16 * 1000;
  BOOST_TEST(disk.margin() == 1000U);
  disk.map = 4U << 20U;
  BOOST_TEST(disk.margin() == 8192U);
}

BOOST_AUTO_TEST_CASE(blocks_are_requested_before_the_margin_is_reached) {
  BOOST_TEST(room(2 * 4096).wanted() == room(2 * 4096).taken);
  BOOST_TEST(room(2 * 4096 - 1).wanted() == 1000U + 4 * 4096);
  // Never more than the map has.
  DiskRoom small = room(0);
  small.map = 1100;
  BOOST_TEST(small.wanted() == 1100U);
}

BOOST_AUTO_TEST_CASE(blocks_that_the_disk_provides_are_room) {
  BOOST_TEST(!room(0).allows(Growth::grows));
  const DiskRoom after = room(0).after_taking();
  BOOST_TEST(after.allows(Growth::grows));
  BOOST_TEST(after.taken == room(0).wanted());
  BOOST_TEST(after.available == 1000000U - 4 * 4096);
  BOOST_TEST(room(0, 2 * 4096 + 2).after_taking().allows(Growth::grows));
  BOOST_TEST(!room(0, 2 * 4096).after_taking().allows(Growth::grows));
}

BOOST_AUTO_TEST_CASE(growth_stops_first_then_the_log_and_deletes_never) {
  BOOST_TEST(room(4097).allows(Growth::grows));
  BOOST_TEST(!room(4096).allows(Growth::grows));
  BOOST_TEST(room(4096).allows(Growth::logs));
  BOOST_TEST(!room(2048).allows(Growth::logs));
  BOOST_TEST(room(0).allows(Growth::shrinks));
}

BOOST_AUTO_TEST_CASE(pages_that_are_free_again_are_room) {
  DiskRoom disk = room(0);
  disk.reusable = 4097;
  BOOST_TEST(disk.allows(Growth::grows));
  BOOST_TEST(disk.spare() == 4097U);
  BOOST_TEST(disk.batch_pages() == 2048U);
}

BOOST_AUTO_TEST_CASE(refusals_stop_when_the_disk_gets_low) {
  BOOST_TEST(room(8192).allows(Growth::refuses));
  BOOST_TEST(room(8192, 199999).low());
  BOOST_TEST(!room(8192, 199999).allows(Growth::refuses));
  BOOST_TEST(room(8192, 199999).allows(Growth::grows));
  DiskRoom large = room(8192, 262144);
  large.whole = 1000000000;
  BOOST_TEST(!large.low());
  large.available = 262143;
  BOOST_TEST(large.low());
}

BOOST_AUTO_TEST_CASE(a_file_system_without_reservation_and_a_fully_allocated_map_set_no_limit) {
  DiskRoom disk = room(0, 0);
  disk.ahead = false;
  BOOST_TEST(disk.allows(Growth::grows));
  BOOST_TEST(disk.allows(Growth::refuses));
  DiskRoom whole = room(0, 0);
  whole.map = whole.taken;
  BOOST_TEST(whole.allows(Growth::grows));
  BOOST_TEST(!whole.low());
}

BOOST_AUTO_TEST_SUITE_END()
