#include "http/log/log_writer.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <new>
#include <numeric>
#include <string>
#include <thread>

#include "crypto/files/descriptor.hpp"
#include "http/log/log_descriptor.hpp"

namespace tacit::http {
namespace {

// Room for one second at 7,000 requests, for a slow reader.
constexpr std::size_t most_bytes = std::size_t{4} << 20;
constexpr std::size_t most_lines = 32768;

std::atomic<bool> priorities{false};
std::mutex straight;
// Never deleted: its thread may be writing when the process ends.
std::atomic<LogQueue*> queue{nullptr};

std::uint64_t sum(const LogCounts& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

/// Drops what cannot be written: there is no other place to report it.
void write_straight(std::string_view text) {
  const std::lock_guard lock(straight);
  crypto::write_all(STDERR_FILENO, crypto::as_bytes(text));
}

/// Runs on the writing thread.
class Writer {
 public:
  explicit Writer(LogQueue& lines) : lines_(lines) {}

  void run() {
    for (;;) {
      const LogBatch& batch = lines_.take();
      write(batch);
      for (std::size_t i = 0; i < log_kinds; ++i) untold_[i] += batch.dropped[i];
      try {
        if (reader_is_there_) tell();
      } catch (const std::bad_alloc&) {
        // The next batch reports it.
      }
      lines_.written();
    }
  }

 private:
  void write(const LogBatch& batch) {
    std::string_view text = batch.text.text();
    std::size_t next = 0;
    while (next < batch.lines.size()) {
      const std::size_t first = next;
      std::size_t size = 0;
      do {
        size += batch.lines[next++].size;
      } while (next < batch.lines.size() && size + batch.lines[next].size <= descriptor_.most_at_once());
      reader_is_there_ = descriptor_.write(text.substr(0, size));
      if (!reader_is_there_) give_up(batch, first, next);
      text.remove_prefix(size);
    }
  }

  void give_up(const LogBatch& batch, std::size_t first, std::size_t end) {
    LogCounts counts{};
    for (std::size_t i = first; i < end; ++i) ++counts[static_cast<std::size_t>(batch.lines[i].kind)];
    lines_.add_dropped(counts);
    for (std::size_t i = 0; i < log_kinds; ++i) untold_[i] += counts[i];
  }

  void tell() {
    const std::uint64_t all = sum(untold_);
    if (all == 0) return;
    LogLine line(LogLevel::warn, "log_lines_dropped");
    line.field("reason", std::to_string(all) + " lines dropped: the log's reader did not keep up").field("lines", all);
    for (std::size_t i = 0; i < log_kinds; ++i) line.field(log_kind_names[i], untold_[i]);
    reader_is_there_ = descriptor_.write(line.finish());
    if (reader_is_there_) untold_ = {};
  }

  LogQueue& lines_;
  LogDescriptor descriptor_{STDERR_FILENO};
  LogCounts untold_{};
  bool reader_is_there_ = true;
};

// A child has no writing thread. Its parent writes the queued lines.
void before_fork() {
  straight.lock();
  if (LogQueue* const lines = queue.load()) lines->lock();
}
void after_fork_in_parent() {
  if (LogQueue* const lines = queue.load()) lines->unlock();
  straight.unlock();
}
void after_fork_in_child() {
  if (LogQueue* const lines = queue.exchange(nullptr)) lines->unlock();
  straight.unlock();
}

}  // namespace

void look_for_journal() { priorities.store(is_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))); }

bool log_has_priorities() { return priorities.load(std::memory_order_relaxed); }

std::string_view priority_of(LogLevel level) {
  return log_has_priorities() ? row_of(level).priority : std::string_view();
}

void start_log_writer() {
  auto* const lines = new LogQueue(most_bytes, most_lines);
  // Other threads handle signals.
  sigset_t all;
  sigset_t kept;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &kept);
  std::thread writer([lines] { Writer(*lines).run(); });
  ::pthread_sigmask(SIG_SETMASK, &kept, nullptr);
  ::pthread_setname_np(writer.native_handle(), "log-writer");
  writer.detach();
  ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  queue.store(lines);
}

bool flush_log(std::chrono::milliseconds most) {
  LogQueue* const lines = queue.load();
  return lines == nullptr || lines->wait_written(most);
}

LogCounts dropped_log_lines() {
  const LogQueue* const lines = queue.load();
  return lines != nullptr ? lines->dropped() : LogCounts{};
}

void write_log(std::string_view lines, LogKind kind) noexcept {
  if (LogQueue* const queued = queue.load(std::memory_order_acquire)) return queued->push(lines, kind);
  write_straight(lines);
}

void log_plain(LogLevel level, std::string_view line) {
  std::string text(priority_of(level));
  text.append(line).append("\n");
  write_log(text, level == LogLevel::error ? LogKind::error : LogKind::other);
}

}  // namespace tacit::http
