// Runs the writes of a batch. First all at once on one snapshot, so that their reads share requests. Then their results
// are adopted in order: a write that has read what an earlier one of the batch changes runs again, over these changes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/etcd/audit/slot_head.hpp"
#include "store/etcd/engine/job.hpp"

namespace tacit::store::etcd {

/// What a commit may have at most.
struct CommitLimits {
  std::size_t operations = 128;  ///< compares, and likewise changes
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t entries = 256;  ///< of the audit log, unless one write has more
};

/// What the commit continues, as of the batch's snapshot.
struct BatchBase {
  AuditSlot slot;
  bool readable = true;            ///< whether the slot's head can be read
  SlotHead head;                   ///< zeros: the slot is new
  std::int64_t head_revision = 0;  ///< 0: there is no row
  std::uint32_t rows_format = 0;
  std::int64_t format_revision = 0;  ///< of the row "format", which every store has; 0: no row
  std::int64_t store_created = 0;    ///< the revision of that row's creation, which no rise of the format changes
  std::int64_t rows_revision = 0;    ///< of the row "rows"
  std::int64_t store_revision = 0;   ///< and of "store"
  crypto::Uuid store;
};

/// The rows that a batch reads for the commit itself, besides the slot's head. The commit compares them.
std::vector<Bytes> base_rows(const KeyMap& keys);

struct CarriedRows;  // store/etcd/engine/carried_rows.hpp

/// What becomes of a job of the batch.
enum class Fate : std::uint8_t {
  commits,    ///< it is answered when the batch is committed
  finished,   ///< it changes nothing and is answered at once
  failed,     ///< likewise, as `unavailable`
  too_large,  ///< no commit can hold it
  waits,      ///< for the next batch
};

class BatchRun {
 public:
  /// All must outlive this. `carried`: what the last commit of the slot showed; null: the batch reads the newest
  /// revision.
  BatchRun(EngineContext& context, AuditSlot slot, const CommitLimits& limits, std::vector<Job>& jobs,
           const CarriedRows* carried);
  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;
  /// Ends the jobs' runs.
  ~BatchRun();

  /// Both phases. Waits for etcd until the deadline.
  RpcOutcome<void> run(Clock::time_point deadline);

  const BatchBase& base() const { return base_; }
  std::int64_t revision() const { return snapshot_.revision(); }
  const std::vector<Fate>& fates() const { return fates_; }
  const Overlay& changes() const { return changes_; }
  const ReadSet& reads() const { return reads_; }
  const ReadSnapshot& snapshot() const { return snapshot_; }
  /// Whether a write waits that changes nothing, so that it needs a snapshot that is newer than itself.
  bool needs_newest() const { return needs_newest_; }

 private:
  RpcOutcome<void> run_together(Clock::time_point deadline);
  RpcOutcome<void> adopt_in_order(Clock::time_point deadline);
  RpcOutcome<void> ask(ReadRound& round, Clock::time_point deadline);
  RpcOutcome<void> run_again(Job& job, Clock::time_point deadline);
  void add_base(ReadRound& round) const;
  void read_base();
  /// Notes which jobs' earlier reads have changed, after a commit that failed.
  void count_conflicts();
  Fate adopt(Job& job, bool ran_again);
  bool fits(const Overlay& changes, const ReadSet& reads) const;

  EngineContext& context_;
  const AuditSlot slot_;
  const CommitLimits& limits_;
  std::vector<Job>& jobs_;
  const bool is_carried_;
  bool needs_newest_ = false;
  ReadSnapshot snapshot_;
  BatchBase base_;
  std::vector<Fate> fates_;
  Overlay changes_;
  ReadSet reads_;
  std::size_t bytes_ = 0;        ///< of the changes, at most
  std::size_t entry_bytes_ = 0;  ///< of the entries' part of a block
};

}  // namespace tacit::store::etcd
