// How far a watch has reported, and which barriers that confirms. Kept from one watch to the next, because the next
// continues where the former ended.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/watch/row_cache.hpp"

namespace tacit::store::etcd {

/// Thread-safe. `events` and `reported` are called on the client's thread, in the watch's order.
class WatchProgress {
 public:
  WatchProgress(std::shared_ptr<RowCache> cache, KeyMap keys) : cache_(std::move(cache)), keys_(std::move(keys)) {}

  /// A watch from `floor` + 1 begins, after an interruption in which events may have been missed.
  void restart(std::int64_t floor);
  /// Gives the events to the cache.
  void events(std::vector<WatchEvent> events);
  /// All events up to that revision were reported. Returns whether a barrier still waits for a larger one.
  bool reported(std::int64_t revision);
  /// A linearizable read that began then returned that revision. Returns whether a report is needed to confirm it; else
  /// it is confirmed already.
  bool barrier(BootClock::time_point began, std::int64_t revision);

  /// Where a watch has to begin so that no event is missed.
  std::int64_t next() const;
  /// The beginning of the oldest barrier that waits to be confirmed.
  std::optional<BootClock::time_point> oldest_waiting() const;
  /// From what the watch has reported to the newest barrier: 0 if it is not behind.
  std::int64_t revisions_behind() const;

 private:
  struct Barrier {
    BootClock::time_point began;
    std::int64_t revision = 0;
  };
  /// Call under the lock.
  void confirm_reached();

  const std::shared_ptr<RowCache> cache_;
  const KeyMap keys_;
  mutable std::mutex mutex_;
  std::deque<Barrier> waiting_;  ///< oldest first, with rising revisions
  std::int64_t reported_ = 0;    ///< all events up to this revision have been applied
  std::int64_t newest_event_ = 0;
  std::int64_t newest_barrier_ = 0;
};

}  // namespace tacit::store::etcd
