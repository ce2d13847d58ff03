#include "store/verify/audit_merge.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tacit::store {

void AuditMerge::add(const AuditCommit& commit) {
  Slot& slot = slots_[commit.slot];
  std::uint64_t sequence = commit.first;
  for (const std::string& body : commit.bodies) {
    Item& item = slot.items.emplace_back();
    item.entry = read_replay_entry(body);
    item.body = body;
    item.sequence = sequence++;
    item.signed_planes = commit.signed_planes;
  }
}

void AuditMerge::begins_again(AuditSlot slot) { slots_[slot].items.emplace_back().begins_again = true; }

std::optional<AuditSlot> AuditMerge::wants() {
  for (;;) {
    const auto waiting =
        std::ranges::find_if(slots_, [](const auto& slot) { return slot.second.items.empty() && !slot.second.ended; });
    if (waiting != slots_.end()) return waiting->first;
    const bool is_done = std::ranges::all_of(slots_, [](const auto& slot) { return slot.second.items.empty(); });
    if (is_done) return std::nullopt;
    const At at = next();
    const Item item = std::move(at->second.items.front());
    at->second.items.pop_front();
    replay(at->first, item);
  }
}

bool AuditMerge::is_ready(const Item& item) const {
  if (!item.entry || !item.entry->tenant) return true;
  const ReplayEntry& entry = *item.entry;
  // An erasure ends what the changes before it made, so it must not overtake them.
  if (!entry.change) return entry.action != AuditAction::tenant_erase;
  const auto at = changes_.find(*entry.tenant);
  const std::uint64_t last = at == changes_.end() ? 0 : at->second;
  // A release does not raise the number.
  return entry.action == AuditAction::secret_release ? *entry.change <= last : *entry.change == last + 1;
}

namespace {

std::string_view time_of(const std::optional<ReplayEntry>& entry) {
  return entry ? std::string_view(entry->time) : std::string_view();
}

}  // namespace

AuditMerge::At AuditMerge::next() {
  At oldest = slots_.end();
  At oldest_ready = slots_.end();
  At embedded = slots_.end();
  const auto is_older = [this](At at, At than) {
    return than == slots_.end() || time_of(at->second.items.front().entry) < time_of(than->second.items.front().entry);
  };
  for (At at = slots_.begin(); at != slots_.end(); ++at) {
    if (at->second.items.empty()) continue;
    if (at->second.items.front().begins_again) return at;
    if (at->first.is_embedded()) {
      embedded = at;
      continue;
    }
    if (is_older(at, oldest)) oldest = at;
    if (is_ready(at->second.items.front()) && is_older(at, oldest_ready)) oldest_ready = at;
  }
  if (embedded != slots_.end() && (oldest == slots_.end() || !is_older(oldest, embedded))) return embedded;
  return oldest_ready != slots_.end() ? oldest_ready : least_of_tenant(oldest);
}

AuditMerge::At AuditMerge::least_of_tenant(At at) {
  // A change comes before the releases of what it made.
  const auto rank = [](const ReplayEntry& entry) {
    return std::pair(*entry.change, entry.action == AuditAction::secret_release);
  };
  At least = at;
  const auto& oldest = at->second.items.front().entry;
  if (!oldest || !oldest->tenant || !oldest->change) return at;
  for (At other = slots_.begin(); other != slots_.end(); ++other) {
    if (other->second.items.empty() || other->first.is_embedded()) continue;
    const auto& entry = other->second.items.front().entry;
    if (!entry || entry->tenant != oldest->tenant || !entry->change) continue;
    if (rank(*entry) < rank(*least->second.items.front().entry)) least = other;
  }
  return least;
}

void AuditMerge::replay(AuditSlot slot, const Item& item) {
  if (item.begins_again) return replay_.begins_again();
  if (!item.entry) return;
  const ReplayEntry& entry = *item.entry;
  if (entry.tenant && entry.change) {
    std::uint64_t& last = changes_[*entry.tenant];
    last = std::max(last, *entry.change);
  }
  // A tenant that is made again counts from the beginning.
  if (entry.tenant && entry.ok && entry.action == AuditAction::tenant_erase) changes_.erase(*entry.tenant);
  AuditPlace place;
  place.slot = slot;
  place.sequence = item.sequence;
  replay_.replay(entry, item.body, place, item.signed_planes);
}

}  // namespace tacit::store
