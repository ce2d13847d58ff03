#include "test/integration/model/rules.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <numeric>

namespace tacit::test::model {
namespace {

bool is_armour(std::string_view line) {
  return (line.starts_with("-----BEGIN ") || line.starts_with("-----END ")) && line.ends_with("-----");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Without white space and PEM armour at both ends.
std::string_view essence(std::string_view value) {
  for (;;) {
    value = trimmed(value);
    const std::size_t first = std::min(value.find('\n'), value.size());
    if (is_armour(trimmed(value.substr(0, first)))) {
      value.remove_prefix(first);
      continue;
    }
    const std::size_t last = value.rfind('\n');
    if (last == std::string_view::npos || !is_armour(value.substr(last + 1))) return value;
    value = value.substr(0, last);
  }
}

}  // namespace

std::vector<std::string> code_points(std::string_view text) {
  std::vector<std::string> points;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xc0U) == 0x80U) {
      points.back() += byte;
    } else {
      points.emplace_back(1, byte);
    }
  }
  return points;
}

std::string mask_of(std::string_view value) {
  const std::vector<std::string> points = code_points(essence(value));
  const auto shown = static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, points.size() / 8));
  const std::string first = std::accumulate(points.begin(), points.begin() + shown, std::string());
  return first + "****" + std::accumulate(points.end() - shown, points.end(), std::string());
}

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  }
  return !text.empty() && text.front() == pattern.front() && matches(pattern.substr(1), text.substr(1));
}

std::size_t literal_characters(std::string_view pattern) {
  const std::vector<std::string> points = code_points(pattern);
  return points.size() - static_cast<std::size_t>(std::count(points.begin(), points.end(), "*"));
}

std::string instant(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = since / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::array<char, 16> fraction{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(fraction.data(), fraction.size(), ".%06dZ", static_cast<int>(since % 1'000'000));
  return std::string(day.data()) + fraction.data();
}

std::string in_seconds(int seconds) {
  return instant(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
}

std::string now() { return in_seconds(0); }

}  // namespace tacit::test::model
