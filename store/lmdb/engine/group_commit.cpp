// The writer thread of LmdbEngine. It takes all waiting writes, runs each in a nested transaction, commits once, and
// then answers them all: group commit. Between batches it overwrites pages that earlier commits freed.
#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "store/engine/commit_seal.hpp"
#include "store/lmdb/engine/commit_rehearsal.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/lmdb/engine/lmdb_transaction.hpp"
#include "store/lmdb/engine/sync_errors.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/lmdb/environment/map_faults.hpp"
#include "store/slices/thread_scheduling.hpp"

namespace tacit::store {
namespace {

void answer(const std::vector<Write>& batch, Errc failure) {
  for (const Write& write : batch) write.done(failure);
}

/// Whether a write's failure means that no further write is possible, not only that this one failed.
bool condemns_store(int code) {
  switch (code) {
    case MDB_BAD_VALSIZE:  // a key or a value that no row can have
      return false;
    default:
      return errc_of(code) != Errc::full;
  }
}

/// Runs a step of a seal on the batch's transaction. Returns LMDB's code.
template <class Step>
int run_step(const LmdbEnv& env, MDB_txn* txn, Step step) {
  std::atomic<std::uint64_t> rows_read{0};  // not those of a request
  LmdbTransaction transaction = LmdbTransaction::writing(env, txn, rows_read);
  if (step(transaction)) transaction.keep();
  return transaction.error();
}

int begin_seal(const LmdbEnv& env, MDB_txn* txn, CommitSeal& seal) {
  return run_step(env, txn, [&seal](Transaction& transaction) {
    seal.begin(transaction).run();
    return false;
  });
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point began) {
  const auto taken = std::chrono::steady_clock::now() - began;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
}

}  // namespace

void LmdbEngine::run_writer() {
  bool look = options_.looks_for_room;
  for (;;) {
    const WriteQueue::Wake wake = look ? WriteQueue::Wake::time : queue_.wait_until(next_wake());
    if (wake == WriteQueue::Wake::closed) break;
    // A commit waits for the disk several times; it should not wait for a CPU each time as well.
    run_promptly_beside_lists();
    const auto now = std::chrono::steady_clock::now();
    batch_began_.store(now.time_since_epoch(), std::memory_order_relaxed);
    const auto look_at = next_look();
    if (wake == WriteQueue::Wake::writes || look || (look_at && *look_at <= now))
      write_some(std::exchange(look, false));
    take_format_step();
    scrub_some();
    batch_began_.store({}, std::memory_order_relaxed);
  }
  writer_ends_.set_value();
}

std::chrono::steady_clock::time_point LmdbEngine::next_wake() const {
  const auto scrub = scrub_ ? scrub_->due() : std::chrono::steady_clock::time_point::max();
  const FormatRise* const rise = rising_.load(std::memory_order_acquire);
  const auto format = rise != nullptr ? rise->due() : scrub;
  return std::min({scrub, format, next_look().value_or(scrub)});
}

void LmdbEngine::write_some(bool look) {
  clear_dead_readers_at_intervals();
  env_->room().take_blocks();
  next_take_ = StandingRefusal::Clock::now() + std::chrono::seconds(1);
  if (look || refusal_.stands()) look_for_room();
  MeasuredRoom room = measure();
  const std::uint64_t pages = std::min(room.map.batch_pages(), room.disk.batch_pages());
  run_batch(queue_.take(options_.batch_items, options_.batch_bytes, pages), room);
}

void LmdbEngine::scrub_some() {
  const auto now = std::chrono::steady_clock::now();
  if (!scrub_ || now < scrub_->due() || closed_.load(std::memory_order_acquire)) return;
  forget_sync_error();
  const bool useless = failed_.load(std::memory_order_relaxed) || env_->displaced();
  const bool unsure = refusal_.stands() && !has_synced_;  // a sync would fail and end this process
  const TrustedPages trusted;
  int code = useless || unsure ? scrub_->postpone(now) : scrub_->run(now);
  sync_failed_ = sync_error() != 0;
  if (code == MDB_SUCCESS && sync_failed_) code = sync_error();  // a run may succeed despite a failed sync
  if (code == MDB_SUCCESS) return;
  // Rewriting pages in use takes room. LMDB returns EIO for a partial write.
  if (!sync_failed_ && found_no_room(code)) {
    refusal_.stand(code, false);
    scrub_->distrust();
    scrub_->postpone(now);
    return;
  }
  fail(code);
}

void LmdbEngine::take_format_step() {
  const auto now = std::chrono::steady_clock::now();
  FormatRise* const rise = rising_.load(std::memory_order_acquire);
  if (rise == nullptr || now < rise->due() || closed_.load(std::memory_order_acquire)) return;
  auto next = rise->next(now);
  if (!next || refusal_.stands()) return;  // optional work is not written to a full disk
  Batch step;
  step.push_back(std::move(*next));
  MeasuredRoom room = measure();
  run_batch(std::move(step), room);
}

void LmdbEngine::run_batch(Batch batch, MeasuredRoom& room) {
  if (batch.empty()) return;
  // A path check is negligible next to a commit.
  if (failed_.load(std::memory_order_relaxed) || env_->displaced()) return answer(batch, Errc::unavailable);
  Answers answers(batch.size());
  const auto began = std::chrono::steady_clock::now();
  bool changed = false;
  const int code = write_batch(batch, room, answers, changed);
  if (code == MDB_SUCCESS && changed) count_commit(batch.size(), microseconds_since(began));
  if (code == MDB_SUCCESS) {
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(answers[i]);
    return;
  }
  if (scrub_) scrub_->distrust();  // it may have written some of its pages
  // Every answer, refusals included, was computed on a state that was not committed.
  const bool harmless = errc_of(code) == Errc::full && !sync_failed_ && !env_->is_dead();
  const Errc failure = harmless ? Errc::full : Errc::unavailable;
  if (failure == Errc::unavailable) fail(code);
  answer(batch, failure);
}

/// Counts a commit with changes: all its figures at once, so that they agree whenever they are read.
void LmdbEngine::count_commit(std::size_t writes, std::uint64_t microseconds) {
  batches_.fetch_add(1, std::memory_order_relaxed);
  batch_jobs_.add(writes);
  batch_microseconds_.add(microseconds);
  largest_batch_.store(std::max<std::uint64_t>(largest_batch_.load(std::memory_order_relaxed), writes),
                       std::memory_order_relaxed);
}

int LmdbEngine::write_batch(Batch& batch, MeasuredRoom& room, Answers& answers, bool& changed) {
  const auto again = [&] {
    if (scrub_) scrub_->distrust();  // the previous attempt may have written some of its pages
    answers.assign(batch.size(), std::nullopt);
    return try_batch(batch, room, answers, changed);
  };
  int code = try_batch(batch, room, answers, changed);
  if (code == MDB_MAP_FULL && clear_dead_readers(room)) code = again();
  // Writes that only log or free space may succeed with the remaining room; if they do not, try those that free space
  // alone.
  for (const bool all : {false, true}) {
    if (!found_no_room(code)) break;
    refusal_.stand(code, all);
    code = again();
  }
  if (found_no_room(code)) refusal_.stand(code, true);
  return code;
}

int LmdbEngine::try_batch(Batch& batch, MeasuredRoom& room, Answers& answers, bool& changed) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_->handle(), nullptr, 0, &txn); code != MDB_SUCCESS) return code;
  const TrustedPages trusted;
  sync_failed_ = false;
  int fatal = MDB_SUCCESS;
  changed = false;
  const std::shared_ptr<CommitSeal> seal = current_seal();
  if (seal) fatal = begin_seal(*env_, txn, *seal);
  if (fatal != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return fatal;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    answers[i] = run_write(txn, batch[i], room, fatal, changed);
    if (fatal != MDB_SUCCESS) {
      mdb_txn_abort(txn);
      return fatal;
    }
  }
  jobs_.fetch_add(batch.size(), std::memory_order_relaxed);
  if (!changed) {
    mdb_txn_abort(txn);
    return MDB_SUCCESS;
  }
  return seal_and_commit(txn, seal.get(), answers);
}

