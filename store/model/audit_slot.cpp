#include "store/model/audit_slot.hpp"

#include <array>
#include <charconv>

namespace tacit::store {
namespace {

constexpr std::array<std::string_view, 4> owner_names{"", "api", "tools", "operator"};

}  // namespace

bool is_audit_slot(std::uint16_t number) {
  const unsigned owner = number / slots_of_owner;
  const unsigned index = number % slots_of_owner;
  return number == 0 || (owner >= 1 && owner < owner_names.size() && index != 0);
}

std::string to_string(AuditSlot slot) {
  if (!is_audit_slot(slot.number) || slot.is_embedded()) return std::to_string(slot.number);
  return std::string(owner_names.at(slot.number / slots_of_owner)) + "-" + std::to_string(slot.number % slots_of_owner);
}

std::optional<AuditSlot> parse_audit_slot(std::string_view text) {
  if (text == "0") return AuditSlot{};
  for (std::size_t owner = 1; owner < owner_names.size(); ++owner) {
    const std::string_view name = owner_names.at(owner);
    if (!text.starts_with(name) || text.size() < name.size() + 2 || text[name.size()] != '-') continue;
    const std::string_view digits = text.substr(name.size() + 1);
    unsigned index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    const bool whole = error == std::errc() && end == digits.data() + digits.size() && digits.front() != '0';
    if (!whole || index >= slots_of_owner) return std::nullopt;
    return slot_of(static_cast<SlotOwner>(owner), static_cast<std::uint16_t>(index));
  }
  return std::nullopt;
}

}  // namespace tacit::store
