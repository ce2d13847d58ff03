// Log lines on their way to the thread that writes them: a queue that never waits for a reader.
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

#include "crypto/wiped.hpp"

namespace tacit::http {

/// In the order in which they give way when there is no room.
enum class LogKind : std::uint8_t { access, other, error, audit_head };
inline constexpr std::size_t log_kinds = 4;
/// Lines of each kind.
using LogCounts = std::array<std::uint64_t, log_kinds>;

/// Lines in their order, one after the other.
struct LogBatch {
  struct Line {
    std::uint32_t size;  ///< with its line break
    LogKind kind;
  };
  crypto::WipedBytes text;
  std::vector<Line> lines;
  LogCounts dropped{};  ///< had no room beside these lines
};

/// Thread-safe; any number of threads push, one takes. Adding a line is a copy under a mutex that is never held while
/// anything is written. What has no room is dropped and counted: access lines may take half of it, other lines three
/// quarters, errors fifteen sixteenths, and audit heads all.
class LogQueue {
 public:
  /// As much again is in the batch that is being written. Memory is reserved now and used as it is needed.
  LogQueue(std::size_t most_bytes, std::size_t most_lines);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  /// Whole lines, each with its line break.
  void push(std::string_view lines, LogKind kind) noexcept;
  /// Lines that could not be written after all.
  void add_dropped(const LogCounts& counts) noexcept;
  /// Of all time.
  LogCounts dropped() const noexcept;

  /// Waits until there are lines. They are the caller's until it calls `written`.
  const LogBatch& take();
  void written();

  /// Waits until all lines that were pushed are written. False if that takes longer.
  bool wait_written(std::chrono::milliseconds most);

  /// For fork(2): no other thread is in the middle of something between these.
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
