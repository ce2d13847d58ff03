// The queue of writes for the writer thread: first in, first out, bounded in number and in bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// Thread-safe: many producers, one consumer.
class WriteQueue {
 public:
  WriteQueue(std::size_t items, std::size_t bytes) : most_items_(items), most_bytes_(bytes) {}

  /// Takes the write if there is room. Otherwise leaves it with the caller and returns the reason.
  std::optional<Errc> push(Write& write);
  enum class Wake : std::uint8_t {
    writes,  ///< there are writes to take
    time,    ///< there are none, and the time has come or wake() was called
    closed,  ///< the queue was closed and is empty
  };
  /// Waits until there is a write to take, or until that time; time_point::max(): without limit.
  Wake wait_until(std::chrono::steady_clock::time_point time);
  /// Wakes the consumer, now or at its next wait, to check for other work.
  void wake();
  /// Takes up to `items` writes: the first in any case, then further ones while the total is at most `bytes` and needs
  /// at most `pages` of the map (store/lmdb/environment/map_room.hpp).
  std::vector<Write> take(std::size_t items, std::size_t bytes, std::uint64_t pages);
  struct Size {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };
  /// The waiting writes.
  Size size() const;
  /// Accepts no more writes.
  void close();

 private:
  const std::size_t most_items_;
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Write> writes_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  bool woken_ = false;
};

}  // namespace tacit::store
