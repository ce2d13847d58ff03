#include "store/etcd/engine/write_queue.hpp"

#include <utility>

namespace tacit::store::etcd {

std::optional<Errc> WriteQueue::push(Write& write) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Errc::unavailable;
    if (jobs_.size() >= most_items_ || bytes_ + write.bytes > most_bytes_) return Errc::overloaded;
    bytes_ += write.bytes;
    jobs_.emplace_back(std::move(write), Clock::now());
  }
  filled_.notify_one();
  return std::nullopt;
}

void WriteQueue::wait() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
}

std::vector<Job> WriteQueue::take(std::size_t items, std::size_t bytes) {
  std::vector<Job> taken;
  std::size_t held = 0;
  const std::lock_guard lock(mutex_);
  while (!jobs_.empty() && taken.size() < items) {
    const std::size_t next = jobs_.front().write.bytes;
    if (!taken.empty() && held + next > bytes) break;
    held += next;
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  bytes_ -= held;
  return taken;
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

bool WriteQueue::is_finished() const {
  const std::lock_guard lock(mutex_);
  return closed_ && jobs_.empty();
}

}  // namespace tacit::store::etcd
