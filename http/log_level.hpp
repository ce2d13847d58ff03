// How much a log line matters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tacit::http {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct LogLevelRow {
  std::string_view name;      ///< in log lines and in the configuration
  std::string_view priority;  ///< what lines of the journal begin with (sd-daemon(3))
};

/// By their values.
inline constexpr std::array<LogLevelRow, 4> log_levels{
    {{"debug", "<7>"}, {"info", "<6>"}, {"warn", "<4>"}, {"error", "<3>"}}};

constexpr const LogLevelRow& row_of(LogLevel level) { return log_levels.at(static_cast<std::size_t>(level)); }

/// Nothing if no level has that name.
constexpr std::optional<LogLevel> find_log_level(std::string_view name) {
  for (std::size_t i = 0; i < log_levels.size(); ++i) {
    if (log_levels.at(i).name == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

}  // namespace tacit::http
