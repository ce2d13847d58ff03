// A page in use is never overwritten, even if the free list contains it.
#include "store/lmdb/scrub/free_list_proof.hpp"

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include "store/backup/keyless_store.hpp"
#include "store/lmdb/scrub/scrub_schedule.hpp"
#include "store/model/damage.hpp"
#include "test/unit/store/lmdb/pages/damaged_store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

using Finding = FreeListProof::Finding;

constexpr std::size_t number_size = sizeof(lmdb::PageNumber);

/// Where in the bytes a number of the free list is that can be replaced by that page, and the order is kept.
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

/// A store whose free list has a page that is in use.
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

/// Opened with hardly a look at its pages, as one is that has very many.
std::unique_ptr<LmdbEnv> open_unchecked(const UsedStore& used) {
  LmdbEnv::Options options;
  options.directory = used.folder() / "store";
  options.max_readers = 100;
  options.pages_checked = 1;
  auto env = LmdbEnv::open(options);
  BOOST_REQUIRE(env);
  return std::move(*env);
}

/// Continues while there is more to do, with a time limit.
Finding prove(FreeListProof& proof, std::chrono::nanoseconds slice) {
  const auto until = ScrubClock::now() + 60s;
  while (proof.finding() == Finding::open && ScrubClock::now() < until) proof.step(ScrubClock::now() + slice);
  return proof.finding();
}

/// Runs for as long as it wants to, or until the first run is over.
ScrubFigures run_schedule(const LmdbEnv& env) {
  ScrubSchedule schedule(env, 4ms, ScrubClock::now());
  const auto until = ScrubClock::now() + 60s;
  while (ScrubClock::now() < until && schedule.due() != ScrubClock::time_point::max()) {
    BOOST_TEST(schedule.run(ScrubClock::now()) == MDB_SUCCESS);
    if (schedule.figures(ScrubClock::now()).runs > 0) break;
  }
  return schedule.figures(ScrubClock::now());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(free_list_proof)

BOOST_AUTO_TEST_CASE(a_good_free_list_is_found_sound_in_however_many_slices) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  for (const std::chrono::nanoseconds slice : {0ns, 1'000'000'000ns}) {
    FreeListProof proof(*env);
    BOOST_TEST((prove(proof, slice) == Finding::sound));
  }
}

BOOST_AUTO_TEST_CASE(a_walk_that_holds_its_snapshot_for_too_long_is_given_up_and_begun_again) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  FreeListProof proof(*env, 1ns);
  proof.step(ScrubClock::now());
  BOOST_TEST((proof.finding() == Finding::open));
  BOOST_TEST(env->statistics().readers == 0U);
  BOOST_TEST((prove(proof, 0ns) == Finding::sound));
}

BOOST_AUTO_TEST_CASE(a_page_that_is_free_and_in_use_is_found) {
  const LyingStore used;
  const auto env = open_unchecked(used);
  FreeListProof proof(*env);
  BOOST_TEST((prove(proof, 0ns) == Finding::damaged));
}

BOOST_AUTO_TEST_CASE(the_background_scrub_overwrites_nothing_where_the_free_list_lies) {
  const LyingStore used;
  const std::string before = used.page_in_use();
  const auto env = open_unchecked(used);
  const ScrubFigures figures = run_schedule(*env);
  BOOST_TEST(figures.runs == 0U);
  BOOST_TEST(figures.pages == 0U);
  BOOST_TEST((used.page_in_use() == before));
}

BOOST_AUTO_TEST_CASE(the_background_scrub_runs_where_it_does_not) {
  const UsedStore used;
  const auto env = open_unchecked(used);
  BOOST_TEST(run_schedule(*env).runs == 1U);
}

BOOST_AUTO_TEST_CASE(a_scrub_by_hand_looks_at_all_pages_before) {
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
