// What an LMDB environment can tell of itself.
#include <lmdb.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "store/lmdb_env.hpp"

namespace tacit::store {
namespace {

struct TxnAbort {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};

struct Slots {
  std::uint64_t used = 0;
  std::uint64_t active = 0;
  std::uint64_t oldest = UINT64_MAX;  ///< the transaction whose state the oldest active one sees
};

/// LMDB tells of its readers in lines only: process, thread and transaction, of which the last is `-` in a slot that is
/// kept but not in use. Other lines (the heading, that there are none) do not end in either.
int take_line(const char* message, void* context) {
  std::string_view line(message);
  while (line.ends_with('\n')) line.remove_suffix(1);
  const std::string_view last = line.substr(line.find_last_of(' ') + 1);
  auto& slots = *static_cast<Slots*>(context);
  if (last == "-") {
    ++slots.used;
    return 0;
  }
  std::uint64_t transaction = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), transaction);
  if (error != std::errc() || end != last.data() + last.size()) return 0;
  ++slots.used;
  ++slots.active;
  slots.oldest = std::min(slots.oldest, transaction);
  return 0;
}

void count_tables(const LmdbEnv& env, MDB_txn* txn, StorageStatistics& result) {
  for (std::size_t i = 0; i < table_count; ++i) {
    MDB_stat stat{};
    if (mdb_stat(txn, env.table(static_cast<Table>(i)), &stat) != MDB_SUCCESS) continue;
    result.tables.push_back(
        {table_names[i], stat.ms_entries, stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages});
  }
}

}  // namespace

StorageStatistics LmdbEnv::statistics() const {
  StorageStatistics result;
  int major = 0;
  int minor = 0;
  int patch = 0;
  mdb_version(&major, &minor, &patch);
  result.engine = "LMDB " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  result.page_bytes = stat.ms_psize;
  result.pages = stat.ms_psize == 0 ? 0 : info.me_mapsize / stat.ms_psize;
  result.touched_pages = info.me_last_pgno + 1;
  MapRoom reusable;
  count_reusable(reusable);
  result.free_pages = reusable.free_pages;
  // Before this takes a slot of its own.
  Slots slots;
  mdb_reader_list(env_, take_line, &slots);
  result.reader_slots = info.me_maxreaders;
  result.reader_slots_used = slots.used;
  result.readers = slots.active;
  if (slots.active > 0 && slots.oldest < info.me_last_txnid) {
    result.oldest_reader_lag = info.me_last_txnid - slots.oldest;
  }
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return result;
  const std::unique_ptr<MDB_txn, TxnAbort> ends(txn);
  count_tables(*this, txn, result);
  return result;
}

}  // namespace tacit::store
