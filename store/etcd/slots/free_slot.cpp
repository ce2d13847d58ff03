#include "store/etcd/slots/free_slot.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::size_t size_of_process_name = 16;

Bytes lease_key(const KeyMap& keys, unsigned number) {
  const std::array<std::uint8_t, 2> rest{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return keys.lease(rest);
}

}  // namespace

Bytes slot_lease_key(const KeyMap& keys, AuditSlot slot) { return lease_key(keys, slot.number); }

Range slot_lease_keys(const KeyMap& keys, SlotOwner owner) {
  Range range;
  range.key = slot_lease_key(keys, slot_of(owner, 1));
  range.end = lease_key(keys, slot_of(owner, 0).number + unsigned{slots_of_owner});
  return range;
}

std::optional<AuditSlot> slot_of_lease_key(const KeyMap& keys, ByteView key) {
  const Bytes base = keys.lease({});
  if (key.size() != base.size() + 2 || !std::equal(base.begin(), base.end(), key.begin())) return std::nullopt;
  const unsigned high = key[base.size()];
  const unsigned low = key[base.size() + 1];
  const auto number = static_cast<std::uint16_t>(high << 8 | low);
  if (number == 0 || !is_audit_slot(number)) return std::nullopt;
  return AuditSlot{number};
}

Bytes slot_lease_value(ByteView process) {
  Bytes value(process.begin(), process.end());
  value.push_back(static_cast<std::uint8_t>(slots_store_format));
  return value;
}

std::uint32_t newest_format_of_holder(ByteView value) {
  constexpr std::uint32_t newest_without_mark = 4;
  return value.size() > size_of_process_name ? value[size_of_process_name] : newest_without_mark;
}

std::optional<AuditSlot> lowest_free_slot(SlotOwner owner, const std::vector<AuditSlot>& taken,
                                          std::optional<AuditSlot> avoided) {
  std::bitset<slots_of_owner> used;
  for (const AuditSlot slot : taken) {
    if (slot.number / slots_of_owner == static_cast<unsigned>(owner)) used.set(slot.number % slots_of_owner);
  }
  std::optional<AuditSlot> last_resort;
  for (std::uint16_t index = 1; index < slots_of_owner; ++index) {
    if (used.test(index)) continue;
    const AuditSlot slot = slot_of(owner, index);
    if (slot != avoided) return slot;
    last_resort = slot;
  }
  return last_resort;
}

}  // namespace tacit::store::etcd
