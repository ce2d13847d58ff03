#include "store/etcd/engine/writer.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/etcd/engine/commit_doubt.hpp"
#include "store/etcd/engine/conflict_pause.hpp"
#include "store/etcd/rpc/rpc_await.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::size_t batch_bytes = std::size_t{4} << 20;
constexpr std::chrono::milliseconds pause{50};
/// Operations that are remembered for a slot: the last one, and those that stayed in doubt since.
constexpr std::size_t most_operations = 512;
/// Other hosts may have changed rows that are older, and then the commit is in vain.
constexpr std::chrono::milliseconds longest_carried{50};
/// Every batch has so long at least, however long its writes have waited.
constexpr std::chrono::milliseconds shortest_batch{500};

std::uint64_t microseconds_since(Clock::time_point began) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count());
}

}  // namespace

Writer::Writer(EngineContextPtr context, CommitLimits limits, WriterParts parts, WriteQueue& queue)
    : context_(std::move(context)), limits_(limits), parts_(std::move(parts)), queue_(queue) {}

void Writer::run() {
  for (;;) {
    if (put_back_.empty()) queue_.wait();
    if (put_back_.empty() && queue_.is_finished()) return;
    Jobs jobs = take();
    answer_hopeless(jobs);
    if (jobs.empty()) continue;
    const auto slot = parts_.slot();
    if (!slot) {
      put_back(jobs);
      std::this_thread::sleep_for(pause);
      continue;
    }
    slot_ = *slot;
    began_.store(Clock::now().time_since_epoch(), std::memory_order_relaxed);
    run_batch(std::move(jobs));
    began_.store({}, std::memory_order_relaxed);
  }
}

Writer::Jobs Writer::take() {
  Jobs jobs;
  while (!put_back_.empty() && jobs.size() < batch_limit_) {
    jobs.push_back(std::move(put_back_.front()));
    put_back_.pop_front();
  }
  held_back_.store(put_back_.size(), std::memory_order_relaxed);
  // Writes keep their order: new ones follow all that were put back.
  if (!put_back_.empty() || jobs.size() >= batch_limit_) return jobs;
  Jobs more = queue_.take(batch_limit_ - jobs.size(), batch_bytes);
  for (Job& job : more) jobs.push_back(std::move(job));
  return jobs;
}

void Writer::put_back(Jobs& jobs) {
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
    if (job->is_answered()) continue;
    job->driver.reset();
    put_back_.push_front(std::move(*job));
  }
  jobs.clear();
  held_back_.store(put_back_.size(), std::memory_order_relaxed);
}

void Writer::answer_all(Jobs& jobs, std::optional<Errc> failure) {
  for (Job& job : jobs)
    if (!job.is_answered()) job.answer(failure);
}

void Writer::answer_hopeless(Jobs& jobs) const {
  const auto now = Clock::now();
  for (Job& job : jobs) {
    if (now >= job.accepted + context_->write_deadline) {
      job.answer(Errc::unavailable);
    } else if (job.conflicts >= most_conflicts) {
      job.answer(Errc::conflict);
    } else if (parts_.refuses(job.write.growth)) {
      job.answer(Errc::full);
    }
  }
  std::erase_if(jobs, [](const Job& job) { return job.is_answered(); });
}

Clock::time_point Writer::deadline_of(const Jobs& jobs) const {
  auto oldest = Clock::time_point::max();
  for (const Job& job : jobs) oldest = std::min(oldest, job.accepted);
  return std::max(oldest + context_->write_deadline, Clock::now() + shortest_batch);
}

void Writer::run_batch(Jobs jobs) {
  const auto began = Clock::now();
  const auto deadline = deadline_of(jobs);
  const std::optional<CarriedRows> carried = take_carried();
  BatchRun batch(*context_, slot_.slot, limits_, jobs, carried ? &*carried : nullptr);
  const auto ran = batch.run(deadline);
  if (!ran) return after_failure(jobs, ran.error());
  if (!is_same_store(batch.base())) {
    parts_.replaced();
    return answer_all(jobs, Errc::unavailable);
  }
  if (!batch.base().readable || !continues(slot_, batch.base())) {
    parts_.slot_lost(slot_.slot);
    put_back(jobs);
    std::this_thread::sleep_for(pause);
    return;
  }
  bool commits = false;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Fate fate = batch.fates()[i];
    commits = commits || fate == Fate::commits;
    if (fate == Fate::commits || fate == Fate::waits) continue;
    jobs_.add();
    jobs[i].answer(fate == Fate::finished ? std::nullopt
                                          : std::optional(fate == Fate::failed ? Errc::unavailable : Errc::too_large));
  }
  if (commits) commit(jobs, batch, deadline);
  if (!jobs.empty()) put_back(jobs);
  if (commits) batch_microseconds_.add(microseconds_since(began));
}

void Writer::commit(Jobs& jobs, const BatchRun& batch, Clock::time_point deadline) {
  const std::shared_ptr<CommitSeal> seal = current_seal();
  const auto commit = build_commit(*context_, batch, seal.get());
  if (!commit) {
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (batch.fates()[i] == Fate::commits) jobs[i].answer(Errc::unavailable);
    return;
  }
  note_operation(commit->operation);
  const auto written = write_now(*context_->client, commit->txn, deadline);
  if (written) {
    if (written->applied) return after_commit(jobs, batch, *commit, {written->revision, true}, seal.get());
    return after_conflict(jobs, batch);
  }
  if (written.error().code != RpcErrc::in_doubt) return after_failure(jobs, written.error());
  const Settlement settled = settle_doubt(*context_, *commit, deadline);
  for (const OperationId& fence : settled.fences) note_operation(fence);
  EngineFigures& figures = context_->figures;
  if (settled.outcome == Settled::applied) figures.settled_applied.fetch_add(1, std::memory_order_relaxed);
  if (settled.outcome == Settled::not_applied) figures.settled_not_applied.fetch_add(1, std::memory_order_relaxed);
  if (settled.outcome == Settled::applied)
    return after_commit(jobs, batch, *commit, {settled.revision, false}, seal.get());
  if (settled.outcome == Settled::not_applied) return after_conflict(jobs, batch);
  renew_copies(batch, {batch.revision() + 1, false});
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (batch.fates()[i] == Fate::commits) jobs[i].answer(Errc::unavailable);
}

