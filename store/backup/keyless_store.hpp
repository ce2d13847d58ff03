// A store opened without any of its keys, for what an operator does who has none: backups, figures, and the overwriting
// of what is gone. Changes no row.
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
  std::uint64_t api_keys = 0;          ///< revoked ones too
  std::uint64_t audit_entries = 0;

  std::uint64_t page_bytes = 0;
  std::uint64_t map_pages = 0;
  std::uint64_t used_pages = 0;
  std::uint64_t reusable_pages = 0;       ///< used once and free again
  std::uint64_t pinned_pages = 0;         ///< likewise, but kept from use by who looks at an older snapshot
  std::uint64_t scrub_waiting_pages = 0;  ///< free, and still holding what may be deleted or replaced
  std::uint64_t file_bytes = 0;           ///< with what was taken ahead of use
  std::uint64_t disk_free_bytes = 0;      ///< on the disk beside it

  std::uint64_t reader_slots = 0;
  std::uint64_t reader_slots_taken = 0;     ///< by threads of all processes that have the store open
  std::uint64_t readers = 0;                ///< of these, reading now
  std::uint64_t oldest_reader_lag = 0;      ///< how many commits ago the oldest of them began: keeps pages from reuse
  std::uint64_t oldest_reader_process = 0;  ///< the process of that one; 0 if none reads
};

class KeylessStore {
 public:
  /// Fails as Store::open does, but for keys.
  static Outcome<KeylessStore> open(const std::filesystem::path& directory, const GiveUpRoot& give_up_root = {});

  /// See store/backup/backup.hpp. Looks at every page first: LMDB would copy a damaged one, or stumble over it. Throws
  /// DamagedStore if one is.
  Outcome<std::uint64_t> backup(const ByteSink& sink, const std::function<void(std::uint64_t)>& progress) const;
  /// About how many bytes a backup has.
  std::uint64_t backup_bytes() const;
  /// On one snapshot, with the `biggest` tenants of all. What records say is not verified.
  Outcome<StoreFigures> figures(std::size_t biggest) const;
  /// The store's format as it is now (store/rows/store_meta.hpp); 0 if it cannot be read.
  std::uint32_t format() const;
  std::uint64_t page_bytes() const { return env_->page_size(); }
  /// Looks at every page, and tells of how many. Throws DamagedStore if one is damaged, or free and in use.
  void check_all(const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const;
  /// Overwrites all that is gone (store/lmdb/scrub/scrub.hpp): after `check_all`, for it believes the free list. Waits
  /// up to `patience` for those who look at older snapshots, but not for those who come meanwhile. `progress` is told
  /// of pages.
  ScrubReport scrub(std::chrono::milliseconds patience,
                    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const;
  /// The data file, as it was asked for.
  const std::filesystem::path& file() const { return file_; }

 private:
  KeylessStore(std::unique_ptr<LmdbEnv> env, std::filesystem::path file)
      : env_(std::move(env)), file_(std::move(file)) {}

  std::unique_ptr<LmdbEnv> env_;
  std::filesystem::path file_;
};

}  // namespace tacit::store
