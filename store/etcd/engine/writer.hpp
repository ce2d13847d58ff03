// The writer: takes waiting writes, runs them as one batch, commits the batch in one Txn, and answers. One Txn is in
// flight at a time.
//
// Each write is answered once: when its batch is committed; when it changes nothing; or with a failure. A write that
// was answered `unavailable` because its commit stays in doubt never runs again; the next commit, which replaces the
// slot's head, ends the doubt.
//
// If the process has another slot by then, that commit may still be applied, until another process continues the old
// slot. This is safe: the commit compares all that its writes have read, and a work reads each row that it changes,
// except rows with random keys. So it is refused if anything that it rests on was changed since, also by a client that
// has tried again, and else it is as if the writes had come later, which `unavailable` does not exclude.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "store/engine/counter.hpp"
#include "store/etcd/engine/carried_rows.hpp"
#include "store/etcd/engine/write_queue.hpp"
#include "store/etcd/engine/writer_parts.hpp"

namespace tacit::store::etcd {

inline constexpr std::array<std::uint64_t, 8> batch_job_bounds{1, 2, 4, 8, 16, 32, 64, 128};
inline constexpr std::array<std::uint64_t, 14> batch_microsecond_bounds{
    250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

class Writer {
 public:
  static constexpr std::size_t most_jobs = 128;
  /// A write that conflicts so often is answered `conflict`.
  static constexpr unsigned most_conflicts = 8;

  Writer(EngineContextPtr context, CommitLimits limits, WriterParts parts, WriteQueue& queue);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// The body of the writer's thread: until the queue is closed and all writes are answered.
  void run();

  // Any thread.
  void seal_commits(std::shared_ptr<CommitSeal> seal);
  /// How long the current batch has been running; zero if none is.
  std::chrono::steady_clock::duration busy_for() const;
  void add_statistics(EngineStatistics& statistics) const;

 private:
  using Jobs = std::vector<Job>;
  /// A commit that etcd has applied at that revision; or at that one, at an earlier one or not at all.
  struct Applied {
    std::int64_t revision = 0;
    bool is_exact = false;
  };

  Jobs take();
  /// Answers writes that nobody waits for any more, and those that there is no room for.
  void answer_hopeless(Jobs& jobs) const;
  void run_batch(Jobs jobs);
  void commit(Jobs& jobs, const BatchRun& batch, Clock::time_point deadline);
  void after_failure(Jobs& jobs, const RpcFailure& failure);
  void after_commit(Jobs& jobs, const BatchRun& batch, const Commit& commit, const Applied& applied, CommitSeal* seal);
  void after_conflict(Jobs& jobs, const BatchRun& batch);
  /// The copies of the rows that the batch has changed, or may have, are not used any more.
  void renew_copies(const BatchRun& batch, const Applied& applied) const;
  /// Whether it is the store that this process had open before.
  bool is_same_store(const BatchBase& base);
  /// Whether the slot's head is one that this process found when it took the slot, or may have written since. Else
  /// another process writes to it.
  bool continues(const WriterSlot& slot, const BatchBase& base);
  void note_operation(const OperationId& operation);
  /// What the last commit showed, if it was this slot's and shortly before. For one batch.
  std::optional<CarriedRows> take_carried();
  /// Runs these first in the next batch.
  void put_back(Jobs& jobs);
  std::shared_ptr<CommitSeal> current_seal() const;
  Clock::time_point deadline_of(const Jobs& jobs) const;
  static void answer_all(Jobs& jobs, std::optional<Errc> failure);

  const EngineContextPtr context_;
  const CommitLimits limits_;
  const WriterParts parts_;
  WriteQueue& queue_;

  // Writer thread.
  std::deque<Job> put_back_;
  std::size_t batch_limit_ = most_jobs;
  WriterSlot slot_;                      ///< of the present batch
  WriterSlot operations_of_;             ///< whose operations are in the next one
  std::vector<OperationId> operations_;  ///< that the slot's head may have
  unsigned conflicts_ = 0;               ///< commits that failed since the last one that did not
  std::int64_t store_created_ = 0;       ///< when the row "format" was made, once it was seen
  std::optional<CarriedRows> carried_;   ///< from the last batch, if it was committed
  WriterSlot carried_of_;                ///< that slot's
  Clock::time_point carried_since_{};

  std::atomic<std::chrono::steady_clock::duration> began_{};
  mutable std::mutex seal_mutex_;
  std::shared_ptr<CommitSeal> seal_;
  Counter batches_;
  Counter jobs_;
  std::atomic<std::uint64_t> largest_batch_{0};
  std::atomic<std::uint64_t> held_back_{0};
  Histogram<batch_job_bounds> batch_jobs_;
  Histogram<batch_microsecond_bounds> batch_microseconds_;
};

}  // namespace tacit::store::etcd
