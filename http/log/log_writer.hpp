// How log lines get to standard error: straight, or, once a server runs, through a queue and a thread of its own, so
// that a reader that stalls holds up nothing.
#pragma once

#include <chrono>
#include <string_view>

#include "http/log/log.hpp"
#include "http/log/log_queue.hpp"

namespace tacit::http {

/// From now on lines carry the journal's priorities if standard error is the journal (sd-daemon(3)). Reads the
/// environment: before other threads are started.
void look_for_journal();
/// Whether they do.
bool log_has_priorities();
/// `<4>` and so on if they do, else nothing.
std::string_view priority_of(LogLevel level);

/// From now on lines are queued and a thread writes them. It is never joined: the reader may have stalled it. Once in
/// a process; throws std::system_error if there can be no thread. A child made by fork(2) writes its own lines
/// straight, and none of its parent's.
void start_log_writer();

/// Waits until what was logged before is written, but no longer than this. False if some of it is not. Thread-safe.
bool flush_log(std::chrono::milliseconds most);

/// Lines that were dropped because the reader did not keep up or could not be written to. Thread-safe.
LogCounts dropped_log_lines();

/// Whole lines, as they are. Thread-safe.
void write_log(std::string_view lines, LogKind kind) noexcept;

/// A line that is no JSON object, such as a fault of the configuration, without its line break. Thread-safe.
void log_plain(LogLevel level, std::string_view line);

}  // namespace tacit::http
