// Prunes the oldest entries of a slot of the audit log. First reads them all, page by page, and checks them against the
// chain: entries that do not match it are evidence, and stay. Then removes them, a bounded number in each transaction.
// Each transaction moves the slot's checkpoint, so the chain is valid at all times; the first one contains the audit
// entry that names the last entry to be pruned. The newest entry is never removed, because the next entry hashes it. A
// shared engine keeps the entries of a commit together, so there each transaction removes whole commits.
#include <algorithm>

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/unsigned_rows.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
/// As many as a commit may have.
constexpr std::size_t shared_rows_at_a_time = AuditSignatureCheck::most_in_commit;
constexpr std::size_t bytes_at_a_time = std::size_t{512} << 10;

struct PruneStep {
  std::uint64_t removed = 0;
  bool finished = false;
};

struct PrunePlan {
  ContextPtr store;
  AuditMark through;
  AuditContext who;
  AuditEvent event;
  bool begun = false;  ///< the audit entry is written
};

/// How much a transaction may remove.
struct StepSize {
  explicit StepSize(const EngineTraits& traits)
      : whole_commits(traits.shared), rows(traits.shared ? shared_rows_at_a_time : rows_at_a_time) {
    // A commit is one row of a shared engine, which the transaction reads and removes. Besides there are the checkpoint
    // and what it is checked against.
    constexpr std::size_t share = 8;
    if (whole_commits) commits = std::max<std::size_t>(traits.rows_per_write / share, 1);
    bytes = std::min(bytes_at_a_time, traits.bytes_per_write);
  }

  bool whole_commits;
  std::size_t rows;
  std::size_t commits = SIZE_MAX;
  std::size_t bytes = 0;
};

/// The next entries to remove, copied, because scanned rows are invalid after a change.
struct NextEntries {
  std::vector<std::uint64_t> sequences;
  AuditMark last;  ///< the last of them; that before them, if there are none
};

/// Checks their chain.
Outcome<NextEntries> follow_rows(const std::vector<Row>& rows, const AuditMark& through, AuditChain& chain,
                                 const StepSize& most) {
  NextEntries next;
  next.last = chain.last();
  std::vector<std::uint64_t> of_commit;  // their commit's end was not seen yet
  std::size_t bytes = 0;
  std::size_t commits = 0;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    if (!entry) return altered({}, "an audit entry cannot be read");
    const bool is_enough = (bytes > most.bytes || commits == most.commits) && of_commit.empty();
    if (entry->sequence > through.sequence || is_enough) break;
    const AuditMark mark = entry->mark();
    if (const auto fault = chain.follow(mark, entry->body)) return altered({}, *fault);
    bytes += row.key.size() + row.value.size();
    of_commit.push_back(entry->sequence);
    if (most.whole_commits && entry->first == 0) continue;
    next.sequences.insert(next.sequences.end(), of_commit.begin(), of_commit.end());
    next.last = mark;
    of_commit.clear();
    ++commits;
  }
  return next;
}

