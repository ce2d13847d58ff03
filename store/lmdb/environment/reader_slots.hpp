// The table of readers of an LMDB environment, which all processes share: who looks at which snapshot. LMDB keeps every
// page that the oldest of them may look at, and all that was freed since.
#pragma once

#include <cstdint>

struct MDB_env;

namespace tacit::store {

struct ReaderSlots {
  std::uint64_t most = 0;               ///< that there may be at most
  std::uint64_t taken = 0;              ///< by processes that live, or were not yet found dead
  std::uint64_t reading = 0;            ///< of these, looking at a snapshot now
  std::uint64_t oldest = UINT64_MAX;    ///< the transaction whose state the oldest of these sees
  std::uint64_t oldest_process = 0;     ///< its id; 0 if none reads
  std::uint64_t oldest_reader_lag = 0;  ///< how many commits ago that transaction was
};

ReaderSlots reader_slots(MDB_env* env);

}  // namespace tacit::store
