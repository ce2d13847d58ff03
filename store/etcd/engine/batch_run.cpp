#include "store/etcd/engine/batch_run.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "store/etcd/audit/audit_block.hpp"
#include "store/etcd/engine/carried_rows.hpp"
#include "store/etcd/rpc/rpc_await.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

/// A part of a request's size for each operation.
constexpr std::size_t operation_bytes = 32;
/// Operations that each commit has besides those of its writes: the compares of the head and of base_rows, the head's
/// put, and the block.
constexpr std::size_t own_operations = 6;

RpcFailure fault(std::string what) {
  RpcFailure failure;
  failure.code = RpcErrc::invalid;
  failure.text = std::move(what);
  return failure;
}

/// What an entry adds to a block beyond its body, at most.
constexpr std::size_t entry_bytes = 16;

std::size_t bytes_of_entries(const std::vector<std::string>& entries) {
  std::size_t bytes = 0;
  for (const std::string& body : entries) bytes += body.size() + entry_bytes;
  return bytes;
}

/// Bytes that signatures may add to a block.
constexpr std::size_t signature_bytes = 512;

}  // namespace

std::vector<Bytes> base_rows(const KeyMap& keys) {
  std::vector<Bytes> rows;
  rows.push_back(keys.key(Table::meta, rows_row_key()));
  rows.push_back(keys.key(Table::meta, store_row_key()));
  rows.push_back(keys.key(Table::meta, format_row_key()));
  return rows;
}

BatchRun::BatchRun(EngineContext& context, AuditSlot slot, const CommitLimits& limits, std::vector<Job>& jobs,
                   const CarriedRows* carried)
    : context_(context), slot_(slot), limits_(limits), jobs_(jobs), is_carried_(carried != nullptr) {
  if (carried == nullptr) return;
  snapshot_.set_revision(carried->revision);
  for (const auto& [key, row] : carried->rows) snapshot_.add_row(key, row);
}

BatchRun::~BatchRun() {
  for (Job& job : jobs_) job.driver.reset();
}

RpcOutcome<void> BatchRun::run(Clock::time_point deadline) {
  fates_.assign(jobs_.size(), Fate::waits);
  if (auto ran = run_together(deadline); !ran) return ran;
  return adopt_in_order(deadline);
}

void BatchRun::add_base(ReadRound& round) const {
  std::vector<Bytes> keys = base_rows(context_.keys);
  keys.push_back(context_.keys.head(slot_));
  for (Bytes& key : keys) {
    if (snapshot_.find(key).known != ReadSnapshot::Known::no) continue;
    Range range;
    range.key = std::move(key);
    static_cast<void>(round.add(range));
  }
}

void BatchRun::read_base() {
  const auto row_of = [this](ByteView key) -> const ReadSnapshot::Stored* {
    const auto found = snapshot_.find(key);
    return found.known == ReadSnapshot::Known::row ? &found.row->second : nullptr;
  };
  base_.slot = slot_;
  if (const auto* head = row_of(context_.keys.head(slot_))) {
    const auto decoded = decode_slot_head(head->value);
    base_.readable = decoded.has_value();
    if (decoded) base_.head = *decoded;
    base_.head_revision = head->mod_revision;
  }
  const auto* rows = row_of(context_.keys.key(Table::meta, rows_row_key()));
  base_.rows_format = rows != nullptr ? rows_format_of(rows->value) : first_store_format;
  base_.rows_revision = rows != nullptr ? rows->mod_revision : 0;
  if (const auto* store = row_of(context_.keys.key(Table::meta, store_row_key()))) {
    base_.store = store_of(store->value).value_or(crypto::Uuid());
    base_.store_revision = store->mod_revision;
  }
  if (const auto* format = row_of(context_.keys.key(Table::meta, format_row_key()))) {
    base_.format_revision = format->mod_revision;
    base_.store_created = format->create_revision;
  }
}

RpcOutcome<void> BatchRun::ask(ReadRound& round, Clock::time_point deadline) {
  context_.figures.read_rounds.fetch_add(1, std::memory_order_relaxed);
  auto answer = read_now(*context_.client, round.request(snapshot_.revision()), deadline);
  if (!answer) return answer.error();
  if (!round.deliver(std::move(*answer), snapshot_)) return fault("etcd's answer does not belong to the request");
  return {};
}

