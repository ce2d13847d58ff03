// The memory of a scrub is bounded, however long the free list is.
#include "store/lmdb/scrub/scrub_memory.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

BOOST_AUTO_TEST_SUITE(scrub_memory)

BOOST_AUTO_TEST_CASE(a_short_list_is_remembered_row_by_row) {
  ScrubMemory memory(16);
  memory.begin_walk(16);
  BOOST_TEST(memory.shift() == 0U);
  for (std::uint64_t row = 100; row < 116; ++row) memory.note(row, row * 7);
  memory.end_walk();
  memory.begin_walk(16);
  for (std::uint64_t row = 100; row < 116; ++row) BOOST_TEST(memory.passes(row, row * 7));
  BOOST_TEST(!memory.passes(100, 1));
}

BOOST_AUTO_TEST_CASE(stretches_become_longer_with_the_list) {
  ScrubMemory memory(16);
  memory.begin_walk(17);
  BOOST_TEST(memory.shift() == 1U);
  memory.note(50, 1);
  memory.begin_walk(1000);
  BOOST_TEST(memory.shift() == 6U);
  BOOST_TEST(memory.size() == 0U);  // other stretches have other numbers
  memory.begin_walk(600);           // the next shorter ones suffice, but everything would be read again
  BOOST_TEST(memory.shift() == 6U);
  memory.begin_walk(16);
  BOOST_TEST(memory.shift() == 0U);
}

BOOST_AUTO_TEST_CASE(a_list_with_holes_does_not_outgrow_the_memory) {
  ScrubMemory memory(16);
  memory.begin_walk(16);
  for (std::uint64_t row = 0; row < 1000; ++row) memory.note(row, row);
  BOOST_TEST(memory.size() == 16U);
  BOOST_TEST(memory.knows(3, 3));
  BOOST_TEST(!memory.knows(900, 900));
  memory.note(3, 4);  // a place is used again
  BOOST_TEST(memory.knows(3, 4));
}

BOOST_AUTO_TEST_CASE(what_a_whole_walk_does_not_find_is_forgotten) {
  ScrubMemory memory;
  memory.begin_walk(3);
  for (std::uint64_t row = 1; row <= 3; ++row) memory.note(row, row);
  memory.end_walk();
  memory.begin_walk(3);  // an abandoned walk forgets nothing
  memory.begin_walk(3);
  BOOST_TEST(memory.passes(2, 2));
  memory.note(4, 4);
  memory.end_walk();
  BOOST_TEST(memory.size() == 2U);
  BOOST_TEST(memory.knows(2, 2));
  BOOST_TEST(memory.knows(4, 4));
}

BOOST_AUTO_TEST_SUITE_END()
