// Requests do not walk over a long free list: they get the figures of the last count in the background.
#include "store/lmdb/engine/free_list_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <thread>

#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/lmdb/scrub/scrub_memory.hpp"
#include "store/lmdb/scrub/scrub_waiting.hpp"
#include "test/unit/store/lmdb/long_free_list_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

bool becomes_true(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(free_list_watch)

BOOST_AUTO_TEST_CASE(a_short_list_is_counted_at_once) {
  const LongFreeList list(500);
  const auto env = list.open();
  const ScrubMemory memory;
  FreeListWatch watch(*env, &memory, {});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(watch.pages().reusable == free_pages(env->handle()).reusable);
    BOOST_TEST(watch.pages().whole);
    BOOST_TEST(watch.pages_to_scrub() > 0U);
    commit_repeatedly(env->handle(), 10);
  }
}

BOOST_AUTO_TEST_CASE(a_long_list_is_counted_in_the_background) {
  const LongFreeList list(6000);
  const auto env = list.open();
  const ScrubMemory memory;
  FreeListWatch watch(*env, &memory, {.rows = 100, .scrubbed_rows = 100});
  const std::uint64_t whole = free_pages(env->handle()).reusable;
  const FreePages first = watch.pages();
  BOOST_TEST(!first.whole);
  BOOST_TEST(first.reusable < whole / 10);
  BOOST_TEST(watch.pages_to_scrub() == 0U);
  BOOST_TEST(becomes_true([&] { return watch.pages().reusable == whole && watch.pages().whole; }));
  BOOST_TEST(becomes_true([&] { return watch.pages_to_scrub() > 6000U; }));
  // It is counted again, without a further call.
  commit_repeatedly(env->handle(), 50);
  const std::uint64_t later = free_pages(env->handle()).reusable;
  BOOST_TEST(becomes_true([&] { return watch.pages().reusable == later; }));
}

BOOST_AUTO_TEST_CASE(figures_of_a_served_store_are_bounded) {
  const LongFreeList list(6000);
  LmdbOptions options;
  options.env.directory = list.folder();
  options.env.max_readers = 100;
  options.scrub_within = 0ms;
  options.short_free_list = {.rows = 100, .scrubbed_rows = 100};
  const auto engine = LmdbEngine::open(std::move(options));
  BOOST_REQUIRE(engine);
  const StorageStatistics first = (*engine)->storage();
  BOOST_TEST(first.free_pages < 6000U);
  BOOST_TEST(first.scrub_waiting_pages == 0U);
  BOOST_TEST(!(*engine)->room().growth_refused);
  BOOST_TEST(becomes_true([&] {
    const StorageStatistics now = (*engine)->storage();
    return now.free_pages >= 6000U && now.scrub_waiting_pages > 6000U;
  }));
}

BOOST_AUTO_TEST_SUITE_END()
