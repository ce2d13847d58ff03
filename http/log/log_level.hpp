// The severity of log lines.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/text/enum_table.hpp"

namespace tacit::http {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct LogLevelRow {
  LogLevel level;
  std::string_view name;      ///< in log lines and in the configuration
  std::string_view priority;  ///< the prefix of lines for the journal (sd-daemon(3))
};

/// Indexed by LogLevel.
inline constexpr std::array<LogLevelRow, 4> log_levels{{{LogLevel::debug, "debug", "<7>"},
                                                        {LogLevel::info, "info", "<6>"},
                                                        {LogLevel::warn, "warn", "<4>"},
                                                        {LogLevel::error, "error", "<3>"}}};
static_assert(crypto::has_row_for_each(log_levels, &LogLevelRow::level, LogLevel::error));

constexpr const LogLevelRow& row_of(LogLevel level) { return crypto::row_at(log_levels, level); }

/// std::nullopt if no level has that name.
constexpr std::optional<LogLevel> find_log_level(std::string_view name) {
  for (const LogLevelRow& row : log_levels) {
    if (row.name == name) return row.level;
  }
  return std::nullopt;
}

}  // namespace tacit::http
