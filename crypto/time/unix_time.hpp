// The wall clock in whole seconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::crypto {

/// The current time in seconds since 1970. Any thread.
inline std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace tacit::crypto
