// Differences between the clocks of hosts that share a store in etcd, from the times in the audit log. Nothing depends
// on the clocks' agreement except people who read the times, and tokens, which expire.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/model/audit_slot.hpp"
#include "store/model/outcome.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// The newest entry of a slot, and its time in seconds since 1970.
struct SlotTime {
  store::AuditSlot slot;
  std::int64_t at = 0;
  std::uint64_t sequence = 0;
};

/// Of all slots. Reads on the calling thread. Entries without a readable time are left out.
store::Outcome<std::vector<SlotTime>> newest_slot_times(const store::Store& store);

/// Two looks at the slots, and the time before the first and after the second one.
struct ClockLooks {
  std::vector<SlotTime> first{};
  std::vector<SlotTime> second{};
  std::int64_t began = 0;
  std::int64_t now = 0;
};

/// Long enough that busy hosts write an entry meanwhile.
inline constexpr std::chrono::seconds between_clock_looks{2};

/// A sentence for each slot whose newest entry is in the future of `now`, or was written between the looks and is in
/// the past of `began`. An older entry proves nothing: its process may have had nothing to log since.
std::vector<std::string> clock_notes(const ClockLooks& looks);

}  // namespace tacit::server
