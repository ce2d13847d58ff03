// A store opened without its keys, for operators without keyrings: backups, figures, and overwriting of freed data.
// Changes no row.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "store/backup/backup.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/scrub/scrub.hpp"

namespace tacit::store {

struct TenantFigures {
  crypto::Uuid tenant;
  std::uint64_t secrets = 0;
  std::uint64_t bytes = 0;  ///< as the quota counts them
};

struct StoreFigures {
  std::uint32_t store_format = 0;  ///< see store/rows/store_meta.hpp
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t bytes = 0;             ///< as quotas count them
  std::vector<TenantFigures> biggest;  ///< by bytes
  std::uint64_t api_keys = 0;          ///< revoked ones included
  std::uint64_t audit_entries = 0;

  std::uint64_t page_bytes = 0;
  std::uint64_t map_pages = 0;
  std::uint64_t used_pages = 0;
  std::uint64_t reusable_pages = 0;       ///< used before and free again
  std::uint64_t pinned_pages = 0;         ///< likewise, but not reusable while a reader uses an older snapshot
  std::uint64_t scrub_waiting_pages = 0;  ///< free, but may still contain deleted or replaced data
  std::uint64_t file_bytes = 0;           ///< including the part allocated ahead of use
  std::uint64_t disk_free_bytes = 0;      ///< free on the store's disk

  std::uint64_t reader_slots = 0;
  std::uint64_t reader_slots_taken = 0;     ///< by threads of all processes that have the store open
  std::uint64_t readers = 0;                ///< of these, the number reading now
  std::uint64_t oldest_reader_lag = 0;      ///< commits since the oldest of them began: it keeps pages from reuse
  std::uint64_t oldest_reader_process = 0;  ///< the process of the oldest; 0 if none reads
};

/// The figures of any engine's rows, without its keys; those of a file stay 0. Reads one snapshot, one row of each
/// tenant, on the calling thread. The engine may know API keys and audit entries only about, or not at all (0).
Outcome<StoreFigures> count_store(Engine& engine, std::size_t biggest);

class KeylessStore {
 public:
  /// Fails like Store::open, except for keys.
  static Outcome<KeylessStore> open(const std::filesystem::path& directory, const GiveUpRoot& give_up_root = {});

  /// See store/backup/backup.hpp. Checks every page first, because LMDB would copy a damaged page or fail on it. Throws
  /// DamagedStore if a page is damaged.
  Outcome<std::uint64_t> backup(const ByteSink& sink, const std::function<void(std::uint64_t)>& progress) const;
  /// The approximate size of a backup in bytes.
  std::uint64_t backup_bytes() const;
  /// Reads one snapshot; includes the `biggest` largest tenants. Records are not verified.
  Outcome<StoreFigures> figures(std::size_t biggest) const;
  /// The store's present format (store/rows/store_meta.hpp); 0 if it cannot be read.
  std::uint32_t format() const;
  std::uint64_t page_bytes() const { return env_->page_size(); }
  /// Checks every page and reports progress. Throws DamagedStore if a page is damaged, or both free and in use.
  void check_all(const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const;
  /// Overwrites freed data (store/lmdb/scrub/scrub.hpp). Call `check_all` first, because this trusts the free list.
  /// Waits up to `patience` for readers of older snapshots, but not for readers that begin meanwhile. `progress`
  /// receives numbers of pages.
  ScrubReport scrub(std::chrono::milliseconds patience,
                    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const;
  /// The data file, by the path that the caller gave.
  const std::filesystem::path& file() const { return file_; }

 private:
  KeylessStore(std::unique_ptr<LmdbEnv> env, std::filesystem::path file)
      : env_(std::move(env)), file_(std::move(file)) {}

  std::unique_ptr<LmdbEnv> env_;
  std::filesystem::path file_;
};

}  // namespace tacit::store
