// A queue of log lines for the writing thread; adding a line never waits for the log's reader.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// In the order in which they are dropped when the queue fills up.
enum class LogKind : std::uint8_t { access, other, error, audit_head };
/// In log_lines_dropped and in metrics.
inline constexpr std::array log_kind_names{"access", "other", "error", "audit_head"};
inline constexpr std::size_t log_kinds = log_kind_names.size();
/// The number of lines of each kind.
using LogCounts = std::array<std::uint64_t, log_kinds>;

/// Consecutive lines in order.
struct LogBatch {
  struct Line {
    std::uint32_t size;  ///< including the line break
    LogKind kind;
  };
  crypto::WipedBytes text;
  std::vector<Line> lines;
  LogCounts dropped{};  ///< lines dropped because the queue was full
};

/// Thread-safe; any number of threads push, one takes. Adding a line is a copy under a mutex that is never held during
/// a write. Lines that do not fit are dropped and counted: access lines may use half of the queue, other lines three
/// quarters, errors fifteen sixteenths, and audit heads all of it.
class LogQueue {
 public:
  /// The batch being written takes the same amount again. Address space is reserved now; pages are used on demand.
  LogQueue(std::size_t most_bytes, std::size_t most_lines);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  /// Adds whole lines, each with its line break.
  void push(std::string_view lines, LogKind kind) noexcept;
  /// Counts taken lines that could not be written.
  void add_dropped(const LogCounts& counts) noexcept;
  /// Dropped lines since the start.
  LogCounts dropped() const noexcept;

  /// Waits for lines. The batch is valid until the caller calls `written`.
  const LogBatch& take();
  void written();

  /// Waits until all pushed lines are written, at most `most`. False on timeout.
  bool wait_written(std::chrono::milliseconds most);

  /// For fork(2): the queue is consistent between these calls.
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  bool has_room(std::size_t size, LogKind kind) const;

  const std::size_t most_bytes_;
  const std::size_t most_lines_;
  mutable std::mutex mutex_;
  std::condition_variable pushed_;
  std::condition_variable written_;
  LogBatch pending_;
  LogBatch taken_;
  bool writer_waits_ = false;
  bool writing_ = false;
  std::array<std::atomic<std::uint64_t>, log_kinds> dropped_{};
};

}  // namespace tacit::http
