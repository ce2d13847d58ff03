#include "http/log/log_queue.hpp"

#include <utility>

namespace tacit::http {
namespace {

/// The part of the queue that each kind may use, in sixteenths.
constexpr std::array<std::size_t, log_kinds> shares{8, 12, 15, 16};

std::size_t index_of(LogKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

LogQueue::LogQueue(std::size_t most_bytes, std::size_t most_lines) : most_bytes_(most_bytes), most_lines_(most_lines) {
  for (LogBatch* const batch : {&pending_, &taken_}) {
    batch->text.reserve(most_bytes);
    batch->lines.reserve(most_lines);
  }
}

bool LogQueue::has_room(std::size_t size, LogKind kind) const {
  const std::size_t share = shares[index_of(kind)];
  return pending_.text.size() + size <= most_bytes_ / 16 * share &&
         pending_.lines.size() + 1 <= most_lines_ / 16 * share;
}

// Does not allocate: the memory was reserved.
void LogQueue::push(std::string_view lines, LogKind kind) noexcept {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n') + 1);
      if (line.empty()) break;
      lines.remove_prefix(line.size());
      if (has_room(line.size(), kind)) {
        pending_.text.append(line);
        pending_.lines.push_back({static_cast<std::uint32_t>(line.size()), kind});
      } else {
        ++pending_.dropped[index_of(kind)];
        dropped_[index_of(kind)].fetch_add(1, std::memory_order_relaxed);
      }
    }
    wake = std::exchange(writer_waits_, false);
  }
  if (wake) pushed_.notify_one();
}

void LogQueue::add_dropped(const LogCounts& counts) noexcept {
  for (std::size_t i = 0; i < log_kinds; ++i) dropped_[i].fetch_add(counts[i], std::memory_order_relaxed);
}

LogCounts LogQueue::dropped() const noexcept {
  LogCounts counts{};
  for (std::size_t i = 0; i < log_kinds; ++i) counts[i] = dropped_[i].load(std::memory_order_relaxed);
  return counts;
}

const LogBatch& LogQueue::take() {
  std::unique_lock lock(mutex_);
  while (pending_.lines.empty()) {
    writer_waits_ = true;
    pushed_.wait(lock);
  }
  writer_waits_ = false;
  writing_ = true;
  std::swap(pending_, taken_);
  return taken_;
}

void LogQueue::written() {
  // Only this thread uses taken_. Clearing it wipes it, which takes time in proportion to its size.
  taken_.text.resize(0);
  taken_.lines.clear();
  taken_.dropped = {};
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }
  written_.notify_all();
}

bool LogQueue::wait_written(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  return written_.wait_for(lock, most, [this] { return pending_.lines.empty() && !writing_; });
}

}  // namespace tacit::http
