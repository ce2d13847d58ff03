#include "store/etcd/watch/watch_progress.hpp"

#include <algorithm>
#include <utility>

namespace tacit::store::etcd {
namespace {

/// Of later ones any is as good as an older one, so those in between can go.
constexpr std::size_t most_waiting = 16;

}  // namespace

void WatchProgress::restart(std::int64_t floor) {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  reported_ = floor;
  newest_event_ = 0;
  newest_barrier_ = floor;
  cache_->restart(floor);
}

void WatchProgress::events(std::vector<WatchEvent> events) {
  // The cache has a lock of its own, and the order is that of the only thread that calls this.
  std::int64_t newest = 0;
  for (WatchEvent& event : events) {
    newest = std::max(newest, event.mod_revision);
    if (!keys_.is_cached(event.key)) continue;
    cache_->apply(keys_.table_of(event.key), keys_.row_key(event.key), std::move(event.value), event.mod_revision);
  }
  const std::lock_guard lock(mutex_);
  newest_event_ = std::max(newest_event_, newest);
}

bool WatchProgress::reported(std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  reported_ = std::max(reported_, revision);
  confirm_reached();
  return !waiting_.empty();
}

bool WatchProgress::barrier(BootClock::time_point began, std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  newest_barrier_ = std::max(newest_barrier_, revision);
  waiting_.push_back(Barrier{began, revision});
  confirm_reached();
  // The oldest stays: it tells how long the watch has been silent.
  if (waiting_.size() > most_waiting) waiting_.erase(waiting_.begin() + 1);
  return !waiting_.empty();
}

void WatchProgress::confirm_reached() {
  while (!waiting_.empty() && waiting_.front().revision <= reported_) {
    cache_->confirm(waiting_.front().began);
    waiting_.pop_front();
  }
}

std::int64_t WatchProgress::next() const {
  const std::lock_guard lock(mutex_);
  // The events of the newest event's revision may not have been reported all; to apply one twice does no harm.
  return std::max(reported_ + 1, newest_event_);
}

std::optional<BootClock::time_point> WatchProgress::oldest_waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().began);
}

std::int64_t WatchProgress::revisions_behind() const {
  const std::lock_guard lock(mutex_);
  return std::max<std::int64_t>(0, newest_barrier_ - reported_);
}

}  // namespace tacit::store::etcd