int LmdbEngine::seal_and_commit(MDB_txn* txn, CommitSeal* seal, Answers& answers) {
  if (seal == nullptr) return commit(txn);
  bool sealed = false;
  int code = run_step(*env_, txn, [&](Transaction& transaction) {
    sealed = seal->finish(transaction).run();
    return sealed;
  });
  if (code != MDB_SUCCESS || !sealed) {
    mdb_txn_abort(txn);
    if (scrub_) scrub_->distrust();  // it may have written some of its pages
    answers.assign(answers.size(), Errc::unavailable);
    return code;
  }
  code = commit(txn);
  if (code == MDB_SUCCESS) seal->committed();
  return code;
}

void LmdbEngine::seal_commits(std::shared_ptr<CommitSeal> seal) {
  const std::lock_guard lock(seal_mutex_);
  seal_ = std::move(seal);
}

std::shared_ptr<CommitSeal> LmdbEngine::current_seal() const {
  const std::lock_guard lock(seal_mutex_);
  return seal_;
}

int LmdbEngine::commit(MDB_txn* txn) {
  const bool feared = refusal_.stands();
  forget_sync_error();
  if (const int code = feared ? rehearse_commit(txn, 0) : MDB_SUCCESS; code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    condemns_sync(code);
    return code;
  }
  const int code = options_.commit(txn);
  sync_failed_ = code != MDB_SUCCESS && sync_error() != 0;
  has_synced_ = has_synced_ || code == MDB_SUCCESS;
  if (code == MDB_SUCCESS && feared) refusal_.ease();
  return code;
}

int LmdbEngine::try_write(MDB_txn* parent, const Write& write, bool& changed) {
  LmdbTransaction transaction = LmdbTransaction::writing(*env_, parent, rows_read_by_writer_);
  const bool keep = write.work(transaction).run();
  if (keep && transaction.changed()) {
    transaction.keep();
    changed = true;
  }
  return transaction.error();
}

std::optional<Errc> LmdbEngine::run_write(MDB_txn* parent, const Write& write, MeasuredRoom& room, int& fatal,
                                          bool& changed) {
  if (!has_room(write.growth, room)) return Errc::full;
  int code = try_write(parent, write, changed);
  if (code == MDB_MAP_FULL && clear_dead_readers(room)) code = try_write(parent, write, changed);
  if (code == MDB_SUCCESS) return std::nullopt;
  if (env_->room().disk_is_full(code)) return Errc::full;
  const Errc failure = errc_of(code);
  if (condemns_store(code)) fatal = code;
  return failure;
}

}  // namespace tacit::store
