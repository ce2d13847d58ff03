// The reader table of an LMDB environment, shared by all processes: which process reads which snapshot. LMDB keeps
// every page of the oldest snapshot, and all pages freed since.
#pragma once

#include <cstdint>

struct MDB_env;

namespace tacit::store {

struct ReaderSlots {
  std::uint64_t most = 0;               ///< the maximum number of slots
  std::uint64_t taken = 0;              ///< by live processes, or by ones not yet found dead
  std::uint64_t reading = 0;            ///< of these, reading a snapshot now
  std::uint64_t oldest = UINT64_MAX;    ///< the transaction of the oldest snapshot
  std::uint64_t oldest_process = 0;     ///< the id of its process; 0 if none reads
  std::uint64_t oldest_reader_lag = 0;  ///< the number of commits since that transaction
};

ReaderSlots reader_slots(MDB_env* env);

}  // namespace tacit::store
