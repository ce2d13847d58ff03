// The statistics of an LMDB environment.
#include <lmdb.h>

#include <memory>
#include <string>

#include "store/lmdb/environment/free_list.hpp"
#include "store/lmdb/environment/high_water_mark.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/environment/reader_slots.hpp"

namespace tacit::store {
namespace {

void count_tables(const LmdbEnv& env, MDB_txn* txn, StorageStatistics& result) {
  for (std::size_t i = 0; i < table_count; ++i) {
    MDB_stat stat{};
    if (mdb_stat(txn, env.table(static_cast<Table>(i)), &stat) != MDB_SUCCESS) continue;
    result.tables.push_back(
        {table_names[i], stat.ms_entries, stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages});
  }
}

}  // namespace

StorageStatistics LmdbEnv::statistics() const { return statistics(free_pages(env_)); }

StorageStatistics LmdbEnv::statistics(const FreePages& pages) const {
  StorageStatistics result;
  int major = 0;
  int minor = 0;
  int patch = 0;
  mdb_version(&major, &minor, &patch);
  result.engine = "LMDB " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  result.page_bytes = page_size_;
  const HighWaterMark mark = high_water_mark(env_);
  result.pages = mark.map;
  result.touched_pages = mark.touched;
  result.free_pages = pages.reusable;
  result.pinned_pages = pages.pinned;
  // Before this function takes a slot itself.
  const ReaderSlots slots = reader_slots(env_);
  result.reader_slots = slots.most;
  result.reader_slots_used = slots.taken;
  result.readers = slots.reading;
  result.oldest_reader_lag = slots.oldest_reader_lag;
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return result;
  const TxnPtr ends(txn);
  count_tables(*this, txn, result);
  return result;
}

}  // namespace tacit::store
