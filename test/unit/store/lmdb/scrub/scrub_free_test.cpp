// A walk over the free list ends its slices in time, however many rows the list has.
#include "store/lmdb/scrub/scrub_free.hpp"

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include <string>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Makes that many commits beside a reader, so that each leaves a row in the free list.
void commit_beside_a_reader(const std::filesystem::path& folder, int commits) {
  MDB_env* env = nullptr;
  BOOST_REQUIRE(mdb_env_create(&env) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_env_open(env, folder.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600) == MDB_SUCCESS);
  MDB_txn* reader = nullptr;
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &reader) == MDB_SUCCESS);
  for (int i = 0; i < commits; ++i) {
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    BOOST_REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_dbi_open(txn, nullptr, 0, &table) == MDB_SUCCESS);
    std::string name = "a row of this test";
    std::string content = std::to_string(i);
    MDB_val key{name.size(), name.data()};
    MDB_val value{content.size(), content.data()};
    BOOST_REQUIRE(mdb_put(txn, table, &key, &value, 0) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
  }
  mdb_txn_abort(reader);
  mdb_env_close(env);
}

std::uint64_t newest_transaction(const LmdbEnv& env) {
  MDB_envinfo info{};
  mdb_env_info(env.handle(), &info);
  return info.me_last_txnid;
}

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
  StoreFixtureOptions roomy;
  roomy.map_size = std::uint64_t{256} << 20;
  StoreFixture fixture(roomy);
  fixture.close();
  const auto folder = fixture.store_options().directory;
  commit_beside_a_reader(folder, 3000);
  LmdbEnv::Options options;
  options.directory = folder;
  options.max_readers = 100;
  const auto env = LmdbEnv::open(options);
  BOOST_REQUIRE(env);
  ScrubFile file(**env);
  ScrubMemory memory;
  FreeSweep first(**env, file, memory, newest_transaction(**env));
  BOOST_TEST(steps_of(first) > 2000);
  BOOST_TEST(first.result().zeroed > 0U);
  FreeSweep second(**env, file, memory, newest_transaction(**env));
  const int steps = steps_of(second);
  BOOST_TEST(steps > 8);  // rows that still wait for commits take some steps anyway
  BOOST_TEST(steps < 100);
  BOOST_TEST(second.result().zeroed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
