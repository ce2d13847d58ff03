// The slot in a key of Table::audit, as store/audit/audit_key.hpp makes them, for engines. Slot 0: 8 sequence, whose
// first byte is always 0. Any other slot: 1 mark (0xFF) ‖ 2 slot ‖ 8 sequence. So slot 0 comes first, and the others
// follow in ascending order.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/memory/bytes.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::store {

/// What the keys of a slot other than 0 begin with. Of `slot` plus one: where the entries of `slot`, 0 included, end.
std::array<std::uint8_t, 3> audit_slot_prefix(AuditSlot slot);

/// The slot that a key belongs to. Any key that has not the form of another slot counts as one of slot 0: a reader of
/// that slot then finds that it is no entry.
AuditSlot audit_slot_of_key(crypto::ByteView key);

}  // namespace tacit::store
