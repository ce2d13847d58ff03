#include "store/audit/recorded_heads.hpp"

#include <algorithm>
#include <tuple>

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t most_waiting = 32'768;
// Entries that are kept, of one slot and of all.
constexpr std::size_t most_recent_of_slot = 4096;
constexpr std::size_t least_recent_of_slot = 64;
constexpr std::size_t most_recent_of_all = 65'536;

std::string beginning(const AuditMark& where, const AuditMark& head) {
  return "audit entry " + name_of_entry(where.slot, where.sequence) + ": records " + to_string(head) +
         " as the newest entry of its slot, but ";
}

std::string has_another_hash(const AuditMark& where, const AuditMark& head) {
  return beginning(where, head) + "that entry has another hash: the slot was rewritten";
}

std::string is_missing(const AuditMark& where, const AuditMark& head) {
  return beginning(where, head) + "that entry is missing: entries were cut off from the slot";
}

}  // namespace

std::size_t RecordedHeadsCheck::most_recent() const {
  return std::clamp(most_recent_of_all / std::max<std::size_t>(slots_.size(), 1), least_recent_of_slot,
                    most_recent_of_slot);
}

void RecordedHeadsCheck::begins_after(const AuditMark& through) {
  Slot& slot = slots_[through.slot];
  slot.pruned = slot.last = through;
}

void RecordedHeadsCheck::entry(const AuditMark& mark, bool ends_commit, std::span<const AuditMark> heads) {
  pass(mark, ends_commit);
  for (const AuditMark& head : heads) add(mark, head);
}

void RecordedHeadsCheck::pass(const AuditMark& mark, bool ends_commit) {
  Slot& slot = slots_[mark.slot];
  slot.last = mark;
  while (!slot.waiting.empty() && slot.waiting.begin()->first.first <= mark.sequence) {
    const auto first = slot.waiting.begin();
    Claim claim;
    claim.where = first->second;
    claim.head.slot = mark.slot;
    std::tie(claim.head.sequence, claim.head.hash) = first->first;
    slot.waiting.erase(first);
    --number_waiting_;
    if (claim.head.sequence == mark.sequence) {
      judge(slot, claim, mark);
    } else {  // the walk has jumped, over what was pruned or is missing
      lookups_.push_back(claim);
    }
  }
  if (!ends_commit) return;
  slot.recent.push_back(mark);
  const std::size_t most = most_recent();
  while (slot.recent.size() > most) slot.recent.pop_front();
}

void RecordedHeadsCheck::judge(Slot& slot, const Claim& claim, const AuditMark& entry) {
  if (claim.head != entry) return findings_.add(has_another_hash(claim.where, claim.head));
  ++right_;
  slot.known = claim.head;
}

void RecordedHeadsCheck::add(const AuditMark& where, const AuditMark& head) {
  Slot& slot = slots_[head.slot];
  // A slot without new entries has the same head again and again.
  if (head.sequence == 0 || head == slot.known) return;
  const Claim claim{.where = where, .head = head};
  if (head.sequence < slot.pruned.sequence || head == slot.pruned) {
    ++right_;
    return;
  }
  if (head.sequence == slot.pruned.sequence) return findings_.add(is_missing(where, head));
  if (head.sequence == slot.last.sequence) return judge(slot, claim, slot.last);
  if (head.sequence > slot.last.sequence && number_waiting_ < most_waiting) {
    if (slot.waiting.emplace(std::pair(head.sequence, head.hash), where).second) ++number_waiting_;
    return;
  }
  const auto kept = std::ranges::lower_bound(slot.recent, head.sequence, {}, &AuditMark::sequence);
  if (kept != slot.recent.end() && kept->sequence == head.sequence) return judge(slot, claim, *kept);
  lookups_.push_back(claim);
}

void RecordedHeadsCheck::end() {
  for (auto& [number, slot] : slots_) {
    for (const auto& [head, where] : slot.waiting) {
      Claim& claim = lookups_.emplace_back();
      claim.where = where;
      claim.head.slot = number;
      std::tie(claim.head.sequence, claim.head.hash) = head;
    }
    slot.waiting.clear();
  }
  number_waiting_ = 0;
}

Outcome<void> RecordedHeadsCheck::look_up() {
  if (lookups_.empty()) return {};
  // Neighbours are often in one block of the engine.
  std::ranges::sort(lookups_, {}, [](const Claim& claim) { return std::pair(claim.head.slot, claim.head.sequence); });
  auto compared =
      read_blocking<Compared>(*store_->engine, [this](Transaction& transaction) { return outcome_in(transaction); });
  if (!compared) return compared.error();
  settle(std::move(*compared));
  return {};
}

Task<Outcome<RecordedHeadsCheck::Compared>> RecordedHeadsCheck::outcome_in(Transaction& transaction) const {
  Compared compared = co_await look_up_in(transaction);
  co_return compared;
}

Task<RecordedHeadsCheck::Compared> RecordedHeadsCheck::look_up_in(Transaction& transaction) const {
  Compared compared;
  for (const Claim& claim : lookups_) {
    std::string wrong = co_await fault_of(transaction, claim);
    transaction.release_rows();
    if (wrong.empty()) ++compared.right;
    if (!wrong.empty()) compared.findings.push_back(std::move(wrong));
  }
  co_return compared;
}

void RecordedHeadsCheck::settle(Compared compared) {
  for (std::string& finding : compared.findings) findings_.add(std::move(finding));
  right_ += compared.right;
  lookups_.clear();
}

Task<std::string> RecordedHeadsCheck::fault_of(Transaction& transaction, Claim claim) const {
  const AuditMark& head = claim.head;
  const auto entry = co_await audit_entry_at(transaction, head.slot, head.sequence);
  std::string wrong;
  if (entry) {
    if (entry->hash != head.hash) wrong = has_another_hash(claim.where, head);
    co_return wrong;
  }
  const auto checkpoint = co_await load_checkpoint(transaction, store_->keys, head.slot);
  const AuditMark through = checkpoint && *checkpoint ? (*checkpoint)->through : AuditMark();
  if (through.sequence > head.sequence || through == head) co_return wrong;
  wrong = is_missing(claim.where, head);
  co_return wrong;
}

}  // namespace tacit::store
