// Prunes the oldest entries of the audit log. First reads them all, page by page, and checks them against the chain:
// entries that do not match it are evidence, and stay. Then removes them, a bounded number in each transaction. Each
// transaction moves the checkpoint, so the chain is valid at all times; the first one contains the audit entry that
// names the last entry to be pruned. The newest entry is never removed, because the next entry hashes it.
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/unsigned_rows.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
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

/// The sequences of the next entries to remove, copied, because scanned rows are invalid after a change. Checks their
/// chain.
Outcome<std::vector<std::uint64_t>> follow_rows(const std::vector<Row>& rows, const AuditMark& through,
                                                AuditChain& chain) {
  std::vector<std::uint64_t> sequences;
  std::size_t bytes = 0;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    if (!entry) return altered({}, "an audit entry cannot be read");
    if (entry->sequence > through.sequence || bytes > bytes_at_a_time) break;
    AuditMark mark;
    mark.sequence = entry->sequence;
    mark.hash = entry->hash;
    if (const auto fault = chain.follow(mark, entry->body)) return altered({}, *fault);
    bytes += row.key.size() + row.value.size();
    sequences.push_back(entry->sequence);
  }
  return sequences;
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
  const auto checkpoint = co_await load_checkpoint(transaction, keys);
  if (!checkpoint) co_return checkpoint.error();
  AuditChain chain(*checkpoint ? (*checkpoint)->through : AuditMark());
  PruneStep step;
  step.finished = chain.last().sequence >= plan.through.sequence;  // another process was faster
  if (step.finished) co_return step;
  const auto head = co_await newest_audit_mark(transaction);
  if (!head) co_return head.error();
  if (head->sequence <= plan.through.sequence) co_return failed(Errc::conflict, "the newest entry cannot be pruned");
  const auto rows = co_await transaction.scan(Table::audit, {}, {}, rows_at_a_time);
  const auto sequences = follow_rows(rows, plan.through, chain);
  if (!sequences) co_return sequences.error();
  step.removed = sequences->size();
  step.finished = chain.last().sequence == plan.through.sequence;
  if (step.finished ? chain.last() != plan.through : sequences->empty()) {
    co_return altered({}, "the audit log was altered after the pruning began");
  }
  for (const std::uint64_t sequence : *sequences) transaction.erase(Table::audit, audit_key(sequence));
  AuditCheckpoint moved;
  moved.through = chain.last();
  moved.pruned_at = now_microseconds();
  moved.pruned_by = plan.who.actor;
  const auto row = encode_checkpoint(moved, keys);
  if (!row) co_return row.error();
  transaction.put(Table::meta, checkpoint_key(), *row);
  if (!plan.begun) {
    const auto appended = co_await append_audit(transaction, plan.event, plan.who, moved.pruned_at);
    if (!appended) co_return appended.error();
  }
  co_return step;
}

/// Finds the last entry before a point, and checks that all entries before it are in order.
class PruneSearch {
 public:
  PruneSearch(ContextPtr store, const AuditPoint& before) : store_(std::move(store)), before_(before) {}

  Outcome<AuditPrunePlan> run() {
    const auto head = read<AuditMark>(*store_->engine, newest_audit_mark);
    if (!head) return head.error();
    newest_ = head->sequence;
    AuditReader reader(store_, 0);
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
    plan_.through = record.mark;
    plan_.newest_time = audit_time(record.body);
    ++plan_.entries;
    return {};
  }

  ContextPtr store_;
  const AuditPoint& before_;
  std::uint64_t newest_ = 0;
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

Outcome<AuditPrunePlan> AuditTrail::plan_prune(const AuditPoint& before) const {
  return PruneSearch(context_, before).run();
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
