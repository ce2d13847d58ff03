// Cross-links: on a store that several hosts share, each server now and then records the newest entries of all slots of
// the audit log in its own slot (audit.heads). Entries that are cut off from one slot then contradict another one.
//
// An entry proves only what came before it, and only against somebody who cannot write to both slots.
#pragma once

#include <cstddef>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

inline constexpr std::size_t most_recorded_heads = 64;

/// The newest entry of each slot; of more than `most_recorded_heads` slots, those whose entries are the latest by their
/// time. In the order of the slots. A slot whose newest entry cannot be read is left out, so that one that was damaged
/// does not end the recording of others.
Task<Outcome<std::vector<AuditMark>>> audit_heads(Transaction& transaction);

/// Records them, and returns what was recorded: nothing on an embedded store, or if there is no entry yet. The heads
/// are of a moment before the entry: in the transaction of the entry they would conflict with every commit of every
/// host.
Async<std::vector<AuditMark>> record_audit_heads(ContextPtr store, AuditContext who);

}  // namespace tacit::store
