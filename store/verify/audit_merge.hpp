// Merges the entries of several slots of the audit log for the replay, so that each tenant's entries are in the order
// of its changes, whatever the clocks of the hosts say.
//
// An entry that names a tenant and carries its number of changes (store/model/audit.hpp) is ready when that is the next
// one (a change) or not above the last one (a release). All other entries are ready. Of the first entries of all slots
// the oldest ready one is replayed. If none is ready, because entries were pruned or are missing, or because the
// tenant's number is not known yet, the oldest one is; of its tenant, the one with the smallest number. So a release
// may come after later changes, because it is behind other entries of its slot: it is judged by what was current at its
// number (store/verify/secret_replay.hpp).
//
// The slot of an embedded store has no such numbers. It was written before or after the other slots, while the store
// was moved between engines, so its entries go by their times alone: the next one is replayed when it is not later than
// the first entries of all other slots.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "store/verify/audit_replay.hpp"
#include "store/verify/commit_sink.hpp"
#include "store/verify/replay_entry.hpp"

namespace tacit::store {

/// Holds the entries of each slot that were given and not replayed yet, and a number for each tenant.
class AuditMerge {
 public:
  /// `replay` must outlive this object.
  explicit AuditMerge(AuditReplay& replay) : replay_(replay) {}

  /// There may be entries of that slot. Before the first commit.
  void begins(AuditSlot slot) { slots_[slot]; }
  /// The next entries of a slot.
  void add(const AuditCommit& commit);
  /// The slot has a fault before its next entries: the replay begins again with them.
  void begins_again(AuditSlot slot);
  /// There are no more entries of the slot.
  void ends(AuditSlot slot) { slots_[slot].ended = true; }
  /// Replays what can be replayed; returns the slot whose next entries are needed for more. std::nullopt: all slots
  /// have ended, and everything was replayed.
  std::optional<AuditSlot> wants();

 private:
  struct Item {
    bool begins_again = false;  ///< no entry
    std::optional<ReplayEntry> entry{};
    std::string body{};
    std::uint64_t sequence = 0;
    std::uint8_t signed_planes = 0;
  };
  struct Slot {
    std::deque<Item> items;
    bool ended = false;
  };
  using At = std::map<AuditSlot, Slot>::iterator;

  bool is_ready(const Item& item) const;
  /// The slot whose first item is next. At least one slot has one.
  At next();
  /// Of the first entries of the same tenant, the one with the smallest number.
  At least_of_tenant(At at);
  void replay(AuditSlot slot, const Item& item);

  AuditReplay& replay_;
  std::map<AuditSlot, Slot> slots_;
  std::map<crypto::Uuid, std::uint64_t> changes_;  ///< of each tenant, after its last replayed entry
};

}  // namespace tacit::store
