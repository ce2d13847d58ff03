// LMDB's list of the pages that are free again: a row for each transaction, with the pages that it freed.
#pragma once

#include <cstdint>

struct MDB_env;

namespace tacit::store {

/// Pages that were used once and hold nothing that the newest snapshot has.
struct FreePages {
  std::uint64_t reusable = 0;         ///< the next writers find them
  std::uint64_t pinned = 0;           ///< somebody looks at an older snapshot that may have them: no use until it ends
  std::uint64_t pinning_process = 0;  ///< whose snapshot is the oldest; 0 if nothing is pinned
  std::uint64_t oldest_reader_lag = 0;  ///< how many commits ago it began
};

/// As of the newest commit. Zeros where it cannot be told, as when no reader slot is left.
FreePages free_pages(MDB_env* env);

}  // namespace tacit::store
