// The keys of leased slots: "w" ‖ 2 slot.
#pragma once

#include <optional>
#include <vector>

#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::store::etcd {

Bytes slot_lease_key(const KeyMap& keys, AuditSlot slot);
/// All keys of an owner's slots.
Range slot_lease_keys(const KeyMap& keys, SlotOwner owner);
/// std::nullopt if the key is not one of `slot_lease_keys`.
std::optional<AuditSlot> slot_of_lease_key(const KeyMap& keys, ByteView key);

/// The lowest slot of the owner that is not in `taken`. `avoided` only if no other is free; std::nullopt if none is.
std::optional<AuditSlot> lowest_free_slot(SlotOwner owner, const std::vector<AuditSlot>& taken,
                                          std::optional<AuditSlot> avoided);

}  // namespace tacit::store::etcd
