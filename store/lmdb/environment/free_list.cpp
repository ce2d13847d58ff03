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

}  // namespace

FreePages free_pages(MDB_env* env) {
  FreePages pages;
  const ReaderSlots slots = reader_slots(env);  // before this takes a slot itself
  MDB_txn* begun = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &begun) != MDB_SUCCESS) return pages;
  const TxnPtr txn(begun);
  MDB_cursor* cursor = nullptr;
  constexpr MDB_dbi free_list = 0;
  if (mdb_cursor_open(txn.get(), free_list, &cursor) != MDB_SUCCESS) return pages;
  // LMDB uses rows that are older than the oldest reader's transaction and the last commit. The pages that the last
  // commit freed count too: the next commit makes them reusable, and a refused write does not commit.
  const bool pins = slots.oldest < mdb_txn_id(txn.get());
  MDB_val key{};
  MDB_val data{};
  std::size_t before = 0;
  while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == MDB_SUCCESS) {
    const std::size_t transaction = first_number(key);
    if (transaction <= before) break;  // damaged: pages that refer to each other would never end
    before = transaction;
    const bool pinned = pins && transaction >= slots.oldest;
    (pinned ? pages.pinned : pages.reusable) += first_number(data);
  }
  mdb_cursor_close(cursor);
  if (pages.pinned == 0) return pages;
  pages.pinning_process = slots.oldest_process;
  pages.oldest_reader_lag = slots.oldest_reader_lag;
  return pages;
}

}  // namespace tacit::store
