// The keys of leased slots: "w" ‖ 2 slot → 16 random bytes that name the process ‖ 1 the newest store format that it
// knows. Builds that know the formats up to 4 write the first 16 bytes alone.
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

/// The row's value for a process of this build.
Bytes slot_lease_value(ByteView process);
/// The newest store format that the holder of such a row knows.
std::uint32_t newest_format_of_holder(ByteView value);

/// The lowest slot of the owner that is not in `taken`. `avoided` only if no other is free; std::nullopt if none is.
std::optional<AuditSlot> lowest_free_slot(SlotOwner owner, const std::vector<AuditSlot>& taken,
                                          std::optional<AuditSlot> avoided);

}  // namespace tacit::store::etcd
