// The embedded engine: tables in an LMDB environment.
//
// Threads: reads run on the caller's thread. Writes go through a bounded queue to one writer thread, which takes all
// that is waiting, runs each in a nested transaction, commits once, and then answers them all (group commit): the more
// come at a time, the less each pays of the one sync. Another process that has the environment open does the same;
// LMDB's lock makes their commits take turns. One that stops while it holds that lock, or a disk that does not answer,
// keeps the writer thread waiting: then new writes are refused at once, until it comes back.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "store/engine/counter.hpp"
#include "store/lmdb/engine/format_rise.hpp"
#include "store/lmdb/engine/write_queue.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_readers.hpp"
#include "store/lmdb/environment/room_refusal.hpp"
#include "store/lmdb/scrub/scrub_schedule.hpp"
#include "store/model/defaults.hpp"

namespace tacit::store {

struct LmdbOptions {
  LmdbEnv::Options env;
  std::size_t queue_items = defaults::queue_items;
  std::size_t queue_bytes = defaults::queue_bytes;
  std::size_t batch_items = 256;
  std::size_t batch_bytes = std::size_t{4} << 20;
  /// How long the answer to a write is waited for.
  std::chrono::milliseconds write_deadline = defaults::write_deadline;
  /// How long one batch may take before no more writes are taken in.
  std::chrono::milliseconds stuck_after = defaults::write_deadline / 2;
  /// Look whether the disk takes what is written before anybody asks for a write.
  bool looks_for_room = false;
  /// How long after a commit the pages that it freed are overwritten (store/lmdb/scrub/scrub_schedule.hpp); 0: never.
  std::chrono::milliseconds scrub_within = defaults::scrub_within;
  /// Called once, from any thread, when the environment can be used no more.
  std::function<void(const std::string& why)> on_failure;
  /// Ends a write transaction as mdb_txn_commit does, which it is unless a test has it fail.
  std::function<int(MDB_txn*)> commit;
};

inline constexpr std::array<std::uint64_t, 9> batch_job_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
inline constexpr std::array<std::uint64_t, 14> batch_microsecond_bounds{
    250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

class LmdbEngine final : public Engine {
 public:
  static Outcome<std::unique_ptr<LmdbEngine>> open(LmdbOptions options);
  /// Closes, then gives up the environment. No read may be under way.
  ~LmdbEngine() override;

  std::optional<Errc> read(const Work& work) override;
  void write(Write write) override;
  bool finish(std::chrono::milliseconds most) override;
  void close() override;
  std::optional<std::string> unwilling() const override;
  std::optional<std::string> displaced() const override { return env_->displaced(); }
  EngineStatistics statistics() const override;
  StorageStatistics storage() const override;
  Room room() const override;
  /// From now on the writer thread raises the store's format as soon as it may, and looks that often whether it may
  /// (store/lmdb/engine/format_rise.hpp). `told` is told of the new one, on that thread. At most once, after it is
  /// known that the store is of the right keys.
  void raise_format(std::chrono::milliseconds every, std::function<void(std::uint32_t format)> told);

 private:
  /// What is measured before a batch.
  struct Measured {
    MapRoom map;
    DiskRoom disk;
    bool dead_cleared = false;  ///< readers that died were looked for, for want of room
  };
  using Batch = std::vector<Write>;
  using Answers = std::vector<std::optional<Errc>>;

  LmdbEngine(LmdbOptions options, std::unique_ptr<LmdbEnv> env);

  void run_writer();
  /// When there is something to do though nothing is queued; time_point::max() if never.
  std::chrono::steady_clock::time_point next_wake() const;
  /// Takes what is queued and runs it. First looks whether there is room, if told to or if there was none.
  void write_some(bool look);
  /// Overwrites some of what earlier commits freed, if it is time.
  void scrub_some();
  /// The next step to the newest format, if it is time.
  void take_format_step();
  Measured measure() const;
  void run_batch(Batch batch, Measured& room);
  /// Likewise, and tries again what may go through when the first attempt found no room.
  int write_batch(Batch& batch, Measured& room, Answers& answers);
  /// Runs the writes and commits. The code of the failure that concerns them all, or 0 and an answer for each.
  int try_batch(Batch& batch, Measured& room, Answers& answers);
  std::optional<Errc> run_write(MDB_txn* parent, const Write& write, Measured& room, int& fatal, bool& changed);
  /// LMDB's code.
  int try_write(MDB_txn* parent, const Write& write, bool& changed);
  /// Commits, after a rehearsal where it is to be feared that there is no room. LMDB's code.
  int commit(MDB_txn* txn);
  /// Notes whether the sync of a rehearsal that ended with that code failed so that nothing may be acknowledged any
  /// more.
  bool condemns_sync(int code);
  /// Whether a batch that failed with that code found no room on the disk, and did no harm. Then the code is ENOSPC or
  /// what else says so.
  bool found_no_room(int& code);
  /// Writes what a commit would write to a disk that had no room, and notes what comes of it.
  void look_for_room();
  /// store/lmdb/engine/commit_rehearsal.hpp, in a transaction of its own.
  int rehearse(std::uint64_t pages) const;
  std::optional<RoomRefusal::Clock::time_point> next_look() const;
  bool has_room(Growth growth, Measured& room) const;
  /// Frees what readers that died kept from use, once for a measure: whether there were any.
  bool clear_dead_readers(Measured& room) const;
  /// Why a write of that kind is refused for lack of room, in words.
  std::optional<std::string> lacks_room(Growth growth, Measured& room) const;
  /// Likewise, when it is the disk that lacks it.
  std::string disk_lacks_room(const Measured& room) const;
  Room measure_for_people() const;
  void fail(int code);
  /// How long the batch under way has taken, if that is too long.
  std::optional<std::chrono::seconds> stuck_for() const;
  void clear_dead_readers_now_and_then();

  const LmdbOptions options_;
  std::unique_ptr<LmdbEnv> env_;
  std::shared_ptr<LmdbReaders> readers_;
  WriteQueue queue_;

  /// When the batch under way began, on the steady clock; zero if none is.
  std::atomic<std::chrono::steady_clock::duration> batch_began_{};
  std::atomic<bool> failed_{false};
  mutable std::mutex why_mutex_;
  std::string why_;
  std::atomic<bool> closed_{false};
  std::promise<void> writer_ends_;
  const std::shared_future<void> writer_ended_{writer_ends_.get_future()};
  std::once_flag joined_;

  RoomRefusal refusal_;
  RoomRefusal::Clock::time_point next_take_{};  ///< when to ask for blocks again that were refused; the writer's
  bool sync_failed_ = false;                    ///< of the last commit, or what came instead of it; the writer's
  /// Whether this process has synced the file. Before, a sync that fails for want of room loses nothing of its own, so
  /// that a process which ended for such a one can be started again; after that, any ends it. The writer's.
  bool has_synced_ = false;
  std::atomic<std::uint64_t> rows_read_by_writer_{0};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> jobs_{0};
  std::atomic<std::uint64_t> largest_batch_{0};
  Histogram<batch_job_bounds> batch_jobs_;  ///< the writer's, likewise below
  Histogram<batch_microsecond_bounds> batch_microseconds_;
  mutable std::mutex room_mutex_;
  mutable Room room_;  ///< as of room_measured_, and of this refusal
  mutable int room_refusal_ = 0;
  mutable std::chrono::steady_clock::time_point room_measured_ = std::chrono::steady_clock::time_point::min();
  std::chrono::steady_clock::time_point readers_checked_;
  std::unique_ptr<FormatRise> rise_;
  /// That, once it is the writer's.
  std::atomic<FormatRise*> rising_{nullptr};
  std::unique_ptr<ScrubSchedule> scrub_;  ///< the writer's; none for a file that is only read
  std::thread writer_;                    ///< last: it uses all of the above
};

}  // namespace tacit::store
