#include "http/api/entity_tags.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "crypto/text/ascii.hpp"
#include "crypto/text/hex.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t digits = 16;

/// The state that a tag of this server names.
std::optional<std::int64_t> state_of(std::string_view opaque) {
  const auto is_own = [](char c) { return crypto::hex_digits.find(c) != std::string_view::npos; };
  if (opaque.size() != digits || !std::ranges::all_of(opaque, is_own)) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(opaque.data(), opaque.data() + opaque.size(), number, 16);
  return static_cast<std::int64_t>(number);
}

/// RFC 9110 section 8.8.3, etagc.
bool is_tag_character(char c) { return c == '!' || (c >= '#' && c != '\x7f') || static_cast<unsigned char>(c) >= 0x80; }

/// Removes the first tag of the list, and the comma before the next one. False: there is none.
bool take_tag(std::string_view& list, EntityTags& tags) {
  const bool weak = list.starts_with("W/");
  if (weak) list.remove_prefix(2);
  if (!list.starts_with('"')) return false;
  list.remove_prefix(1);
  const std::size_t end = list.find('"');
  if (end == list.npos || !std::ranges::all_of(list.substr(0, end), is_tag_character)) return false;
  if (const auto state = state_of(list.substr(0, end))) (weak ? tags.weak : tags.strong).push_back(*state);
  list = crypto::trimmed(list.substr(end + 1));
  if (list.empty()) return true;
  if (!list.starts_with(',')) return false;
  list = crypto::trimmed(list.substr(1));
  return true;
}

bool contains(const std::vector<std::int64_t>& states, std::int64_t state) {
  return std::ranges::find(states, state) != states.end();
}

}  // namespace

bool EntityTags::names(std::int64_t state) const { return any || contains(strong, state); }

bool EntityTags::names_weakly(std::int64_t state) const { return names(state) || contains(weak, state); }

std::optional<EntityTags> parse_entity_tags(std::string_view field) {
  std::string_view list = crypto::trimmed(field);
  EntityTags tags;
  tags.any = list == "*";
  if (tags.any) return tags;
  bool has_tag = false;
  for (;;) {
    // RFC 9110 section 5.6.1: empty elements are skipped.
    while (list.starts_with(',')) list = crypto::trimmed(list.substr(1));
    if (list.empty()) break;
    if (!take_tag(list, tags)) return std::nullopt;
    has_tag = true;
  }
  return has_tag ? std::optional(tags) : std::nullopt;
}

void append_entity_tag(std::string& headers, std::int64_t state) {
  auto rest = static_cast<std::uint64_t>(state);
  std::array<char, digits> text;
  for (std::size_t i = digits; i-- > 0; rest >>= 4U) text[i] = crypto::hex_digits[rest & 15U];
  headers.append("ETag: \"").append(text.data(), text.size()).append("\"\r\n");
}

}  // namespace tacit::http
