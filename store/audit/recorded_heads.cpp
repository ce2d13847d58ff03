#include "store/audit/recorded_heads.hpp"

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {

void RecordedHeadsCheck::add(const AuditMark& where, std::span<const AuditMark> heads) {
  for (const AuditMark& head : heads) {
    // A slot without new entries has the same head again and again.
    const auto at = known_.find(head.slot);
    if (head.sequence == 0 || (at != known_.end() && at->second == head)) continue;
    Claim claim;
    claim.where = where;
    claim.head = head;
    waiting_.push_back(claim);
  }
}

Outcome<void> RecordedHeadsCheck::compare(AuditReport& report) {
  if (waiting_.empty()) return {};
  auto compared =
      read_blocking<Compared>(*store_->engine, [this](Transaction& transaction) { return outcome_in(transaction); });
  if (!compared) return compared.error();
  for (const std::string& finding : compared->findings) report.add(finding);
  settle(std::move(*compared));
  report.heads_checked = right_;
  return {};
}

Task<Outcome<RecordedHeadsCheck::Compared>> RecordedHeadsCheck::outcome_in(Transaction& transaction) const {
  Compared compared = co_await compare_in(transaction);
  co_return compared;
}

Task<RecordedHeadsCheck::Compared> RecordedHeadsCheck::compare_in(Transaction& transaction) const {
  Compared compared;
  compared.known = known_;
  for (const Claim& claim : waiting_) {
    std::string wrong = co_await judge(transaction, claim);
    transaction.release_rows();
    if (wrong.empty()) {
      ++compared.right;
      compared.known[claim.head.slot] = claim.head;
    } else {
      compared.findings.push_back(std::move(wrong));
    }
  }
  co_return compared;
}

void RecordedHeadsCheck::settle(Compared compared) {
  known_ = std::move(compared.known);
  right_ += compared.right;
  waiting_.clear();
}

Task<std::string> RecordedHeadsCheck::judge(Transaction& transaction, Claim claim) const {
  const AuditMark& head = claim.head;
  const std::string named = "audit entry " + name_of_entry(claim.where.slot, claim.where.sequence) + ": records " +
                            to_string(head) + " as the newest entry of its slot, but ";
  const auto entry = co_await audit_entry_at(transaction, head.slot, head.sequence);
  std::string wrong;
  if (entry) {
    if (entry->hash != head.hash) wrong = named + "that entry has another hash: the slot was rewritten";
    co_return wrong;
  }
  const auto checkpoint = co_await load_checkpoint(transaction, store_->keys, head.slot);
  const AuditMark through = checkpoint && *checkpoint ? (*checkpoint)->through : AuditMark();
  if (through.sequence > head.sequence || through == head) co_return wrong;
  wrong = named + "that entry is missing: entries were cut off from the slot";
  co_return wrong;
}

}  // namespace tacit::store
