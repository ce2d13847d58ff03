#include "store/write_queue.hpp"

#include "store/map_room.hpp"

namespace tacit::store {

std::optional<Errc> WriteQueue::push(std::unique_ptr<WriteJob>& job) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Errc::unavailable;
    if (jobs_.size() >= most_items_ || bytes_ + job->bytes > most_bytes_) return Errc::overloaded;
    was_empty = jobs_.empty();
    bytes_ += job->bytes;
    jobs_.push_back(std::move(job));
  }
  if (was_empty) filled_.notify_one();
  return std::nullopt;
}

WriteQueue::Wake WriteQueue::wait_until(std::chrono::steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return closed_ || woken_ || !jobs_.empty(); };
  if (time == time.max()) {
    filled_.wait(lock, ready);
  } else {
    filled_.wait_until(lock, time, ready);
  }
  woken_ = false;
  if (!jobs_.empty()) return Wake::jobs;
  return closed_ ? Wake::closed : Wake::time;
}

void WriteQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  filled_.notify_one();
}

std::vector<std::unique_ptr<WriteJob>> WriteQueue::take(std::size_t items, std::size_t bytes, std::uint64_t pages) {
  std::vector<std::unique_ptr<WriteJob>> batch;
  std::size_t held = 0;
  std::uint64_t needed = 0;
  const std::lock_guard lock(mutex_);
  while (!jobs_.empty() && batch.size() < items) {
    const std::size_t next = jobs_.front()->bytes;
    needed += MapRoom::pages_for(next);
    if (!batch.empty() && (held + next > bytes || needed > pages)) break;
    held += next;
    batch.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  bytes_ -= held;
  return batch;
}

WriteQueue::Size WriteQueue::size() const {
  const std::lock_guard lock(mutex_);
  return {jobs_.size(), bytes_};
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

}  // namespace tacit::store