Task<Outcome<PruneStep>> prune_some(Transaction& transaction, const PrunePlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  const auto unchanged = co_await check_still_unsigned(transaction, keys);
  if (!unchanged) co_return unchanged.error();
  // Under a retired key, no process could read the checkpoint or verify the log again.
  const bool is_signed = keys.phase() != crypto::SigningPhase::none;
  const KeyKind kind = is_signed ? KeyKind::signing : KeyKind::metadata;
  const auto newest = co_await check_newest(transaction, keys, kind);
  if (!newest) co_return newest.error();
  const AuditSlot slot = plan.through.slot;
  const auto checkpoint = co_await load_checkpoint(transaction, keys, slot);
  if (!checkpoint) co_return checkpoint.error();
  AuditMark before;
  before.slot = slot;
  if (*checkpoint) before = (*checkpoint)->through;
  AuditChain chain(before, keys.store());
  PruneStep step;
  step.finished = chain.last().sequence >= plan.through.sequence;  // another process was faster
  if (step.finished) co_return step;
  const auto head = co_await newest_audit_mark(transaction, slot);
  if (!head) co_return head.error();
  if (head->sequence <= plan.through.sequence) co_return failed(Errc::conflict, "the newest entry cannot be pruned");
  const StepSize most(transaction.traits());
  // An embedded store's own slot comes first in the table, so a row that is no entry is not passed over.
  const AuditKey prefix = slot.is_embedded() && !transaction.traits().shared ? AuditKey() : audit_prefix(slot);
  const auto rows = co_await transaction.scan(Table::audit, prefix, {}, most.rows);
  const auto next = follow_rows(rows, plan.through, chain, most);
  if (!next) co_return next.error();
  step.removed = next->sequences.size();
  step.finished = next->last.sequence == plan.through.sequence;
  if (step.finished ? next->last != plan.through : next->sequences.empty()) {
    co_return altered({}, "the audit log was altered after the pruning began");
  }
  for (const std::uint64_t sequence : next->sequences) transaction.erase(Table::audit, audit_key(slot, sequence));
  AuditCheckpoint moved;
  moved.through = next->last;
  moved.pruned_at = now_microseconds();
  moved.pruned_by = plan.who.actor;
  const auto row = encode_checkpoint(moved, keys);
  if (!row) co_return row.error();
  const Bytes checkpoint_row = checkpoint_key(slot);
  transaction.put(Table::meta, checkpoint_row, *row);
  if (!plan.begun) {
    const auto appended = co_await append_audit(transaction, plan.event, plan.who, moved.pruned_at);
    if (!appended) co_return appended.error();
  }
  co_return step;
}

/// Finds the last entry of the slot before a point, and checks that all entries before it are in order.
class PruneSearch {
 public:
  PruneSearch(ContextPtr store, const AuditPoint& before, AuditSlot slot)
      : store_(std::move(store)), before_(before), slot_(slot) {}

  Outcome<AuditPrunePlan> run() {
    const auto head = read_blocking<AuditMark>(
        *store_->engine, [this](Transaction& transaction) { return newest_audit_mark(transaction, slot_); });
    if (!head) return head.error();
    newest_ = head->sequence;
    AuditReader reader(store_, slot_, 0);
    while (!done_) {
      const auto page = reader.next();
      if (!page) return page.error();
      if (page->empty()) break;
      for (const AuditRecord& record : *page) {
        if (const auto taken = take(record); !taken) return taken.error();
        if (done_) break;
      }
    }
    return plan_;
  }

 private:
  Outcome<void> take(const AuditRecord& record) {
    done_ = record.mark.sequence >= newest_ || !is_before(record, before_);
    if (done_) return {};
    if (!record.fault.empty()) return altered({}, record.fault);
    ++taken_;
    if (!slot_.is_embedded() && record.first == 0) return {};  // not the end of its commit
    plan_.through = record.mark;
    plan_.newest_time = audit_time(record.body);
    plan_.entries = taken_;
    return {};
  }

  ContextPtr store_;
  const AuditPoint& before_;
  const AuditSlot slot_;
  std::uint64_t newest_ = 0;
  std::uint64_t taken_ = 0;
  bool done_ = false;
  AuditPrunePlan plan_;
};

Async<std::uint64_t> prune_to_end(std::shared_ptr<PrunePlan> plan, std::function<void(std::uint64_t)> progress) {
  std::uint64_t removed = 0;
  for (bool finished = plan->through.sequence == 0; !finished;) {
    WorkBody<PruneStep> body = [plan](Transaction& transaction) { return prune_some(transaction, *plan); };
    const auto step = co_await write<PruneStep>(*plan->store->engine, std::move(body), growth_of(plan->event.action),
                                                bytes_at_a_time);
    if (!step) co_return step.error();
    plan->begun = true;
    finished = step->finished;
    removed += step->removed;
    if (progress) progress(removed);
  }
  co_return removed;
}

}  // namespace

Outcome<AuditPrunePlan> AuditTrail::plan_prune(const AuditPoint& before, AuditSlot slot) const {
  return PruneSearch(context_, before, slot).run();
}

Async<std::uint64_t> AuditTrail::prune(AuditMark through, AuditContext who,
                                       std::function<void(std::uint64_t)> progress) {
  auto plan = std::make_shared<PrunePlan>();
  plan->store = context_;
  plan->through = through;
  plan->who = std::move(who);
  plan->event.action = AuditAction::audit_prune;
  plan->event.reason = to_string(through);
  return prune_to_end(std::move(plan), std::move(progress));
}

}  // namespace tacit::store
