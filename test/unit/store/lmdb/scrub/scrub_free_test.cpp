// A walk over the free list ends its slices in time, however many rows the list has.
#include "store/lmdb/scrub/scrub_free.hpp"

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/scrub/scrub_memory.hpp"
#include "store/lmdb/scrub/scrub_waiting.hpp"
#include "test/unit/store/lmdb/long_free_list_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// The number of steps to the end, each of the shortest slice.
int steps_of(FreeSweep& sweep) {
  int steps = 1;
  while (steps < 100'000 && sweep.step(ScrubClock::time_point::min())) ++steps;
  BOOST_TEST(sweep.result().error == 0);
  return steps;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scrub_free)

BOOST_AUTO_TEST_CASE(rows_that_were_checked_before_are_passed_in_slices) {
  const LongFreeList list(3000);
  const auto env = list.open();
  ScrubFile file(*env);
  ScrubMemory memory;
  FreeSweep first(*env, file, memory, env->newest_transaction());
  BOOST_TEST(steps_of(first) > 2000);
  BOOST_TEST(first.result().zeroed > 0U);
  FreeSweep second(*env, file, memory, env->newest_transaction());
  const int steps = steps_of(second);
  BOOST_TEST(steps > 8);  // rows that still wait for commits take some steps anyway
  BOOST_TEST(steps < 100);
  BOOST_TEST(second.result().zeroed == 0U);
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_the_memory_is_not_read_again) {
  const LongFreeList list(3000);
  const auto env = list.open();
  ScrubFile file(*env);
  ScrubMemory memory(64);
  FreeSweep first(*env, file, memory, env->newest_transaction());
  steps_of(first);
  BOOST_TEST(memory.size() <= 64U);
  BOOST_TEST(memory.size() > 30U);
  FreeSweep second(*env, file, memory, env->newest_transaction());
  steps_of(second);
  // The last stretch has rows that wait for commits.
  BOOST_TEST(second.done() < first.done() / 10);
  // Changes of some rows lead to the reading of their stretches alone.
  commit_repeatedly(env->handle(), 3);
  FreeSweep third(*env, file, memory, env->newest_transaction());
  steps_of(third);
  BOOST_TEST(third.done() < first.done() / 10);
  BOOST_TEST(memory.size() <= 64U);
}

BOOST_AUTO_TEST_CASE(pages_that_wait_are_counted_in_parts) {
  const LongFreeList list(3000);
  const auto env = list.open();
  for (const std::size_t places : {std::size_t{64}, ScrubMemory::most}) {
    ScrubFile file(*env);
    ScrubMemory memory(places);
    const std::uint64_t all = pages_to_scrub(*env, nullptr, UINT64_MAX);
    PagesToScrub before(*env, &memory, 0);
    int parts = 1;
    while (before.step(100)) ++parts;
    BOOST_TEST(parts >= 30);
    BOOST_TEST(before.found() >= all);  // without reading them, all pages count
    FreeSweep sweep(*env, file, memory, env->newest_transaction());
    steps_of(sweep);
    PagesToScrub after(*env, &memory, 1000);
    while (after.step(100)) {
    }
    BOOST_TEST(after.found() < 20U);  // those of the last commits
    BOOST_TEST(pages_to_scrub(*env, nullptr, UINT64_MAX) == after.found());
  }
}

BOOST_AUTO_TEST_SUITE_END()
