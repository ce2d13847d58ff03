// The writes that wait for the writer thread: first in, first out, bounded in number and in bytes.
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

/// Thread-safe: many put in, one takes out.
class WriteQueue {
 public:
  WriteQueue(std::size_t items, std::size_t bytes) : most_items_(items), most_bytes_(bytes) {}

  /// Takes the write if there is room for it. Else leaves it with the caller and says why.
  std::optional<Errc> push(Write& write);
  enum class Wake : std::uint8_t {
    writes,  ///< there is something to take
    time,    ///< there is not, and it is that time, or somebody asked for a look
    closed,  ///< the queue was closed and is empty
  };
  /// Waits until there is something to take, or until that time; time_point::max(): as long as it takes.
  Wake wait_until(std::chrono::steady_clock::time_point time);
  /// Has whoever waits, or waits next, look whether there is anything else to do.
  void wake();
  /// Up to `items` writes, the first in any case and then while they hold at most `bytes` and need at most `pages` of
  /// the map (store/lmdb/environment/map_room.hpp).
  std::vector<Write> take(std::size_t items, std::size_t bytes, std::uint64_t pages);
  struct Size {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };
  /// What waits now.
  Size size() const;
  /// From now on nothing is taken in.
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
