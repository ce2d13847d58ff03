#include "store/rows/audit_slot_key.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t mark = 0xff;
constexpr std::size_t key_size = 1 + 2 + 8;

}  // namespace

std::array<std::uint8_t, 3> audit_slot_prefix(AuditSlot slot) {
  return {mark, static_cast<std::uint8_t>(slot.number >> 8), static_cast<std::uint8_t>(slot.number)};
}

AuditSlot audit_slot_of_key(crypto::ByteView key) {
  if (key.size() != key_size || key[0] != mark) return {};
  const AuditSlot slot{static_cast<std::uint16_t>((key[1] << 8) | key[2])};
  return is_audit_slot(slot.number) ? slot : AuditSlot{};
}

}  // namespace tacit::store
