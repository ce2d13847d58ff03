#include "store/etcd/engine/etcd_engine.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "store/etcd/engine/read_pump.hpp"

namespace tacit::store::etcd {
namespace {

/// Of the servers' limits, the part that a step of long work may use: it also compares what it has read, and has an
/// audit entry and rows that name its progress.
constexpr std::size_t operations_for_each_row = 4;
constexpr std::size_t other_operations = 32;

EtcdEngineSetup without_writes(EtcdEngineSetup setup) {
  if (!setup.writer.slot) setup.writer.slot = [] { return std::optional<WriterSlot>(); };
  if (!setup.writer.slot_lost) setup.writer.slot_lost = [](AuditSlot) {};
  if (!setup.writer.replaced) setup.writer.replaced = [] {};
  if (!setup.writer.refuses) setup.writer.refuses = [](Growth) { return std::optional<std::string>(); };
  if (!setup.writer.no_room) setup.writer.no_room = [] {};
  if (!setup.writer.applied) setup.writer.applied = [] {};
  return setup;
}

}  // namespace

EngineTraits etcd_traits(const EtcdOptions& options) {
  EngineTraits traits;
  traits.waits = true;
  traits.shared = true;
  const std::size_t operations = options.max_txn_ops - std::min(options.max_txn_ops, other_operations);
  traits.rows_per_write = std::max<std::size_t>(1, operations / operations_for_each_row);
  traits.bytes_per_write = std::max<std::size_t>(1, options.max_request_bytes / 2);
  return traits;
}

CommitLimits etcd_commit_limits(const EtcdOptions& options) {
  CommitLimits limits;
  limits.operations = options.max_txn_ops;
  limits.bytes = options.max_request_bytes - options.max_request_bytes / 8;
  return limits;
}

EtcdEngine::EtcdEngine(EtcdEngineSetup setup)
    : Engine(setup.context->write_deadline),
      setup_(without_writes(std::move(setup))),
      context_(setup_.context),
      queue_(setup_.queue_items, setup_.queue_bytes),
      writer_(context_, setup_.limits, setup_.writer, queue_) {
  context_->combined_reads = std::make_shared<ReadCombiner>(*context_->client, context_->ranges_per_read);
  if (!setup_.writes) queue_.close();
  thread_ = std::thread([this] {
    writer_.run();
    writer_ends_.set_value();
  });
  ::pthread_setname_np(thread_.native_handle(), "store-writer");
}

EtcdEngine::~EtcdEngine() { EtcdEngine::close(); }

std::optional<Errc> EtcdEngine::read(const Work& work) { return run_read(*context_, work); }

boost::asio::awaitable<std::optional<Errc>> EtcdEngine::read_async(Work work) {
  return run_read_async(context_, std::move(work));
}

std::optional<CachedRow> EtcdEngine::cached(Table table, ByteView key) const {
  return context_->copies.find ? context_->copies.find(table, key) : std::nullopt;
}

std::unique_ptr<AuditNews> EtcdEngine::watch_audit(std::function<void()> changed) {
  return setup_.watch_audit ? setup_.watch_audit(std::move(changed)) : nullptr;
}

void EtcdEngine::submit(Write write) {
  const auto refused = is_stuck() ? Errc::unavailable : queue_.push(write);
  if (refused) write.done(refused);
}

void EtcdEngine::seal_commits(std::shared_ptr<CommitSeal> seal) { writer_.seal_commits(std::move(seal)); }

bool EtcdEngine::finish(std::chrono::milliseconds most) {
  closed_.store(true, std::memory_order_release);
  queue_.close();
  return writer_ended_.wait_for(most) == std::future_status::ready;
}

void EtcdEngine::close() {
  closed_.store(true, std::memory_order_release);
  queue_.close();
  std::call_once(joined_, [this] { thread_.join(); });
}

bool EtcdEngine::is_stuck() const { return writer_.busy_for() > context_->write_deadline / 2; }

std::optional<std::string> EtcdEngine::unwilling() const {
  if (closed_.load(std::memory_order_acquire)) return "the store is closing";
  if (!setup_.writes) return "the store was opened for reading only";
  if (setup_.unwilling) {
    if (auto why = setup_.unwilling()) return why;
  }
  if (!is_stuck()) return std::nullopt;
  const auto busy = std::chrono::duration_cast<std::chrono::seconds>(writer_.busy_for());
  return "the store has been writing for " + std::to_string(busy.count()) +
         " s: etcd does not answer; look at its members' logs and disks";
}

EngineStatistics EtcdEngine::statistics() const {
  EngineStatistics result;
  writer_.add_statistics(result);
  const EngineFigures& figures = context_->figures;
  result.rows_read = figures.rows_read.load(std::memory_order_relaxed);
  result.read_rounds = figures.read_rounds.load(std::memory_order_relaxed);
  result.conflicts = figures.conflicts.load(std::memory_order_relaxed);
  result.in_doubt = figures.in_doubt.load(std::memory_order_relaxed);
  result.queue_jobs_limit = setup_.queue_items;
  return result;
}

StorageStatistics EtcdEngine::storage() const {
  StorageStatistics result;
  result.engine = setup_.name ? setup_.name() : "etcd";
  return result;
}

std::optional<EtcdFigures> EtcdEngine::etcd_figures() const {
  EtcdFigures result = setup_.figures ? setup_.figures() : EtcdFigures();
  const EngineFigures& figures = context_->figures;
  result.commits = statistics().batches;
  result.conflicts = figures.conflicts.load(std::memory_order_relaxed);
  result.in_doubt = figures.in_doubt.load(std::memory_order_relaxed);
  result.settled_applied = figures.settled_applied.load(std::memory_order_relaxed);
  result.settled_not_applied = figures.settled_not_applied.load(std::memory_order_relaxed);
  result.rounds = figures.read_rounds.load(std::memory_order_relaxed);
  return result;
}

Room EtcdEngine::room() const { return setup_.room ? setup_.room() : Room(); }

}  // namespace tacit::store::etcd
