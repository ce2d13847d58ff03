#include "store/audit/audit_key.hpp"

#include "store/rows/audit_slot_key.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {

std::array<std::uint8_t, 8> audit_key(std::uint64_t sequence) {
  std::array<std::uint8_t, 8> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(sequence >> (8 * (7 - i)));
  return key;
}

AuditKey audit_key(AuditSlot slot, std::uint64_t sequence) {
  AuditKey key;
  if (!slot.is_embedded()) key = audit_prefix(slot);
  for (const std::uint8_t byte : audit_key(sequence)) key.add(byte);
  return key;
}

AuditKey audit_prefix(AuditSlot slot) {
  AuditKey prefix;
  if (slot.is_embedded()) return prefix.add(0);
  for (const std::uint8_t byte : audit_slot_prefix(slot)) prefix.add(byte);
  return prefix;
}

std::optional<AuditPlace> parse_audit_key(crypto::ByteView key) {
  AuditPlace place;
  place.slot = audit_slot_of_key(key);
  Decoder decoder(place.slot.is_embedded() ? key : key.subspan(audit_prefix(place.slot).size()));
  place.sequence = decoder.u64();
  if (!decoder.done()) return std::nullopt;
  return place;
}

}  // namespace tacit::store
