#include "store/audit/audit_slots_reader.hpp"

#include <string_view>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t most_at_once = 1000;

}  // namespace

Outcome<std::vector<AuditRecord>> AuditSlotsReader::next() {
  const auto looked = look();
  if (!looked) return looked.error();
  if (!has_slots()) return readers_.begin()->second.reader.next();
  const auto any = fill();
  if (!any) return any.error();
  return *any ? merge() : Page();
}

Outcome<void> AuditSlotsReader::look() {
  const auto slots = read_blocking<std::vector<AuditSlot>>(*store_->engine, stored_audit_slots);
  if (!slots) return slots.error();
  for (const AuditSlot slot : *slots) {
    if (readers_.contains(slot)) continue;
    const auto first = firsts_.find(slot);
    readers_.emplace(slot, Slot{AuditReader(store_, slot, first != firsts_.end() ? first->second : 0)});
  }
  // A shared store without entries.
  if (readers_.empty()) readers_.emplace(AuditSlot(), Slot{AuditReader(store_, AuditSlot(), 0)});
  return {};
}

Outcome<bool> AuditSlotsReader::fill() {
  bool any = false;
  for (auto& [slot, each] : readers_) {
    if (each.waiting.empty()) {
      auto page = each.reader.next();
      if (!page) return page.error();
      for (AuditRecord& record : *page) each.waiting.push_back(std::move(record));
    }
    any = any || !each.waiting.empty();
  }
  return any;
}

std::vector<AuditRecord> AuditSlotsReader::merge() {
  Page page;
  while (page.size() < most_at_once) {
    auto oldest = readers_.end();
    for (auto at = readers_.begin(); at != readers_.end(); ++at) {
      if (at->second.waiting.empty()) continue;
      const auto time = [](const Slot& slot) { return audit_time(slot.waiting.front().body); };
      if (oldest == readers_.end() || time(at->second) < time(oldest->second)) oldest = at;
    }
    if (oldest == readers_.end()) break;
    page.push_back(std::move(oldest->second.waiting.front()));
    oldest->second.waiting.pop_front();
    if (oldest->second.waiting.empty()) break;
  }
  return page;
}

std::uint64_t AuditSlotsReader::pruned_meanwhile() const {
  std::uint64_t pruned = 0;
  for (const auto& [slot, each] : readers_) pruned += each.reader.pruned_meanwhile();
  return pruned;
}

AuditSlotsReader AuditTrail::read_all(std::map<AuditSlot, std::uint64_t> firsts) const {
  return {context_, std::move(firsts)};
}

}  // namespace tacit::store
