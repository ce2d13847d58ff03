#include "store/lmdb/engine/write_queue.hpp"

#include "store/lmdb/environment/map_room.hpp"

namespace tacit::store {

std::optional<Errc> WriteQueue::push(Write& write) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Errc::unavailable;
    if (writes_.size() >= most_items_ || bytes_ + write.bytes > most_bytes_) return Errc::overloaded;
    was_empty = writes_.empty();
    bytes_ += write.bytes;
    writes_.push_back(std::move(write));
  }
  if (was_empty) filled_.notify_one();
  return std::nullopt;
}

WriteQueue::Wake WriteQueue::wait_until(std::chrono::steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return closed_ || woken_ || !writes_.empty(); };
  if (time == time.max()) {
    filled_.wait(lock, ready);
  } else {
    filled_.wait_until(lock, time, ready);
  }
  woken_ = false;
  if (!writes_.empty()) return Wake::writes;
  return closed_ ? Wake::closed : Wake::time;
}

void WriteQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  filled_.notify_one();
}

std::vector<Write> WriteQueue::take(std::size_t items, std::size_t bytes, std::uint64_t pages) {
  std::vector<Write> batch;
  std::size_t held = 0;
  std::uint64_t needed = 0;
  const std::lock_guard lock(mutex_);
  while (!writes_.empty() && batch.size() < items) {
    const std::size_t next = writes_.front().bytes;
    needed += MapRoom::pages_for(next);
    if (!batch.empty() && (held + next > bytes || needed > pages)) break;
    held += next;
    batch.push_back(std::move(writes_.front()));
    writes_.pop_front();
  }
  bytes_ -= held;
  return batch;
}

WriteQueue::Size WriteQueue::size() const {
  const std::lock_guard lock(mutex_);
  return {writes_.size(), bytes_};
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

}  // namespace tacit::store
