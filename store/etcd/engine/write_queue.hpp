// The queue of writes for the writer thread: first in, first out, bounded in number and in bytes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "store/etcd/engine/job.hpp"

namespace tacit::store::etcd {

/// Thread-safe: many producers, one consumer.
class WriteQueue {
 public:
  WriteQueue(std::size_t items, std::size_t bytes) : most_items_(items), most_bytes_(bytes) {}

  /// Takes the write if there is room. Otherwise leaves it with the caller and returns the reason.
  std::optional<Errc> push(Write& write);
  /// Waits until there is a write, or the queue is closed.
  void wait();
  /// Takes up to `items` writes: the first in any case, then further ones while the total is at most `bytes`.
  std::vector<Job> take(std::size_t items, std::size_t bytes);
  struct Size {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };
  /// The waiting writes.
  Size size() const;
  /// Accepts no more writes.
  void close();
  /// Whether it was closed and has no more writes.
  bool is_finished() const;

 private:
  const std::size_t most_items_;
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Job> jobs_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace tacit::store::etcd
