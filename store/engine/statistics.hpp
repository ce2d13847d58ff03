// The store's statistics: its work since this process opened it, and its content.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/engine/counter.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Since the engine was opened, by this process.
struct EngineStatistics {
  std::uint64_t rows_read = 0;
  std::uint64_t batches = 0;          ///< commits with at least one change
  std::uint64_t jobs = 0;             ///< writes run
  std::uint64_t largest_batch = 0;    ///< most writes in one commit
  Distribution batch_jobs{};          ///< writes in each of those commits
  Distribution batch_microseconds{};  ///< duration of each, beginning to sync, including waits for other processes
  std::uint64_t queued_jobs = 0;      ///< writes that are waiting now
  std::uint64_t queued_bytes = 0;     ///< bytes that they hold
  std::uint64_t queue_jobs_limit = 0;
  // Shared engines only.
  std::uint64_t read_rounds = 0;  ///< requests to the cluster that read rows
  std::uint64_t conflicts = 0;    ///< commits that were refused because a row had changed meanwhile
  std::uint64_t in_doubt = 0;     ///< commits whose answer was lost
};

/// The storage of all processes, as it is now. If the free list is long, its numbers may be some seconds old.
struct StorageStatistics {
  struct Table {
    std::string name;
    std::uint64_t rows = 0;
    std::uint64_t pages = 0;
  };

  std::string engine;  ///< its name and version
  std::uint64_t page_bytes = 0;
  std::uint64_t pages = 0;                ///< the maximum number of pages
  std::uint64_t touched_pages = 0;        ///< pages in the file, free ones included
  std::uint64_t free_pages = 0;           ///< of the touched pages, those free again
  std::uint64_t pinned_pages = 0;         ///< likewise, but not reusable while a reader uses an older snapshot
  std::uint64_t scrub_waiting_pages = 0;  ///< free again, but may still contain deleted or replaced data
  std::chrono::seconds scrub_waiting{};   ///< the longest wait among them; 0 if none waits or scrubbing is off
  std::uint64_t scrubbed_pages = 0;       ///< overwritten since the engine was opened, by this process
  std::vector<Table> tables{};
  std::uint64_t reader_slots = 0;       ///< the maximum number of slots, over all processes
  std::uint64_t reader_slots_used = 0;  ///< used by a live process, or by one not yet found dead
  std::uint64_t readers = 0;            ///< readers with a snapshot now
  std::uint64_t oldest_reader_lag = 0;  ///< commits since the oldest of these snapshots: none of the pages that they
                                        ///< freed can be used again
};

/// A key of a ring that this process has.
struct KeyVersion {
  const char* ring = "";  ///< as in the first line of its file
  std::string id;         ///< hex
  bool primary = false;
};

/// Signatures of this process.
struct SigningStatistics {
  crypto::SigningPhase phase{};
  std::vector<std::pair<crypto::SigningRole, std::uint64_t>> heads;  ///< signed, for each audit key that it has
  bool history_intact = true;           ///< the audit log contains what this process saw of it
  std::uint64_t key_verifications = 0;  ///< of tenants' keys, since the keyrings were loaded
};

struct StoreStatistics {
  EngineStatistics engine;
  StorageStatistics storage;
  std::optional<AuditMark> audit_head;  ///< std::nullopt if it cannot be read, or if several hosts share the store
  std::vector<AuditMark> audit_heads;   ///< then: of each slot, the newest that this process committed or read
  std::vector<KeyVersion> keys;
  SigningStatistics signing;
};

}  // namespace tacit::store