void Writer::after_commit(Jobs& jobs, const BatchRun& batch, const Commit& commit, const Applied& applied,
                          CommitSeal* seal) {
  renew_copies(batch, applied);
  parts_.applied();
  if (applied.is_exact && !batch.needs_newest()) {
    carried_ = carry_rows(*context_, batch, commit, applied.revision);
    carried_of_ = slot_;
    carried_since_ = Clock::now();
  }
  operations_.assign(1, commit.operation);
  if (seal != nullptr && commit.block_key) seal->committed(commit.last, commit.signatures);
  std::uint64_t committed = 0;
  for (const Fate fate : batch.fates()) committed += fate == Fate::commits ? 1 : 0;
  batches_.add();
  jobs_.add(committed);
  batch_jobs_.add(committed);
  if (committed > largest_batch_.load(std::memory_order_relaxed))
    largest_batch_.store(committed, std::memory_order_relaxed);
  batch_limit_ = std::min(most_jobs, batch_limit_ * 2);
  conflicts_ = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (batch.fates()[i] != Fate::commits) continue;
    jobs[i].answer(std::nullopt);
  }
}

std::optional<CarriedRows> Writer::take_carried() {
  std::optional<CarriedRows> carried = std::exchange(carried_, std::nullopt);
  const bool is_current = carried_of_.slot == slot_.slot && carried_of_.generation == slot_.generation &&
                          Clock::now() - carried_since_ < longest_carried;
  if (!is_current) carried.reset();
  return carried;
}

void Writer::after_conflict(Jobs& jobs, const BatchRun& batch) {
  context_->figures.conflicts.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (batch.fates()[i] != Fate::commits) continue;
    jobs[i].last_reads = jobs[i].driver->transaction().reads();
    jobs[i].last_revision = batch.revision();
  }
  batch_limit_ = std::max<std::size_t>(1, std::min(batch_limit_, jobs.size()) / 2);
  put_back(jobs);
  std::array<std::uint8_t, 2> random{};
  crypto::random_bytes(random);
  std::this_thread::sleep_for(conflict_pause(++conflicts_, random));
}

void Writer::after_failure(Jobs& jobs, const RpcFailure& failure) {
  switch (failure.code) {
    case RpcErrc::unreachable:
      std::this_thread::sleep_for(pause);
      return put_back(jobs);
    case RpcErrc::compacted:
      return put_back(jobs);
    case RpcErrc::too_large:
      if (jobs.size() == 1) return answer_all(jobs, Errc::too_large);
      batch_limit_ = std::max<std::size_t>(1, std::min(batch_limit_, jobs.size()) / 2);
      return put_back(jobs);
    case RpcErrc::no_room:
      parts_.no_room();
      return answer_all(jobs, Errc::full);
    default:
      return answer_all(jobs, Errc::unavailable);
  }
}

void Writer::renew_copies(const BatchRun& batch, const Applied& applied) const {
  const RowCopies& copies = context_->copies;
  if (!copies.drop) return;
  for (const auto& [key, value] : batch.changes().rows()) {
    if (!context_->keys.is_cached(key)) continue;
    const Table table = context_->keys.table_of(key);
    const ByteView row_key = context_->keys.row_key(key);
    if (applied.is_exact && copies.renew) {
      copies.renew(table, row_key, value, applied.revision);
    } else {
      copies.drop(table, row_key, applied.revision);
    }
  }
}

bool Writer::is_same_store(const BatchBase& base) {
  if (store_created_ == 0) store_created_ = base.store_created;
  return base.store_created == store_created_;
}

void Writer::note_operation(const OperationId& operation) {
  if (operations_.size() == most_operations) operations_.erase(operations_.begin());
  operations_.push_back(operation);
}

bool Writer::continues(const WriterSlot& slot, const BatchBase& base) {
  if (operations_of_.slot != slot.slot || operations_of_.generation != slot.generation) {
    operations_of_ = slot;
    operations_.assign(1, base.head.operation);
    return true;
  }
  return std::ranges::find(operations_, base.head.operation) != operations_.end();
}

void Writer::seal_commits(std::shared_ptr<CommitSeal> seal) {
  const std::lock_guard lock(seal_mutex_);
  seal_ = std::move(seal);
}

std::shared_ptr<CommitSeal> Writer::current_seal() const {
  const std::lock_guard lock(seal_mutex_);
  return seal_;
}

std::chrono::steady_clock::duration Writer::busy_for() const {
  const auto began = began_.load(std::memory_order_relaxed);
  if (began == began.zero()) return began;
  return Clock::now().time_since_epoch() - began;
}

void Writer::add_statistics(EngineStatistics& statistics) const {
  const WriteQueue::Size queued = queue_.size();
  statistics.batches = batches_.value();
  statistics.jobs = jobs_.value();
  statistics.largest_batch = largest_batch_.load(std::memory_order_relaxed);
  statistics.batch_jobs = batch_jobs_.distribution();
  statistics.batch_microseconds = batch_microseconds_.distribution();
  statistics.queued_jobs = queued.items + held_back_.load(std::memory_order_relaxed);
  statistics.queued_bytes = queued.bytes;
}

}  // namespace tacit::store::etcd
