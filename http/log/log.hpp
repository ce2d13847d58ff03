// The log: one JSON object per line on stderr. Callers never pass credentials, values, secrets' names or masks.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "http/log/log_level.hpp"

namespace tacit::http {

/// Lines below this level are dropped. Thread-safe.
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

/// Builds one line: `{"time":…,"level":…,"event":…`, then the fields. Texts are escaped as described in
/// printable.hpp.
class LogLine {
 public:
  LogLine(LogLevel level, std::string_view event);
  LogLine& field(std::string_view key, std::string_view value);
  template <std::integral Number>
  LogLine& field(std::string_view key, Number value) {
    return raw(key, std::to_string(value));
  }
  /// Ends the line.
  std::string_view finish();
  LogLevel level() const { return level_; }

 private:
  LogLine& raw(std::string_view key, std::string_view value);
  const LogLevel level_;
  crypto::WipedBytes text_;
};

/// Writes a line (log_writer.hpp) unless it is below the level. Thread-safe; lines of different threads do not mix.
void log(LogLine& line);
inline void log(LogLine&& line) { log(line); }
/// Writes the line at any level, as an audit head: for lines that serve as evidence.
void log_always(LogLine& line);

/// One thread's buffer of access log lines, which queues them in batches. Not thread-safe.
class LogBuffer {
 public:
  ~LogBuffer() { flush(); }
  void add(LogLine& line);
  void flush();

 private:
  crypto::WipedBytes pending_;
};

}  // namespace tacit::http
