// Instants as stored: microseconds since the Unix epoch, UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tacit::store {

inline std::int64_t to_microseconds(std::chrono::system_clock::time_point instant) {
  return std::chrono::duration_cast<std::chrono::microseconds>(instant.time_since_epoch()).count();
}
inline std::int64_t now_microseconds() { return to_microseconds(std::chrono::system_clock::now()); }

/// RFC 3339 with six digits of a second, in UTC: 2026-01-31T23:59:59.000001Z.
std::string rfc3339(std::int64_t instant);

}  // namespace tacit::store
