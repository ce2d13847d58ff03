// LMDB's own pages are never reported as damaged, under any load: otherwise a good store could not be opened.
#include "store/lmdb/pages/lmdb_pages.hpp"

#include <lmdb.h>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>

#include "store/verify/page_engine.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Changes tables at random, in transactions that may be nested and aborted.
class Load {
 public:
  Load(LmdbEnv& env, unsigned seed) : env_(env), random_(seed) {}

  /// In waves: first the tables grow, then they shrink.
  void commit(bool grows) {
    MDB_txn* txn = nullptr;
    BOOST_REQUIRE(mdb_txn_begin(env_.handle(), nullptr, 0, &txn) == MDB_SUCCESS);
    for (std::size_t i = below(40) + 1; i > 0; --i) {
      MDB_txn* nested = nullptr;
      BOOST_REQUIRE(mdb_txn_begin(env_.handle(), txn, 0, &nested) == MDB_SUCCESS);
      for (std::size_t n = below(8) + 1; n > 0; --n) change(nested, grows);
      if (below(4) == 0) {
        mdb_txn_abort(nested);
      } else {
        BOOST_REQUIRE(mdb_txn_commit(nested) == MDB_SUCCESS);
      }
    }
    if (below(10) == 0) return mdb_txn_abort(txn);
    BOOST_REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  void change(MDB_txn* txn, bool grows) {
    const auto table = static_cast<Table>(1 + below(3));
    // Few different lengths, so that keys recur.
    const std::size_t sizes[] = {1, 8, 49, 200, 511};
    std::string key(sizes[below(5)], '\0');
    const std::string number = std::to_string(below(4000));
    key.replace(0, std::min(number.size(), key.size()), number.substr(0, key.size()));
    MDB_val k{key.size(), key.data()};
    if (below(10) < (grows ? 2U : 8U)) {
      const int code = mdb_del(txn, env_.table(table), &k, nullptr);
      BOOST_REQUIRE((code == MDB_SUCCESS || code == MDB_NOTFOUND));
      return;
    }
    const std::size_t lengths[] = {0, 1, 100, 700, 2100, 5000, 30000};
    std::string value(lengths[below(7)], static_cast<char>('a' + below(26)));
    MDB_val v{value.size(), value.data()};
    BOOST_REQUIRE(mdb_put(txn, env_.table(table), &k, &v, 0) == MDB_SUCCESS);
  }

  LmdbEnv& env_;
  std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lmdb_pages)

BOOST_AUTO_TEST_CASE(pages_that_lmdb_writes_are_valid) {
  for (const unsigned seed : {1U, 2U}) {
    const TemporaryFolder folder = TemporaryFolder::in_memory();
    LmdbEnv::Options options;
    options.directory = folder.path() / "store";
    options.map_size = std::uint64_t{512} << 20;
    options.max_readers = 16;
    BOOST_REQUIRE(LmdbEnv::create(options, {}));
    const auto file = options.directory / "data.mdb";
    auto env = LmdbEnv::open(options);
    BOOST_REQUIRE(env);
    Load load(**env, seed);
    for (int commit = 0; commit < 300; ++commit) {
      load.commit(commit / 50 % 2 == 0);
      BOOST_REQUIRE_NO_THROW(check_file(file));
      if (commit % 5 == 0) BOOST_REQUIRE_NO_THROW(check_pages((*env)->handle(), file, all_pages));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
