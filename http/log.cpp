#include "http/log.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>

#include <unistd.h>

#include "http/json_writer.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t flush_size = 32 * 1024;
std::atomic<LogLevel> threshold{LogLevel::info};
std::mutex output;

/// As JSON.
std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "\"debug\"";
    case LogLevel::info:
      return "\"info\"";
    case LogLevel::warn:
      return "\"warn\"";
    case LogLevel::error:
      break;
  }
  return "\"error\"";
}

/// A log that cannot be written has nobody left to tell: what does not go out is dropped.
void write_out(std::string_view text) {
  const std::lock_guard lock(output);
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void set_log_level(LogLevel level) { threshold.store(level, std::memory_order_relaxed); }
bool log_enabled(LogLevel level) { return level >= threshold.load(std::memory_order_relaxed); }

LogLine::LogLine(LogLevel level, std::string_view event) : level_(level) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  text_.reserve(400);
  text_.append("{\"time\":");
  write_time(text_, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  raw("level", name_of(level));
  field("event", event);
}

LogLine& LogLine::field(std::string_view key, std::string_view value) {
  raw(key, {});
  write_text(text_, value);
  return *this;
}

LogLine& LogLine::raw(std::string_view key, std::string_view value) {
  text_.append(",\"");
  text_.append(key);
  text_.append("\":");
  text_.append(value);
  return *this;
}

std::string_view LogLine::finish() {
  text_.append("}\n");
  return text_.text();
}

void log(LogLine& line) {
  if (log_enabled(line.level())) log_always(line);
}

void log_always(LogLine& line) { write_out(line.finish()); }

void LogBuffer::add(LogLine& line) {
  pending_.append(line.finish());
  if (pending_.size() >= flush_size) flush();
}

void LogBuffer::flush() {
  write_out(pending_.text());
  pending_.clear();
}

}  // namespace tacit::http
