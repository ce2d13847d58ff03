// Places in the audit log as texts, for keeping elsewhere (store/model/audit.hpp).
#include <algorithm>
#include <charconv>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/text/hex.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {
namespace {

bool read_sequence(std::string_view text, std::uint64_t& sequence) {
  if (text.empty() || (text.front() == '0' && text.size() > 1)) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_hash(std::string_view text, crypto::Digest& hash) {
  if (text.size() != 2 * hash.size()) return false;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const std::size_t high = crypto::hex_digits.find(text[2 * i]);
    const std::size_t low = crypto::hex_digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    hash.at(i) = static_cast<std::uint8_t>(high << 4U | low);
  }
  return true;
}

}  // namespace

std::string to_string(const AuditMark& mark) {
  const std::string slot = mark.slot.is_embedded() ? std::string() : to_string(mark.slot) + ":";
  return slot + std::to_string(mark.sequence) + ":" + crypto::to_hex(mark.hash);
}

std::string to_string(std::vector<AuditMark> marks) {
  std::ranges::sort(marks, {}, [](const AuditMark& mark) { return std::pair(mark.slot, mark.sequence); });
  std::string text;
  for (const AuditMark& mark : marks) text.append(text.empty() ? "" : ",").append(to_string(mark));
  return text;
}

std::optional<AuditMark> parse_audit_mark(std::string_view text) {
  AuditMark mark;
  const std::size_t hash = text.rfind(':');
  if (hash == std::string_view::npos || !read_hash(text.substr(hash + 1), mark.hash)) return std::nullopt;
  std::string_view place = text.substr(0, hash);
  const std::size_t number = place.rfind(':');
  if (number != std::string_view::npos) {
    const auto slot = parse_audit_slot(place.substr(0, number));
    if (!slot || slot->is_embedded()) return std::nullopt;
    mark.slot = *slot;
    place.remove_prefix(number + 1);
  }
  if (!read_sequence(place, mark.sequence)) return std::nullopt;
  return mark;
}

}  // namespace tacit::store
