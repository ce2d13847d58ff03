// No page in use is ever overwritten, even if the free list contains it.
#include "store/lmdb/scrub/free_list_proof.hpp"

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "store/backup/keyless_store.hpp"
#include "store/health.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/lmdb/scrub/scrub_schedule.hpp"
#include "store/model/damage.hpp"
#include "test/unit/store/lmdb/pages/damaged_store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

using Finding = FreeListProof::Finding;

constexpr std::size_t number_size = sizeof(lmdb::PageNumber);

/// The offset of a number in the free list that can be replaced by that page without breaking the order.
std::optional<std::size_t> place_in_free_list(const UsedStore& used, lmdb::PageNumber wanted) {
  const lmdb::Page leaf = used.page(used.first_leaf(used.newest().free_list));
  for (std::size_t i = 0; i < leaf.nodes(); ++i) {
    if (leaf.node(i).is_big()) continue;
    const lmdb::ByteView row = leaf.node(i).data();
    const auto count = lmdb::load<std::uint64_t>(row, 0);
    for (std::size_t n = 1; n <= count; ++n) {
      const bool below = n == 1 || lmdb::load<lmdb::PageNumber>(row, (n - 1) * number_size) > wanted;
      const bool above = n == count || lmdb::load<lmdb::PageNumber>(row, (n + 1) * number_size) < wanted;
      if (!below || !above) continue;
      return static_cast<std::size_t>(row.data() - UsedStore::view(used.bytes).data()) + n * number_size;
    }
  }
  return std::nullopt;
}

/// A store whose free list contains a page in use.
struct LyingStore : UsedStore {
  LyingStore() {
    for (const char* const table_name : {"tenants", "audit"}) {
      in_use = first_leaf(table(table_name));
      if (const auto at = place_in_free_list(*this, in_use)) {
        lying = bytes;
        std::memcpy(lying.data() + *at, &in_use, sizeof in_use);
        write(lying);
        return;
      }
    }
    BOOST_FAIL("no place in the free list");
  }
  std::string page_in_use() const { return read().substr(in_use * page_size(), page_size()); }

  lmdb::PageNumber in_use = 0;
  std::string lying;
};

/// Opened with a check of few pages, like a very large one.
std::unique_ptr<LmdbEnv> open_unchecked(const UsedStore& used) {
  LmdbEnv::Options options;
  options.directory = used.folder() / "store";
  options.max_readers = 100;
  options.pages_checked = 1;
  auto env = LmdbEnv::open(options);
  BOOST_REQUIRE(env);
  return std::move(*env);
}

/// Until it is done, within a time limit.
Finding prove(FreeListProof& proof, std::chrono::nanoseconds slice) {
  const auto until = ScrubClock::now() + 60s;
  while (proof.finding() == Finding::open && ScrubClock::now() < until) proof.step(ScrubClock::now() + slice);
  return proof.finding();
}

/// Advances by the same time whenever it is read.
struct TestClock {
  FreeListProof::Clock::duration tick;
  FreeListProof::Clock::time_point at{1h};
  FreeListProof::Clock::time_point operator()() { return at += tick; }
};

/// The end of a slice that is over after one page.
constexpr auto one_page = ScrubClock::time_point::min();

void overwrite(const LmdbEnv& env, std::string& value) {
  MDB_txn* txn = nullptr;
  BOOST_REQUIRE(mdb_txn_begin(env.handle(), nullptr, 0, &txn) == MDB_SUCCESS);
  std::string key = "a row of this test";
  MDB_val k{key.size(), key.data()};
  MDB_val v{value.size(), value.data()};
  BOOST_REQUIRE(mdb_put(txn, env.table(Table::meta), &k, &v, 0) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
}

/// Runs as long as it asks for, or until the first run is over.
ScrubFigures run_to_first_scrub(ScrubSchedule& schedule) {
  const auto until = ScrubClock::now() + 60s;
  while (ScrubClock::now() < until && schedule.due() != ScrubClock::time_point::max()) {
    BOOST_TEST(schedule.run(ScrubClock::now()) == MDB_SUCCESS);
    if (schedule.figures(ScrubClock::now()).runs > 0) break;
  }
  return schedule.figures(ScrubClock::now());
}
ScrubFigures run_schedule(const LmdbEnv& env) {
  ScrubSchedule schedule(env, 4ms, ScrubClock::now());
  return run_to_first_scrub(schedule);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(free_list_proof)

BOOST_AUTO_TEST_CASE(a_good_free_list_passes_in_any_number_of_slices) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  for (const std::chrono::nanoseconds slice : {0ns, 1'000'000'000ns}) {
    FreeListProof proof(*env);
    BOOST_TEST((prove(proof, slice) == Finding::sound));
  }
}

BOOST_AUTO_TEST_CASE(a_walk_that_holds_its_snapshot_too_long_is_restarted) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  FreeListProof proof(*env, 1ns);
  proof.step(ScrubClock::now());
  BOOST_TEST((proof.finding() == Finding::open));
  BOOST_TEST(env->statistics().readers == 0U);
  BOOST_TEST((prove(proof, 0ns) == Finding::sound));
}

BOOST_AUTO_TEST_CASE(a_walk_ends_however_long_it_takes) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  TestClock clock{.tick = 1h};
  FreeListProof proof(*env, 1min, std::ref(clock));
  for (int i = 0; i < 1'000'000 && proof.finding() == Finding::open; ++i) proof.step(one_page);
  BOOST_TEST((proof.finding() == Finding::sound));
}

