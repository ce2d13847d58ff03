// The order of audit entries: by slot, then by sequence, as the keys of Table::audit sort.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "crypto/memory/bytes.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::store::etcd {

struct AuditPosition {
  AuditSlot slot;
  std::uint64_t sequence = 0;
  auto operator<=>(const AuditPosition&) const = default;
};

/// The first entry whose key is not less than these bytes; std::nullopt: none can be.
std::optional<AuditPosition> first_entry_from(crypto::ByteView key);
/// The entry of exactly that key; std::nullopt if it is none of an entry.
std::optional<AuditPosition> entry_of_key(crypto::ByteView key);

}  // namespace tacit::store::etcd
