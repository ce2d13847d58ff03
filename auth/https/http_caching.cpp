#include "auth/https/http_caching.hpp"

#include <algorithm>
#include <cstdint>

namespace tacit::auth {
namespace {

constexpr std::chrono::seconds longest{10LL * 365 * 86400};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Parses delta-seconds: only digits; larger numbers count as `longest`.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = std::min<std::int64_t>(seconds * 10 + (c - '0'), longest.count());
  }
  return std::chrono::seconds(seconds);
}

/// Takes the first directive off the list: up to a comma outside quotes.
std::string_view next_directive(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"') quoted = !quoted;
    if (list[end] == '\\' && quoted && end + 1 < list.size()) ++end;
  }
  const std::string_view directive = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return directive;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::optional<std::chrono::seconds> freshness(std::string_view cache_control, std::string_view age) {
  constexpr std::chrono::seconds none{0};
  std::optional<std::chrono::seconds> fresh;
  while (!cache_control.empty()) {
    const std::string_view directive = next_directive(cache_control);
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string_view name = trimmed(directive.substr(0, equals));
    if (same_word(name, "no-store") || same_word(name, "no-cache")) return none;
    if (!same_word(name, "max-age")) continue;
    const std::string_view value = equals < directive.size() ? trimmed(directive.substr(equals + 1)) : "";
    // Of two contradictory values the shorter counts.
    const auto said = parse_seconds(unquoted(value)).value_or(none);
    fresh = fresh ? std::min(*fresh, said) : said;
  }
  if (!fresh) return std::nullopt;
  return std::max(none, *fresh - parse_seconds(trimmed(age)).value_or(none));
}

}  // namespace tacit::auth
