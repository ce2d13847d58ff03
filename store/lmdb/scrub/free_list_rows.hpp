// The rows of LMDB's free list, one for each transaction, with the pages that it freed.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/pages/lmdb_pages.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {

/// The free list of one snapshot, in the order of transactions. Pins the snapshot.
class FreeListRows {
 public:
  explicit FreeListRows(MDB_env* env);

  /// Finds the first row of that transaction or a later one.
  bool seek(std::uint64_t transaction);
  bool next();
  /// Whether there is a row at this position.
  bool found() const { return code_ == MDB_SUCCESS; }

  std::uint64_t transaction() const { return transaction_; }
  lmdb::ByteView row() const { return row_; }
  /// The pages of the row, up to that one.
  std::vector<lmdb::PageNumber> pages(lmdb::PageNumber last_page) const;
  /// How many pages the row has.
  std::uint64_t count() const { return lmdb::load<std::uint64_t>(row_, 0); }
  /// Whether no unused bytes follow the row, neither in its leaf nor in its own pages.
  bool is_clean(std::size_t page_size) const;
  std::uint64_t snapshot() const { return mdb_txn_id(txn_.get()); }
  /// 0 at the end, else LMDB's code.
  int code() const { return code_ == MDB_NOTFOUND ? MDB_SUCCESS : code_; }

 private:
  struct CursorClose {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
  };

  bool move(MDB_val key, MDB_cursor_op op);

  TxnPtr txn_;
  std::unique_ptr<MDB_cursor, CursorClose> cursor_;
  std::uint64_t number_ = 0;
  std::uint64_t transaction_ = 0;
  lmdb::ByteView row_;
  int code_ = MDB_SUCCESS;
};

/// The rows of some consecutive transactions.
struct Stretch {
  std::uint64_t first = 0;        ///< the transaction of its first row
  std::uint64_t fingerprint = 0;  ///< distinguishes lists of rows
  std::uint64_t pages = 0;        ///< in all rows
  std::size_t cost = 0;           ///< of reading it: the number of rows; a long row counts once for each 4 KiB

  /// Continues the fingerprint with the next row.
  void add(std::uint64_t transaction, std::uint64_t row_fingerprint);
};

/// A stretch has the rows of 2^shift transactions.
inline std::uint64_t stretch_of(std::uint64_t transaction, unsigned shift) { return transaction >> shift; }
inline std::uint64_t end_of_stretch(std::uint64_t transaction, unsigned shift) {
  return ((transaction >> shift) + 1) << shift;
}

/// Reads the rows of a stretch from the present position up to transaction `until`, and calls `use` for each. Leaves
/// the list at the row after it, if there is one.
template <class Use>
Stretch read_stretch(FreeListRows& list, unsigned shift, std::uint64_t until, const Use& use) {
  constexpr std::size_t bytes_of_row = 4096;
  Stretch stretch;
  stretch.first = list.transaction();
  const std::uint64_t end = end_of_stretch(stretch.first, shift);
  for (; list.found() && list.transaction() < end && list.transaction() <= until; list.next()) {
    stretch.add(list.transaction(), fingerprint(list.row()));
    stretch.pages += list.count();
    stretch.cost += 1 + list.row().size() / bytes_of_row;
    use(list);
  }
  return stretch;
}

}  // namespace tacit::store
