// What all transactions of one engine share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "crypto/ids/uuid.hpp"
#include "store/engine/engine.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/engine/key_spacing.hpp"
#include "store/etcd/engine/read_combiner.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// The process's copies of rows (store/etcd/watch/row_cache.hpp). Thread-safe; each may be empty.
struct RowCopies {
  std::function<std::optional<CachedRow>(Table, ByteView key)> find;
  /// What a read at that revision found.
  std::function<void(Table, ByteView key, std::shared_ptr<const Bytes> value, std::int64_t revision)> fill;
  /// The row was changed at that revision.
  std::function<void(Table, ByteView key, std::int64_t revision)> drop;
  /// The same, with the row's new value. Empty: `drop` is used.
  std::function<void(Table, ByteView key, std::optional<Bytes> value, std::int64_t revision)> renew{};
};

/// Keeps a revision out of the compaction of etcd's history while it lives.
using RevisionHold = std::shared_ptr<void>;

/// Since the engine was opened. Thread-safe.
struct EngineFigures {
  std::atomic<std::uint64_t> rows_read{0};
  std::atomic<std::uint64_t> read_rounds{0};          ///< requests that read rows
  std::atomic<std::uint64_t> conflicts{0};            ///< commits that were refused because a row had changed
  std::atomic<std::uint64_t> in_doubt{0};             ///< commits whose answer was lost
  std::atomic<std::uint64_t> settled_applied{0};      ///< of these, found to have been applied
  std::atomic<std::uint64_t> settled_not_applied{0};  ///< found not to have been applied
};

/// The store's id, which never changes once there is one. Thread-safe.
class KnownStoreId {
 public:
  std::optional<crypto::Uuid> get() const {
    const std::lock_guard lock(mutex_);
    return id_;
  }
  void set(const crypto::Uuid& id) {
    const std::lock_guard lock(mutex_);
    id_ = id;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<crypto::Uuid> id_;
};

/// Thread-safe. Held by the engine and by each read that waits, so that a read may outlive the engine.
struct EngineContext {
  EngineContext(std::shared_ptr<EtcdClient> etcd, KeyMap map, const EngineTraits& with)
      : client(std::move(etcd)), keys(std::move(map)), traits(with) {}
  EngineContext(const EngineContext&) = delete;
  EngineContext& operator=(const EngineContext&) = delete;
  /// Nothing waits for a read of this any more.
  ~EngineContext() {
    if (combined_reads) combined_reads->close();
  }

  const std::shared_ptr<EtcdClient> client;
  const KeyMap keys;
  const EngineTraits traits;
  std::chrono::milliseconds write_deadline{};      ///< also of reads in coroutines, and of each request of others
  std::size_t ranges_per_read = 128;               ///< the servers' --max-txn-ops
  std::shared_ptr<ReadCombiner> combined_reads{};  ///< of reads in coroutines; the engine makes it
  KeySpacing spacing{};
  RowCopies copies{};
  /// For long reads; may be empty. Never waits.
  std::function<RevisionHold(std::int64_t revision)> hold_revision{};
  KnownStoreId store{};
  EngineFigures figures{};
  /// How long no majority of etcd's members has answered; may be empty.
  std::function<std::chrono::milliseconds()> silence{};
};
using EngineContextPtr = std::shared_ptr<EngineContext>;

}  // namespace tacit::store::etcd
