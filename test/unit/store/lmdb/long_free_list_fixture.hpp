// A store whose free list has a row for each of many commits, as after a long snapshot.
#pragma once

#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <memory>
#include <string>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// Makes that many commits, each of which leaves a row in the free list if a reader pins what it frees.
inline void commit_repeatedly(MDB_env* env, int commits) {
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
}

/// The same beside a reader of its own, in a folder that no engine has open.
inline void commit_beside_a_reader(const std::filesystem::path& folder, int commits) {
  MDB_env* env = nullptr;
  BOOST_REQUIRE(mdb_env_create(&env) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_env_open(env, folder.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600) == MDB_SUCCESS);
  MDB_txn* reader = nullptr;
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &reader) == MDB_SUCCESS);
  commit_repeatedly(env, commits);
  mdb_txn_abort(reader);
  mdb_env_close(env);
}

class LongFreeList {
 public:
  explicit LongFreeList(int rows) : bed_(roomy()) {
    bed_.close();
    commit_beside_a_reader(folder(), rows);
  }
  std::filesystem::path folder() const { return bed_.store_options().directory; }
  std::unique_ptr<LmdbEnv> open() const {
    LmdbEnv::Options options;
    options.directory = folder();
    options.max_readers = 100;
    auto env = LmdbEnv::open(options);
    BOOST_REQUIRE(env);
    return std::move(*env);
  }

 private:
  static StoreFixtureOptions roomy() {
    StoreFixtureOptions options;
    options.map_size = std::uint64_t{256} << 20;
    return options;
  }

  StoreFixture bed_;
};

}  // namespace tacit::store::testing