BOOST_AUTO_TEST_CASE(a_busy_writer_gets_nine_tenths_of_its_time_and_an_idle_one_half) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  TestClock clock{.tick = 1ms};
  FreeListProof proof(*env, 1h, std::ref(clock));
  proof.step(one_page);
  for (const auto& [lateness, pause] : {std::pair{0ms, 1ms}, std::pair{10ms, 9ms}, std::pair{0ms, 1ms}}) {
    clock.at = proof.due() + lateness - clock.tick;
    proof.step(one_page);
    BOOST_TEST((proof.due() - clock.at == pause));
  }
}

BOOST_AUTO_TEST_CASE(each_attempt_gets_a_larger_share_of_a_busy_writer) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  TestClock clock{.tick = 1h};
  FreeListProof proof(*env, 1h, std::ref(clock));
  proof.step(one_page);  // abandoned after an hour
  clock.tick = 1ms;
  clock.at = proof.due() + 10ms;
  proof.step(one_page);
  BOOST_TEST((proof.due() - clock.at == 8ms));
}

BOOST_AUTO_TEST_CASE(a_walk_is_given_up_before_the_pages_that_it_pins_are_missed) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  TestClock clock{.tick = 1s};
  FreeListProof proof(*env, 1000h, std::ref(clock));
  proof.step(one_page);
  BOOST_TEST(env->statistics().readers == 1U);
  const auto room_left = [&] {
    const MapRoom room = env->room().map();
    return room.free_pages > 2 * room.reserve();
  };
  std::string value(std::size_t{1} << 20, 'v');
  for (int i = 0; i < 1000 && room_left(); ++i) overwrite(*env, value);
  BOOST_REQUIRE(!room_left());
  BOOST_TEST(env->room().map().allows(Growth::grows));
  clock.at = proof.due();
  proof.step(one_page);
  BOOST_TEST(env->statistics().readers == 0U);
  BOOST_TEST((proof.finding() == Finding::open));
  BOOST_TEST((proof.due() - clock.at >= 1min));
}

BOOST_AUTO_TEST_CASE(a_page_that_is_free_and_in_use_is_found_and_named) {
  const LyingStore used;
  const auto env = open_unchecked(used);
  FreeListProof proof(*env);
  BOOST_TEST((prove(proof, 0ns) == Finding::damaged));
  const std::string page = "page " + std::to_string(used.in_use) + " ";
  BOOST_TEST(proof.damage().find(page) != std::string::npos, proof.damage());
}

BOOST_AUTO_TEST_CASE(damage_that_stops_the_background_scrub_is_reported_once_with_a_warning) {
  const LyingStore used;
  LmdbOptions options = used.engine_options();
  options.env.pages_checked = 1;
  options.scrub_within = 4ms;
  std::mutex mutex;
  std::vector<std::string> told;
  options.on_damage = [&](const std::string& why) {
    const std::lock_guard lock(mutex);
    told.push_back(why);
  };
  {
    auto engine = LmdbEngine::open(options);
    BOOST_REQUIRE(engine);
    const LmdbEngine& opened = **engine;
    const auto store = Store::open(used.store_options(), all_keys(), std::move(*engine));
    BOOST_REQUIRE(store);
    const auto until = ScrubClock::now() + 60s;
    while (!opened.damage() && ScrubClock::now() < until) std::this_thread::sleep_for(1ms);
    const auto warning = (*store)->health().state().damage();
    BOOST_REQUIRE(warning);
    BOOST_TEST(warning->find("page ") == std::string::npos);  // clients see it
    BOOST_TEST(!(*store)->health().unwilling());
  }
  BOOST_REQUIRE(told.size() == 1U);
  for (const char* const words : {"data.mdb is damaged: page ", "run tacit verify", "restore a backup"}) {
    BOOST_TEST(told.front().find(words) != std::string::npos, told.front());
  }
}

BOOST_AUTO_TEST_CASE(a_good_store_has_no_reported_damage) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  bool told = false;
  ScrubSchedule schedule(*env, 4ms, ScrubClock::now(), [&told](const std::string&) { told = true; });
  run_to_first_scrub(schedule);
  BOOST_TEST(!told);
}

BOOST_AUTO_TEST_CASE(with_a_wrong_free_list_the_background_scrub_overwrites_nothing) {
  const LyingStore used;
  const std::string before = used.page_in_use();
  const auto env = open_unchecked(used);
  const ScrubFigures figures = run_schedule(*env);
  BOOST_TEST(figures.runs == 0U);
  BOOST_TEST(figures.pages == 0U);
  BOOST_TEST((used.page_in_use() == before));
}

BOOST_AUTO_TEST_CASE(with_a_right_free_list_the_background_scrub_runs) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  BOOST_TEST(run_schedule(*env).runs == 1U);
}

BOOST_AUTO_TEST_CASE(a_manual_scrub_checks_all_pages_first) {
  const LyingStore used;
  BOOST_CHECK_THROW(KeylessStore::open(used.folder() / "store"), DamagedStore);
  used.write(used.bytes);
  const auto store = KeylessStore::open(used.folder() / "store");
  BOOST_REQUIRE(store);
  store->check_all({});
  used.write(used.lying);
  BOOST_CHECK_THROW(store->check_all({}), DamagedStore);
}

BOOST_AUTO_TEST_SUITE_END()
