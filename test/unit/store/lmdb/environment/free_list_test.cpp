// Counting the pages of the free list ends, also if the list is damaged.
#include "store/lmdb/environment/free_list.hpp"

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <string>

#include "test/unit/store/lmdb/long_free_list_fixture.hpp"
#include "test/unit/store/lmdb/pages/damaged_store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Counted without the checks of LmdbEnv::open, which refuses such a file: a page may change after them.
FreePages counted(const UsedStore& used) {
  MDB_env* env = nullptr;
  BOOST_REQUIRE(mdb_env_create(&env) == MDB_SUCCESS);
  const std::string directory = (used.folder() / "store").string();
  BOOST_REQUIRE(mdb_env_open(env, directory.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS);
  const FreePages pages = free_pages(env);
  mdb_env_close(env);
  return pages;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(free_list)

BOOST_AUTO_TEST_CASE(counting_ends_where_transactions_do_not_rise) {
  const UsedStore used;
  const lmdb::Page leaf = used.page(used.first_leaf(used.newest().free_list));
  BOOST_TEST_REQUIRE(leaf.nodes() >= 2U);
  const FreePages whole = counted(used);
  const auto first_transaction = lmdb::load<std::uint64_t>(leaf.node(0).key(), 0);
  std::string damaged = used.bytes;
  const auto at = static_cast<std::size_t>(leaf.node(1).key().data() - UsedStore::view(used.bytes).data());
  std::memcpy(damaged.data() + at, &first_transaction, sizeof first_transaction);
  used.write(damaged);
  const FreePages cut = counted(used);
  BOOST_TEST(cut.reusable > 0U);
  BOOST_TEST(cut.reusable < whole.reusable);
}

BOOST_AUTO_TEST_CASE(a_list_is_counted_in_parts) {
  const LongFreeList list(2000);
  const auto env = list.open();
  const FreePages whole = free_pages(env->handle());
  BOOST_TEST(whole.whole);
  BOOST_TEST(free_list_size(env->handle()).rows >= 2000U);
  FreeListCount count(env->handle());
  int parts = 1;
  while (count.step({.rows = 100})) ++parts;
  BOOST_TEST(parts >= 20);
  BOOST_TEST(count.pages().whole);
  BOOST_TEST(count.pages().reusable == whole.reusable);
}

BOOST_AUTO_TEST_CASE(counting_may_end_with_enough_pages) {
  const LongFreeList list(2000);
  const auto env = list.open();
  const FreePages some = free_pages(env->handle(), {.reusable = 100});
  BOOST_TEST(!some.whole);
  BOOST_TEST(some.reusable > 100U);
  BOOST_TEST(some.reusable < 200U);
  // Pinned pages come last.
  MDB_txn* reader = nullptr;
  BOOST_REQUIRE(mdb_txn_begin(env->handle(), nullptr, MDB_RDONLY, &reader) == MDB_SUCCESS);
  commit_repeatedly(env->handle(), 500);
  const FreePages whole = free_pages(env->handle());
  BOOST_TEST(whole.pinned > 500U);
  const FreePages few = free_pages(env->handle(), {.pinned = 50});
  BOOST_TEST(few.reusable == whole.reusable);
  BOOST_TEST(few.pinned > 50U);
  BOOST_TEST(few.pinned < 100U);
  mdb_txn_abort(reader);
}

BOOST_AUTO_TEST_SUITE_END()
