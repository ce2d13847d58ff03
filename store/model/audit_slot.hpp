// A slot of the audit log: one chain of entries. An embedded store has one slot, number 0. On an engine that several
// hosts share, each process continues the chain of a slot of its own, because one chain for all would make every change
// of every host wait for the same row.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tacit::store {

/// The identity under which a process writes to a shared engine; decides its range of slots.
enum class SlotOwner : std::uint8_t { api = 1, tools = 2, operators = 3 };

/// 0: the chain of an embedded store. Else 4096 times the owner, plus a number from 1 to 4095.
struct AuditSlot {
  std::uint16_t number = 0;
  auto operator<=>(const AuditSlot&) const = default;
  bool is_embedded() const { return number == 0; }
};

inline constexpr std::uint16_t slots_of_owner = 4096;

constexpr AuditSlot slot_of(SlotOwner owner, std::uint16_t index) {
  return AuditSlot{static_cast<std::uint16_t>(static_cast<unsigned>(owner) * slots_of_owner + index)};
}

/// "0", "api-1", "tools-2", "operator-1".
std::string to_string(AuditSlot slot);
/// The inverse; std::nullopt for any other text.
std::optional<AuditSlot> parse_audit_slot(std::string_view text);
/// Whether a stored number is a slot.
bool is_audit_slot(std::uint16_t number);

}  // namespace tacit::store
