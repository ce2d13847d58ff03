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
};

/// As of the newest commit. Zeros if it cannot be read, for example if no reader slot is left. Of a damaged list, only
/// the rows before the first one that is out of order.
FreePages free_pages(MDB_env* env);

}  // namespace tacit::store
