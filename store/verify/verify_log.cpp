#include "store/verify/verify_log.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/rows/audit_slot_key.hpp"

namespace tacit::store {

/// Hands a slot's commits to the replay, or to the merge.
class LogCheck::Direct final : public CommitSink {
 public:
  Direct(LogCheck& log, AuditSlot slot) : log_(log), slot_(slot) {}

  void commit(const AuditCommit& commit) override {
    if (log_.merges_) {
      log_.merge_.add(commit);
    } else {
      log_.replay_.commit(commit);
    }
  }
  void begins_later() override { log_.replay_.begins_later(); }
  void begins_again() override {
    if (log_.merges_) {
      log_.merge_.begins_again(slot_);
    } else {
      log_.replay_.begins_again();
    }
  }

 private:
  LogCheck& log_;
  const AuditSlot slot_;
};

LogCheck::LogCheck(const crypto::Signers& signers, AuditReplay& replay, VerifyReport& report)
    : signers_(signers), replay_(replay), report_(report), merge_(replay) {
  slot_of(AuditSlot());
}

LogCheck::~LogCheck() = default;

LogCheck::Slot& LogCheck::slot_of(AuditSlot slot) {
  Slot& found = slots_[slot];
  if (!found.check) {
    found.direct = std::make_unique<Direct>(*this, slot);
    found.check.emplace(signers_, slot, *found.direct, report_);
  }
  return found;
}

void LogCheck::begins_after(const AuditMark& through) {
  slot_of(through.slot).check->begins_after(through);
  if (through.slot.is_embedded()) report_.audit_pruned_through = through.sequence;
}

void LogCheck::row(const Row& row, std::uint32_t rows_format, const std::vector<bool>* right) {
  slot_of(audit_slot_of_key(row.key)).check->row(row, rows_format, right);
}

void LogCheck::merges(const std::vector<AuditSlot>& slots) {
  merges_ = true;
  for (const AuditSlot slot : slots) slot_of(slot);
  for (const auto& [slot, each] : slots_) merge_.begins(slot);
}

std::vector<AuditMark> LogCheck::pruned_through() const {
  std::vector<AuditMark> marks;
  for (const auto& [slot, each] : slots_) {
    // Before the first row the chain is at the last pruned entry.
    if (each.check->is_empty() && each.check->pruned_through() > 0) marks.push_back(each.check->last());
  }
  return marks;
}

std::optional<AuditSlot> LogCheck::wants() { return merge_.wants(); }

void LogCheck::ends(AuditSlot slot) {
  Slot& ended = slot_of(slot);
  if (std::exchange(ended.ended, true)) return;
  ended.check->end();
  merge_.ends(slot);
}

bool LogCheck::is_empty() const {
  return std::ranges::all_of(slots_, [](const auto& slot) { return slot.second.check->is_empty(); });
}

bool LogCheck::has_slots() const {
  return std::ranges::any_of(
      slots_, [](const auto& slot) { return !slot.first.is_embedded() && !slot.second.check->is_empty(); });
}

std::uint64_t LogCheck::last() const { return slots_.at(AuditSlot()).check->last().sequence; }

void LogCheck::end() {
  for (auto& [slot, each] : slots_) {
    if (!std::exchange(each.ended, true)) each.check->end();
  }
  for (const auto& [slot, each] : slots_) report_.signatures_checked += each.check->signatures_checked();
  report_slots();
  if (is_empty()) replay_.give_up();
  for (const auto& [slot, each] : slots_) {
    if (!each.check->is_empty() || each.check->pruned_through() == 0) continue;
    const std::string log = slot.is_embedded() ? "the audit log" : "slot " + to_string(slot) + " of the audit log";
    report_.add(log + " is empty although it was pruned");
  }
}

void LogCheck::report_slots() {
  for (const auto& [slot, each] : slots_) {
    report_.audit_entries += each.check->entries();
    if (each.check->entries() == 0) continue;
    const std::string head = to_string(each.check->last());
    if (slot.is_embedded()) {
      report_.audit_head = head;
    } else {
      report_.audit_heads.push_back(head);
    }
  }
}

void LogCheck::expect_cut_off() {
  if (const auto ends = ends_before_cut_off(signers_, last())) report_.add(*ends);
}

}  // namespace tacit::store
