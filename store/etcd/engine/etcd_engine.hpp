// The engine over etcd: reads at one revision, and group commit on one writer thread.
//
// Threads: `read` runs on the caller's thread and blocks it while etcd answers. `read_async` runs on the awaiting
// coroutine's executor. Writes run on the writer thread, which commits them in batches (store/etcd/engine/writer.hpp).
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "store/etcd/engine/engine_context.hpp"
#include "store/etcd/engine/writer.hpp"

namespace tacit::store::etcd {

/// What an engine is made of.
struct EtcdEngineSetup {
  EngineContextPtr context;
  CommitLimits limits;
  WriterParts writer;
  std::size_t queue_items = defaults::queue_items;
  std::size_t queue_bytes = defaults::queue_bytes;
  bool writes = true;  ///< false: all writes are refused
  // Thread-safe functions that do not wait. Any may be empty.
  std::function<std::optional<std::string>()> unwilling;  ///< why the cluster or the slot does not allow writes
  std::function<Room()> room;
  std::function<std::string()> name;  ///< of the storage, with its version
  /// What these know of the cluster, the slot, the cache and the history; the engine adds its counters.
  std::function<EtcdFigures()> figures;
  /// As Engine::watch_audit; may be empty.
  std::function<std::unique_ptr<AuditNews>(std::function<void()> changed)> watch_audit;
  /// What the functions use. Destroyed after the writer has ended.
  std::shared_ptr<void> services;
};

/// How many rows and bytes the store's steps may change in one transaction, for that configuration of the servers.
EngineTraits etcd_traits(const EtcdOptions& options);
/// What a commit may have there.
CommitLimits etcd_commit_limits(const EtcdOptions& options);

class EtcdEngine final : public Engine {
 public:
  /// context->write_deadline has to be set.
  explicit EtcdEngine(EtcdEngineSetup setup);
  /// Closes. Reads in coroutines may be suspended: they keep what they need.
  ~EtcdEngine() override;

  const EngineTraits& traits() const override { return context_->traits; }
  std::optional<Errc> read(const Work& work) override;
  boost::asio::awaitable<std::optional<Errc>> read_async(Work work) override;
  std::optional<CachedRow> cached(Table table, ByteView key) const override;
  std::unique_ptr<AuditNews> watch_audit(std::function<void()> changed) override;
  void submit(Write write) override;
  void seal_commits(std::shared_ptr<CommitSeal> seal) override;
  bool finish(std::chrono::milliseconds most) override;
  void close() override;
  std::optional<std::string> unwilling() const override;
  EngineStatistics statistics() const override;
  StorageStatistics storage() const override;
  Room room() const override;
  std::optional<EtcdFigures> etcd_figures() const override;

 private:
  /// Whether a batch has been running for too long.
  bool is_stuck() const;

  EtcdEngineSetup setup_;
  const EngineContextPtr context_;
  WriteQueue queue_;
  Writer writer_;
  std::atomic<bool> closed_{false};
  std::promise<void> writer_ends_;
  const std::shared_future<void> writer_ended_{writer_ends_.get_future()};
  std::once_flag joined_;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace tacit::store::etcd
