// Writes log lines to standard error: directly, or, while a server runs, through a queue and a dedicated thread, so
// that a stalled reader blocks no other thread.
#pragma once

#include <chrono>
#include <string_view>

#include "http/log/log.hpp"
#include "http/log/log_queue.hpp"

namespace tacit::http {

/// Makes lines carry the journal's priorities if standard error is the journal (sd-daemon(3)). Reads the environment;
/// call before other threads start.
void look_for_journal();
/// Whether lines carry priorities.
bool log_has_priorities();
/// The prefix, such as `<4>`, if lines carry priorities; else empty.
std::string_view priority_of(LogLevel level);

/// Starts the queue and its thread. The thread is never joined, because a stalled reader may block it. Call once per
/// process; throws std::system_error if the thread cannot be started. A child of fork(2) writes its own lines directly,
/// and none of its parent's.
void start_log_writer();

/// Waits until all earlier lines are written, at most `most`. False if some are not. Thread-safe.
bool flush_log(std::chrono::milliseconds most);

/// Lines dropped because the reader was too slow or the write failed. Thread-safe.
LogCounts dropped_log_lines();

/// Writes whole lines unchanged. Thread-safe.
void write_log(std::string_view lines, LogKind kind) noexcept;

/// Writes a line that is not JSON, such as a configuration fault; `line` has no line break. Thread-safe.
void log_plain(LogLevel level, std::string_view line);

}  // namespace tacit::http
