#include "http/json/uuid_text.hpp"

#include <algorithm>
#include <array>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

constexpr std::string_view urn_prefix = "urn:uuid:";
constexpr std::array<std::size_t, 5> group_lengths{8, 4, 4, 4, 12};

bool is_hex(char c) { return crypto::hex_value(c) >= 0; }

/// The text without braces or `urn:uuid:`.
std::string_view unwrap(std::string_view text) {
  if (text.starts_with(urn_prefix)) return text.substr(urn_prefix.size());
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') return text.substr(1, text.size() - 2);
  return text;
}

std::string hyphenate(std::string_view digits) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0, at = 0; i < group_lengths.size(); at += group_lengths[i++]) {
    if (i != 0) text.push_back('-');
    text.append(digits.substr(at, group_lengths[i]));
  }
  return text;
}

std::string wrong_groups(std::string_view text) {
  const auto count = static_cast<std::size_t>(std::ranges::count(text, '-')) + 1;
  if (count != group_lengths.size()) return "invalid group count: expected 5, found " + std::to_string(count);
  for (std::size_t i = 0; i < group_lengths.size(); ++i) {
    const std::size_t found = std::min(text.find('-'), text.size());
    if (found != group_lengths[i]) {
      return "invalid group length in group " + std::to_string(i) + ": expected " + std::to_string(group_lengths[i]) +
             ", found " + std::to_string(found);
    }
    text.remove_prefix(std::min(found + 1, text.size()));
  }
  return "invalid";  // not reached: groups of the right lengths are an id
}

std::string why_not(std::string_view inner, bool wrapped) {
  const auto stray = std::ranges::find_if(inner, [](char c) { return c != '-' && !is_hex(c); });
  if (stray != inner.end()) return "invalid character at " + std::to_string(stray - inner.begin() + 1);
  if (!wrapped && inner.find('-') == std::string_view::npos) {
    return "invalid length: expected length 32 for simple format, found " + std::to_string(inner.size());
  }
  return wrong_groups(inner);
}

}  // namespace

std::variant<crypto::Uuid, std::string> parse_uuid_text(std::string_view text) {
  const std::string_view inner = unwrap(text);
  const bool wrapped = inner.size() != text.size();
  if (const auto id = crypto::parse_uuid(inner)) return *id;
  if (!wrapped && inner.size() == 32 && std::ranges::all_of(inner, is_hex))
    return *crypto::parse_uuid(hyphenate(inner));
  return why_not(inner, wrapped);
}

}  // namespace tacit::http