RpcOutcome<void> BatchRun::run_together(Clock::time_point deadline) {
  for (Job& job : jobs_) {
    job.driver = std::make_unique<ReadDriver>(context_, snapshot_, nullptr);
    job.driver->start(job.write.work);
  }
  for (bool first = true;; first = false) {
    ReadRound round(context_.ranges_per_read);
    if (first) add_base(round);
    for (const Job& job : jobs_) job.driver->collect(round);
    if (first) {
      // What a commit that failed had read will be read again.
      for (const Job& job : jobs_)
        for (const Range& range : job.last_reads.again(context_.ranges_per_read)) static_cast<void>(round.add(range));
    }
    if (!round.empty()) {
      if (auto asked = ask(round, deadline); !asked) return asked;
    } else if (!first) {
      return {};
    }
    if (first) {
      read_base();
      count_conflicts();
    }
    for (const Job& job : jobs_) {
      job.driver->deliver(round);
      if (job.driver->stalled()) return fault("etcd's answer does not go on");
    }
  }
}

void BatchRun::count_conflicts() {
  const auto differs = [this](const Job& job) {
    return job.last_revision != 0 && job.last_reads.differs(snapshot_, job.last_revision);
  };
  const bool any = std::ranges::any_of(jobs_, differs);
  for (Job& job : jobs_) {
    // If no change can be found (the row was changed back, or it was the slot's head), all of them count.
    if (job.last_revision != 0 && (!any || differs(job))) ++job.conflicts;
    job.last_revision = 0;
  }
}

RpcOutcome<void> BatchRun::run_again(Job& job, Clock::time_point deadline) {
  job.driver = std::make_unique<ReadDriver>(context_, snapshot_, &changes_);
  job.driver->start(job.write.work);
  while (!job.driver->done()) {
    ReadRound round(context_.ranges_per_read);
    job.driver->collect(round);
    if (round.empty()) return fault("a write is suspended by something else than its transaction");
    if (auto asked = ask(round, deadline); !asked) return asked;
    job.driver->deliver(round);
    if (job.driver->stalled()) return fault("etcd's answer does not go on");
  }
  return {};
}

RpcOutcome<void> BatchRun::adopt_in_order(Clock::time_point deadline) {
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    Job& job = jobs_[i];
    if (!job.driver->done()) return fault("a write is suspended by something else than its transaction");
    const bool again = job.driver->transaction().reads().meets(changes_);
    if (again) {
      if (auto ran = run_again(job, deadline); !ran) return ran;
    }
    fates_[i] = adopt(job, again);
    if (fates_[i] == Fate::waits) break;  // and all after it, so that writes keep their order
  }
  return {};
}

Fate BatchRun::adopt(Job& job, bool ran_again) {
  const EtcdTransaction& transaction = job.driver->transaction();
  bool kept = false;
  try {
    kept = job.driver->kept();
  } catch (const std::exception&) {
    return Fate::failed;  // works must not throw; out of memory
  }
  context_.figures.rows_read.fetch_add(transaction.rows_read(), std::memory_order_relaxed);
  const bool changes = kept && !transaction.changes().empty();
  // A result that rests on the snapshot alone is right as of its revision. One that rests on changes of this batch is
  // right only if these are committed, and if all else that it has read is still the same then.
  if (!changes && !ran_again && is_carried_) needs_newest_ = true;
  if (!changes && !ran_again) return is_carried_ ? Fate::waits : Fate::finished;
  static const Overlay none;
  const Overlay& added = changes ? transaction.changes() : none;
  if (!fits(added, transaction.reads())) return changes_.empty() ? Fate::too_large : Fate::waits;
  bytes_ += added.bytes();
  entry_bytes_ += bytes_of_entries(added.entries());
  changes_.merge(added);
  reads_.merge(transaction.reads());
  return Fate::commits;
}

bool BatchRun::fits(const Overlay& changes, const ReadSet& reads) const {
  const std::size_t most = limits_.operations - std::min(limits_.operations, own_operations);
  std::size_t compares = reads_.compares();
  for (const auto& [key, revision] : reads.keys()) {
    static_cast<void>(revision);
    if (!reads_.keys().contains(key)) ++compares;
  }
  compares += reads.compares() - reads.keys().size();
  std::size_t rows = changes_.rows().size();
  for (const auto& [key, value] : changes.rows()) {
    static_cast<void>(value);
    if (changes_.find(key) == nullptr) ++rows;
  }
  if (compares > most || rows > most) return false;
  const std::size_t entries = changes_.entries().size() + changes.entries().size();
  const std::size_t allowed = changes_.empty() ? most_block_entries : limits_.entries;
  if (entries > allowed) return false;
  const std::size_t block = entry_bytes_ + bytes_of_entries(changes.entries()) + signature_bytes;
  if (entries != 0 && block > most_block_bytes) return false;
  const std::size_t bytes = bytes_ + changes.bytes() + entries * entry_bytes + reads_.bytes() + reads.bytes() +
                            (compares + rows) * operation_bytes + signature_bytes;
  return bytes <= limits_.bytes;
}

}  // namespace tacit::store::etcd
