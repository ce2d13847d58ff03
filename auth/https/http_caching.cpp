#include "auth/https/http_caching.hpp"

#include <algorithm>
#include <cstdint>

#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

constexpr std::chrono::seconds longest{10LL * 365 * 86400};

using crypto::equal_ignoring_case;
using crypto::trimmed;

/// Parses delta-seconds: only digits; larger numbers count as `longest`.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (!crypto::is_digit(c)) return std::nullopt;
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
    if (equal_ignoring_case(name, "no-store") || equal_ignoring_case(name, "no-cache")) return none;
    if (!equal_ignoring_case(name, "max-age")) continue;
    const std::string_view value = equals < directive.size() ? trimmed(directive.substr(equals + 1)) : "";
    // Of two contradictory values the shorter counts.
    const auto said = parse_seconds(unquoted(value)).value_or(none);
    fresh = fresh ? std::min(*fresh, said) : said;
  }
  if (!fresh) return std::nullopt;
  return std::max(none, *fresh - parse_seconds(trimmed(age)).value_or(none));
}

}  // namespace tacit::auth
