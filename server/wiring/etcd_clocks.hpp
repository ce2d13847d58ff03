// Differences between the clocks of hosts that share a store in etcd, from the times in the audit log. Nothing depends
// on the clocks' agreement except people who read the times, and tokens, which expire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/model/audit_slot.hpp"
#include "store/model/outcome.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// The time of the newest entry of a slot, in seconds since 1970.
struct SlotTime {
  store::AuditSlot slot;
  std::int64_t at = 0;
};

/// Of all slots. Reads on the calling thread. Entries without a readable time are left out.
store::Outcome<std::vector<SlotTime>> newest_slot_times(const store::Store& store);

/// A sentence for each slot whose newest entry is in the future of `now`. An older entry proves nothing: its process
/// may have had nothing to log since.
std::vector<std::string> clock_notes(const std::vector<SlotTime>& newest, std::int64_t now);

}  // namespace tacit::server
