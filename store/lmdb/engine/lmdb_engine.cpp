#include "store/lmdb/engine/lmdb_engine.hpp"

#include <lmdb.h>
#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "store/lmdb/engine/lmdb_transaction.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::chrono::seconds reader_check_interval{60};

std::string why_useless(int code, bool sync_failed) {
  if (sync_failed) return std::string("the store's file could not be synced to the disk: ") + mdb_strerror(code);
  if (code == MDB_MAP_RESIZED) {
    return "another process let the store grow beyond this process's map: restart this process, which then maps "
           "the new size";
  }
  if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_CURSOR_FULL) {
    return std::string("the store's file is damaged: ") + mdb_strerror(code) + "; tacit verify reports where";
  }
  return std::string("the store can take no more changes: ") + mdb_strerror(code);
}

}  // namespace

Outcome<std::unique_ptr<LmdbEngine>> LmdbEngine::open(LmdbOptions options) {
  auto env = LmdbEnv::open(options.env);
  if (!env) return env.error();
  if (!options.commit) options.commit = mdb_txn_commit;
  return std::unique_ptr<LmdbEngine>(new LmdbEngine(std::move(options), std::move(*env)));
}

LmdbEngine::LmdbEngine(LmdbOptions options, std::unique_ptr<LmdbEnv> env)
    : Engine(options.write_deadline),
      options_(std::move(options)),
      env_(std::move(env)),
      readers_(std::make_shared<LmdbReaders>(env_->handle())),
      queue_(options_.queue_items, options_.queue_bytes),
      reader_checks_(reader_check_interval, std::chrono::steady_clock::now()),
      scrub_(env_->is_single_file()
                 ? nullptr
                 : std::make_unique<ScrubSchedule>(*env_, options_.scrub_within, std::chrono::steady_clock::now(),
                                                   [this](const std::string& where) { report_damage(where); })),
      free_list_(
          std::make_unique<FreeListWatch>(*env_, scrub_ ? &scrub_->memory() : nullptr, options_.short_free_list)),
      writer_([this] { run_writer(); }) {
  ::pthread_setname_np(writer_.native_handle(), "store-writer");
}

LmdbEngine::~LmdbEngine() {
  LmdbEngine::close();
  readers_->close();
}

std::optional<Errc> LmdbEngine::read(const Work& work) {
  const LmdbReaders::Lease lease(*readers_);
  if (lease.code() == MDB_MAP_RESIZED) fail(lease.code());
  if (lease.code() != MDB_SUCCESS) return errc_of(lease.code());
  LmdbTransaction transaction = LmdbTransaction::reading(*env_, lease.reader().txn, lease.reader().rows_read);
  work(transaction).run();
  if (transaction.error() != MDB_SUCCESS) return errc_of(transaction.error());
  return std::nullopt;
}

void LmdbEngine::submit(Write write) {
  const bool hopeless = failed_.load(std::memory_order_acquire) || stuck_for();
  const auto refused = hopeless ? Errc::unavailable : queue_.push(write);
  if (refused) write.done(refused);
}

bool LmdbEngine::finish(std::chrono::milliseconds most) {
  closed_.store(true, std::memory_order_release);
  queue_.close();
  return writer_ended_.wait_for(most) == std::future_status::ready;
}

void LmdbEngine::close() {
  closed_.store(true, std::memory_order_release);
  queue_.close();
  std::call_once(joined_, [this] { writer_.join(); });
}

void LmdbEngine::raise_format(std::chrono::milliseconds every, std::function<void(std::uint32_t)> told,
                              std::uint32_t target) {
  if (env_->is_single_file()) return;
  rise_ = std::make_unique<FormatRise>(*env_, target == 0 ? store_format : target, every, std::move(told));
  rising_.store(rise_.get(), std::memory_order_release);
  queue_.wake();
}

void LmdbEngine::fail(int code) {
  const std::string why = why_useless(code, sync_failed_);
  {
    const std::lock_guard lock(why_mutex_);
    if (failed_.load(std::memory_order_relaxed)) return;
    why_ = why;
    failed_.store(true, std::memory_order_release);
  }
  if (options_.on_failure) options_.on_failure(why);
}

void LmdbEngine::report_damage(const std::string& where) {
  damaged_.store(true, std::memory_order_relaxed);
  if (!options_.on_damage) return;
  options_.on_damage((options_.env.directory / "data.mdb").string() + " is damaged: " + where +
                     "; deleted data may stay in it: run tacit verify, which reports all damage, and restore a backup");
}

std::optional<std::string> LmdbEngine::damage() const {
  if (!damaged_.load(std::memory_order_relaxed)) return std::nullopt;
  // Shown to clients, so without a row's key.
  return "the store's file is damaged, and deleted data may stay in it: the log says where; run tacit verify";
}

std::optional<std::chrono::seconds> LmdbEngine::stuck_for() const {
  const auto began = batch_began_.load(std::memory_order_relaxed);
  if (began == began.zero()) return std::nullopt;
  const auto taken = std::chrono::steady_clock::now().time_since_epoch() - began;
  if (taken <= options_.stuck_after) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(taken);
}

std::optional<std::string> LmdbEngine::unwilling() const {
  if (failed_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(why_mutex_);
    return why_;
  }
  if (closed_.load(std::memory_order_acquire)) return "the store is closing";
  if (const auto stuck = stuck_for()) {
    return "the store has been writing for " + std::to_string(stuck->count()) +
           " s: another process holds its lock, or the disk does not answer";
  }
  return std::nullopt;
}

EngineStatistics LmdbEngine::statistics() const {
  EngineStatistics result;
  result.rows_read = readers_->rows_read() + rows_read_by_writer_.load(std::memory_order_relaxed);
  result.batches = batches_.load(std::memory_order_relaxed);
  result.jobs = jobs_.load(std::memory_order_relaxed);
  result.largest_batch = largest_batch_.load(std::memory_order_relaxed);
  result.batch_jobs = batch_jobs_.distribution();
  result.batch_microseconds = batch_microseconds_.distribution();
  const WriteQueue::Size queued = queue_.size();
  result.queued_jobs = queued.items;
  result.queued_bytes = queued.bytes;
  result.queue_jobs_limit = options_.queue_items;
  return result;
}

StorageStatistics LmdbEngine::storage() const {
  StorageStatistics result = env_->statistics(free_list_->pages());
  if (!scrub_) return result;
  const ScrubFigures figures = scrub_->figures(std::chrono::steady_clock::now());
  result.scrubbed_pages = figures.pages;
  result.scrub_waiting = figures.waiting;
  result.scrub_waiting_pages = free_list_->pages_to_scrub();
  return result;
}

void LmdbEngine::clear_dead_readers_at_intervals() {
  if (!reader_checks_.admit(std::chrono::steady_clock::now())) return;
  if (env_->clear_dead_readers() && scrub_) scrub_->distrust();
}

}  // namespace tacit::store
