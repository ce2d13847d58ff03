#include "http/log/log.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "http/json/json_writer.hpp"
#include "http/log/log_writer.hpp"
#include "http/log/printable.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t flush_size = 32 * 1024;
std::atomic<LogLevel> threshold{LogLevel::info};

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

void set_log_level(LogLevel level) { threshold.store(level, std::memory_order_relaxed); }
bool log_enabled(LogLevel level) { return level >= threshold.load(std::memory_order_relaxed); }

LogLine::LogLine(LogLevel level, std::string_view event) : level_(level) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  text_.reserve(400);
  text_.append(priority_of(level));
  text_.append("{\"time\":");
  write_time(text_, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  field("level", row_of(level).name);
  field("event", event);
}

LogLine& LogLine::field(std::string_view key, std::string_view value) {
  raw(key, {});
  if (is_plain(value)) {
    write_text(text_, value);
  } else {
    // The text may come from a peer, and logs are also read on terminals.
    crypto::WipedBytes quoted;
    write_text(quoted, value);
    text_.append(printable_json(quoted.text()));
  }
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
  if (!log_enabled(line.level())) return;
  write_log(line.finish(), line.level() == LogLevel::error ? LogKind::error : LogKind::other);
}

void log_always(LogLine& line) { write_log(line.finish(), LogKind::audit_head); }

void LogBuffer::add(LogLine& line) {
  pending_.append(line.finish());
  if (pending_.size() >= flush_size) flush();
}

void LogBuffer::flush() {
  if (pending_.empty()) return;
  write_log(pending_.text(), LogKind::access);
  pending_.resize(0);
}

}  // namespace tacit::http
