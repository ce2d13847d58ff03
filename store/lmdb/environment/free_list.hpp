// LMDB's free list: one row for each transaction, with the pages that it freed.
#pragma once

#include <cstdint>

struct MDB_env;

namespace tacit::store {

/// Pages that were used before and that the newest snapshot does not use.
struct FreePages {
  std::uint64_t reusable = 0;           ///< available to the next writers
  std::uint64_t pinned = 0;             ///< not reusable until the reader of an older snapshot ends
  std::uint64_t pinning_process = 0;    ///< the process of the oldest snapshot; 0 if nothing is pinned
  std::uint64_t oldest_reader_lag = 0;  ///< the number of commits since that snapshot
  bool whole = false;                   ///< all rows were counted
};

/// Counting ends with more than one of these. The list has the reusable pages before the pinned ones.
struct CountLimits {
  std::uint64_t rows = UINT64_MAX;
  std::uint64_t reusable = UINT64_MAX;
  std::uint64_t pinned = UINT64_MAX;
};

/// Counts a list in parts: one costs about 50 ns for each row, and a list may have millions of rows after a long
/// snapshot. Each part sees the newest commit.
class FreeListCount {
 public:
  explicit FreeListCount(MDB_env* env) : env_(env) {}

  /// Counts further rows, `most.rows` in this part. False: the count is over. It also ends if the list cannot be read,
  /// for example if no reader slot is left, and at the first row of a damaged list that is out of order.
  bool step(const CountLimits& most);
  const FreePages& pages() const { return pages_; }

 private:
  MDB_env* const env_;
  std::uint64_t next_ = 1;  ///< the first transaction that was not counted
  FreePages pages_;
};

/// As of the newest commit, in one part.
FreePages free_pages(MDB_env* env, const CountLimits& most = {});

/// The size of the list itself.
struct FreeListSize {
  std::uint64_t rows = 0;
  std::uint64_t pages_of_long_rows = 0;  ///< of rows that do not fit into a leaf
};

/// In constant time. Zeros if the list cannot be read.
FreeListSize free_list_size(MDB_env* env);

}  // namespace tacit::store
