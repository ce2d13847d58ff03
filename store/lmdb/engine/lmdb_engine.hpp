// The embedded engine: tables in an LMDB environment.
//
// Threads: reads run on the caller's thread. Writes go through a bounded queue to one writer thread, which takes all
// waiting writes, runs each in a nested transaction, commits once, and then answers them all (group commit): the more
// writes arrive at once, the smaller each one's share of the sync. Other processes that have the environment open do
// the same; LMDB's lock serialises their commits. A process that stops while it holds that lock, or a disk that does
// not answer, blocks the writer thread; new writes are then refused at once until it continues.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "crypto/time/at_most_every.hpp"
#include "store/engine/counter.hpp"
#include "store/lmdb/engine/format_rise.hpp"
#include "store/lmdb/engine/free_list_watch.hpp"
#include "store/lmdb/engine/room_refusal.hpp"
#include "store/lmdb/engine/write_queue.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_readers.hpp"
#include "store/lmdb/environment/standing_refusal.hpp"
#include "store/lmdb/scrub/scrub_schedule.hpp"
#include "store/model/defaults.hpp"

namespace tacit::store {

struct LmdbOptions {
  LmdbEnv::Options env;
  std::size_t queue_items = defaults::queue_items;
  std::size_t queue_bytes = defaults::queue_bytes;
  std::size_t batch_items = 256;
  std::size_t batch_bytes = std::size_t{4} << 20;
  /// How long a caller waits for the answer to a write.
  std::chrono::milliseconds write_deadline = defaults::write_deadline;
  /// How long a batch may take before new writes are refused.
  std::chrono::milliseconds stuck_after = defaults::write_deadline / 2;
  /// Check whether the disk accepts writes before the first write is submitted.
  bool looks_for_room = false;
  /// How long after a commit the pages that it freed are overwritten (store/lmdb/scrub/scrub_schedule.hpp); 0: never.
  std::chrono::milliseconds scrub_within = defaults::scrub_within;
  /// How long the free list may be before it is counted in the background.
  FreeListWatch::Short short_free_list{};
  /// Called once, from any thread, when the environment is no longer usable.
  std::function<void(const std::string& why)> on_failure;
  /// Called once, on the writer thread, when background scrubbing has found damage: what, where, and what to do.
  std::function<void(const std::string& why)> on_damage;
  /// Commits a write transaction: mdb_txn_commit, unless a test replaces it by a failure.
  std::function<int(MDB_txn*)> commit;
};

inline constexpr std::array<std::uint64_t, 9> batch_job_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
inline constexpr std::array<std::uint64_t, 14> batch_microsecond_bounds{
    250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

class LmdbEngine final : public Engine {
 public:
  static Outcome<std::unique_ptr<LmdbEngine>> open(LmdbOptions options);
  /// Closes, then releases the environment. No read may be in progress.
  ~LmdbEngine() override;

  const EngineTraits& traits() const override { return embedded_traits; }
  std::optional<Errc> read(const Work& work) override;
  void submit(Write write) override;
  void seal_commits(std::shared_ptr<CommitSeal> seal) override;
  bool finish(std::chrono::milliseconds most) override;
  void close() override;
  std::optional<std::string> unwilling() const override;
  std::optional<std::string> displaced() const override { return env_->displaced(); }
  std::optional<std::string> damage() const override;
  EngineStatistics statistics() const override;
  StorageStatistics storage() const override;
  Room room() const override;
  /// From now on the writer thread raises the store's format as soon as possible, and checks at this interval
  /// (store/lmdb/engine/format_rise.hpp). `told` receives the new format, on that thread. `target`: 0: that of all
  /// stores. Call at most once, after the store's keys are verified.
  void raise_format(std::chrono::milliseconds every, std::function<void(std::uint32_t format)> told,
                    std::uint32_t target = 0);

 private:
  using Batch = std::vector<Write>;
  using Answers = std::vector<std::optional<Errc>>;

  LmdbEngine(LmdbOptions options, std::unique_ptr<LmdbEnv> env);

  void run_writer();
  /// When there is work although the queue is empty; time_point::max(): never.
  std::chrono::steady_clock::time_point next_wake() const;
  /// Takes queued writes and runs them. First checks for room, if `look` is set or if there was none before.
  void write_some(bool look);
  /// Overwrites some pages that earlier commits freed, if it is time.
  void scrub_some();
  /// Takes the next step to the newest format, if it is time.
  void take_format_step();
  /// Counts as much of the free list as changes depend on.
  MeasuredRoom measure() const;
  /// The same with the figures of the free list (store/lmdb/engine/free_list_watch.hpp).
  MeasuredRoom measure_by_figures() const;
  void run_batch(Batch batch, MeasuredRoom& room);
  void count_commit(std::size_t writes, std::uint64_t microseconds);
  /// Like try_batch, but retries the writes that may succeed when the first attempt found no room.
  int write_batch(Batch& batch, MeasuredRoom& room, Answers& answers, bool& changed);
  /// Runs the writes and commits, within the steps of the seal. Returns the code of a failure that concerns all of
  /// them, or 0 with an answer for each; `changed`: one of them changed something.
  int try_batch(Batch& batch, MeasuredRoom& room, Answers& answers, bool& changed);
  /// The seal's step after the writes, and the commit. Returns LMDB's code, or 0 with all writes answered as failed if
  /// the seal refuses the batch.
  int seal_and_commit(MDB_txn* txn, CommitSeal* seal, Answers& answers);
  std::shared_ptr<CommitSeal> current_seal() const;
  std::optional<Errc> run_write(MDB_txn* parent, const Write& write, MeasuredRoom& room, int& fatal, bool& changed);
  /// Returns LMDB's code.
  int try_write(MDB_txn* parent, const Write& write, bool& changed);
  /// Commits, after a rehearsal if a lack of room is likely. Returns LMDB's code.
  int commit(MDB_txn* txn);
  /// Records whether the sync of a rehearsal that ended with that code failed in such a way that no later write may be
  /// acknowledged.
  bool condemns_sync(int code);
  /// Whether a batch that failed with that code found no room on the disk and did no harm. Then sets the code to ENOSPC
  /// or to an equivalent error.
  bool found_no_room(int& code);
  /// Writes what a commit would write to a disk that had no room, and records the result.
  void look_for_room();
  /// Runs store/lmdb/engine/commit_rehearsal.hpp in its own transaction.
  int rehearse(std::uint64_t pages) const;
  std::optional<StandingRefusal::Clock::time_point> next_look() const;
  bool has_room(Growth growth, MeasuredRoom& room) const;
  /// Like MeasuredRoom::allows, but with the whole free list where that matters.
  bool allows(Growth growth, MeasuredRoom& room) const;
  /// Frees the slots of dead readers, once per measurement. Returns whether there were any.
  bool clear_dead_readers(MeasuredRoom& room) const;
  /// Why a write of that kind is refused for lack of room, in words; std::nullopt if it is not.
  std::optional<std::string> lacks_room(Growth growth, MeasuredRoom& room) const;
  /// The same if the disk lacks room.
  std::string disk_lacks_room(const MeasuredRoom& room) const;
  Room measure_for_people() const;
  void fail(int code);
  void report_damage(const std::string& where);
  /// How long the current batch has taken, if that is too long.
  std::optional<std::chrono::seconds> stuck_for() const;
  void clear_dead_readers_at_intervals();

  const LmdbOptions options_;
  std::unique_ptr<LmdbEnv> env_;
  std::shared_ptr<LmdbReaders> readers_;
  WriteQueue queue_;

  /// When the current batch began, on the steady clock; zero if none is running.
  std::atomic<std::chrono::steady_clock::duration> batch_began_{};
  std::atomic<bool> failed_{false};
  std::atomic<bool> damaged_{false};
  mutable std::mutex why_mutex_;
  std::string why_;
  std::atomic<bool> closed_{false};
  std::promise<void> writer_ends_;
  const std::shared_future<void> writer_ended_{writer_ends_.get_future()};
  std::once_flag joined_;
  mutable std::mutex seal_mutex_;
  std::shared_ptr<CommitSeal> seal_;

  StandingRefusal refusal_;
  StandingRefusal::Clock::time_point next_take_{};  ///< when to request refused blocks again; writer thread
  std::atomic<bool> sync_failed_{false};            ///< by the last commit or its rehearsal; writer thread
  /// Whether this process has synced the file. Before its first sync, a sync that fails for lack of room loses no write
  /// of this process, so a restarted process can try again; after that, any failed sync ends the process. Writer
  /// thread.
  bool has_synced_ = false;
  std::atomic<std::uint64_t> rows_read_by_writer_{0};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> jobs_{0};
  std::atomic<std::uint64_t> largest_batch_{0};
  Histogram<batch_job_bounds> batch_jobs_;  ///< writer thread, like the next ones
  Histogram<batch_microsecond_bounds> batch_microseconds_;
  mutable std::mutex room_mutex_;
  mutable Room room_;  ///< as of the last second and of the present refusal
  mutable int room_refusal_error_ = 0;
  mutable crypto::AtMostEvery room_measures_{std::chrono::seconds(1)};  ///< under room_mutex_, like both above
  crypto::AtMostEvery reader_checks_;                                   ///< writer thread
  std::unique_ptr<FormatRise> rise_;
  /// The same object, once the writer thread owns it.
  std::atomic<FormatRise*> rising_{nullptr};
  std::unique_ptr<ScrubSchedule> scrub_;            ///< writer thread; null for a file that is only read
  const std::unique_ptr<FreeListWatch> free_list_;  ///< thread-safe
  std::thread writer_;                              ///< last: it uses all of the above
};

}  // namespace tacit::store
