// Stored instants: microseconds since the Unix epoch, UTC.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace tacit::store {

inline std::int64_t to_microseconds(std::chrono::system_clock::time_point instant) {
  return std::chrono::duration_cast<std::chrono::microseconds>(instant.time_since_epoch()).count();
}
inline std::int64_t now_microseconds() { return to_microseconds(std::chrono::system_clock::now()); }

/// RFC 3339 with microseconds, in UTC: 2026-01-31T23:59:59.000001Z. Instants outside the years 0000 to 9999, which RFC
/// 3339 cannot express, become the nearest valid one.
using Rfc3339Text = std::array<char, 27>;
Rfc3339Text rfc3339_text(std::int64_t instant);
inline std::string rfc3339(std::int64_t instant) {
  const Rfc3339Text text = rfc3339_text(instant);
  return {text.data(), text.size()};
}

}  // namespace tacit::store
