#include "store/etcd/engine/audit_position.hpp"

#include <algorithm>
#include <cstddef>

namespace tacit::store::etcd {
namespace {

// Keys of Table::audit (store/audit/audit_log.hpp): 8 sequence in slot 0, whose first byte is 0; else 0xFF ‖ 2 slot ‖
// 8 sequence.
constexpr std::uint8_t slot_mark = 0xFF;
constexpr std::size_t embedded_size = 8;
constexpr std::size_t slotted_size = 11;

/// A number from the first bytes, with zeros where there are none.
std::uint64_t number_from(crypto::ByteView bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + size; ++i) number = number << 8 | (i < bytes.size() ? bytes[i] : 0U);
  return number;
}

}  // namespace

std::optional<AuditPosition> first_entry_from(crypto::ByteView key) {
  AuditPosition place;
  if (key.empty() || key[0] == 0) {
    place.sequence = number_from(key, 0, embedded_size);
    if (key.size() > embedded_size) ++place.sequence;
    return place;
  }
  if (key[0] != slot_mark) {  // after all of slot 0
    place.slot.number = 1;
    return place;
  }
  place.slot.number = static_cast<std::uint16_t>(number_from(key, 1, 2));
  place.sequence = number_from(key, 3, 8);
  if (key.size() <= slotted_size) return place;
  if (place.sequence != UINT64_MAX) {
    ++place.sequence;
    return place;
  }
  if (place.slot.number == UINT16_MAX) return std::nullopt;
  ++place.slot.number;
  place.sequence = 0;
  return place;
}

std::optional<AuditPosition> entry_of_key(crypto::ByteView key) {
  const bool embedded = key.size() == embedded_size && key[0] == 0;
  const bool slotted = key.size() == slotted_size && key[0] == slot_mark;
  if (!embedded && !slotted) return std::nullopt;
  const auto place = first_entry_from(key);
  if (!place || (slotted && place->slot.is_embedded())) return std::nullopt;
  return place;
}

}  // namespace tacit::store::etcd
