#include "store/lmdb/environment/free_list.hpp"

#include <lmdb.h>

#include <cstring>
#include <memory>

#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/environment/reader_slots.hpp"

namespace tacit::store {
namespace {

/// The first number of a key or a row: in the key the transaction, in the row the number of pages.
std::size_t first_number(const MDB_val& bytes) {
  std::size_t number = 0;
  if (bytes.mv_size >= sizeof number) std::memcpy(&number, bytes.mv_data, sizeof number);
  return number;
}

constexpr MDB_dbi free_list = 0;

struct CursorClose {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using CursorPtr = std::unique_ptr<MDB_cursor, CursorClose>;

/// Moves to the first row of that transaction or of a later one.
int seek(MDB_cursor* cursor, std::size_t transaction, MDB_val& key, MDB_val& data) {
  // A search in a damaged list may end anywhere.
  if (transaction == 1) return mdb_cursor_get(cursor, &key, &data, MDB_FIRST);
  key = {sizeof transaction, &transaction};
  return mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
}

}  // namespace

bool FreeListCount::step(const CountLimits& most) {
  const ReaderSlots slots = reader_slots(env_);  // before this takes a slot itself
  int code = MDB_SUCCESS;
  const TxnPtr txn = begin_txn(env_, MDB_RDONLY, code);
  MDB_cursor* opened = nullptr;
  if (!txn || mdb_cursor_open(txn.get(), free_list, &opened) != MDB_SUCCESS) return false;
  const CursorPtr cursor(opened);
  // LMDB uses rows that are older than the oldest reader's transaction and the last commit. The pages that the last
  // commit freed count too: the next commit makes them reusable, and a refused write does not commit.
  const bool pins = slots.oldest < mdb_txn_id(txn.get());
  MDB_val key{};
  MDB_val data{};
  std::uint64_t rows = 0;
  for (code = seek(cursor.get(), next_, key, data); code == MDB_SUCCESS;
       code = mdb_cursor_get(cursor.get(), &key, &data, MDB_NEXT)) {
    if (rows++ == most.rows || pages_.reusable > most.reusable || pages_.pinned > most.pinned) return true;
    const std::size_t transaction = first_number(key);
    if (transaction < next_) return false;  // damaged: pages that refer to each other would never end
    next_ = transaction + 1;
    const bool pinned = pins && transaction >= slots.oldest;
    (pinned ? pages_.pinned : pages_.reusable) += first_number(data);
    if (!pinned) continue;
    pages_.pinning_process = slots.oldest_process;
    pages_.oldest_reader_lag = slots.oldest_reader_lag;
  }
  pages_.whole = code == MDB_NOTFOUND;
  return false;
}

FreePages free_pages(MDB_env* env, const CountLimits& most) {
  FreeListCount count(env);
  count.step(most);
  return count.pages();
}

FreeListSize free_list_size(MDB_env* env) {
  int code = MDB_SUCCESS;
  const TxnPtr txn = begin_txn(env, MDB_RDONLY, code);
  MDB_stat stat{};
  if (!txn || mdb_stat(txn.get(), free_list, &stat) != MDB_SUCCESS) return {};
  return {stat.ms_entries, stat.ms_overflow_pages};
}

}  // namespace tacit::store
