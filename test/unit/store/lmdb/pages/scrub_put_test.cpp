// The pages of a row contain nothing of the row's earlier values, even if one commit puts the row several times.
#include "store/lmdb/pages/scrub_put.hpp"

#include <lmdb.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store::testing;

namespace {

constexpr std::string_view row_key = "key";

class Environment {
 public:
  Environment() {
    BOOST_REQUIRE(mdb_env_create(&env_) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_env_open(env_, folder_.path().c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_begin(env_, nullptr, 0, &txn_) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_dbi_open(txn_, nullptr, 0, &table_) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_stat(txn_, table_, &stat_) == MDB_SUCCESS);
  }
  ~Environment() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// In a nested transaction, as the engine runs each write of a batch.
  void put(char byte, std::size_t size) {
    MDB_txn* nested = nullptr;
    BOOST_REQUIRE(mdb_txn_begin(env_, txn_, 0, &nested) == MDB_SUCCESS);
    const std::string value(size, byte);
    BOOST_REQUIRE(store::put_clean(nested, table_, crypto::as_bytes(row_key), crypto::as_bytes(value), 0,
                                   stat_.ms_psize) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_commit(nested) == MDB_SUCCESS);
  }
  /// Commits. Returns the number of overflow pages of the table.
  std::size_t commit() {
    BOOST_REQUIRE(mdb_stat(txn_, table_, &stat_) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_commit(std::exchange(txn_, nullptr)) == MDB_SUCCESS);
    return stat_.ms_overflow_pages;
  }
  /// Of the file.
  std::size_t count(char byte) const {
    std::ifstream in(folder_.path() / "data.mdb", std::ios::binary);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, byte));
  }
  std::string value() const {
    MDB_txn* reader = nullptr;
    BOOST_REQUIRE(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader) == MDB_SUCCESS);
    MDB_val key{row_key.size(), const_cast<char*>(row_key.data())};
    MDB_val found{};
    BOOST_TEST(mdb_get(reader, table_, &key, &found) == MDB_SUCCESS);
    std::string value(static_cast<const char*>(found.mv_data), found.mv_size);
    mdb_txn_abort(reader);
    return value;
  }

 private:
  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi table_ = 0;
  MDB_stat stat_{};
};

/// Of the replaced value; no structure of LMDB is likely to contain many of them.
constexpr char gone = '\xB7';

}  // namespace

BOOST_AUTO_TEST_SUITE(scrub_put)

BOOST_AUTO_TEST_CASE(a_small_value_does_not_stay_in_pages_of_a_large_one) {
  Environment environment;
  environment.put(gone, 3000);
  environment.put('n', 100);
  // The pages of the large value are free, so a scrub overwrites them.
  BOOST_TEST(environment.commit() == 0U);
  BOOST_TEST(environment.value() == std::string(100, 'n'));
}

BOOST_AUTO_TEST_CASE(a_shorter_large_value_leaves_no_rest_of_a_longer_one) {
  Environment environment;
  environment.put(gone, 12'000);
  environment.put('n', 3000);
  environment.commit();
  BOOST_TEST(environment.count(gone) < 10U);
  BOOST_TEST(environment.value() == std::string(3000, 'n'));
}

BOOST_AUTO_TEST_CASE(a_small_value_may_become_large_and_small_again) {
  Environment environment;
  for (const std::size_t size : {100U, 5000U, 200U, 3000U, 300U}) environment.put('n', size);
  BOOST_TEST(environment.commit() == 0U);
  BOOST_TEST(environment.value() == std::string(300, 'n'));
}

BOOST_AUTO_TEST_SUITE_END()
