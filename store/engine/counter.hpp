// Counts that one thread makes and any thread may read: nothing on the way of what is counted but a few plain moves.
// Who wants to know them sums up those of all threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tacit::store {

/// A number that only grows. One thread adds (or several, one at a time, each of which happens after the last).
class Counter {
 public:
  // Not fetch_add: with one writer there is nothing to lock the bus for.
  void add(std::uint64_t more = 1) { value_.store(value() + more, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a histogram had counted when it was looked at. `counts` has one entry more than `bounds`, for what is larger
/// than all; an entry does not include those before it. Fewer than were added may be in `sum`, or the other way round,
/// if that was just going on.
struct Distribution {
  std::vector<std::uint64_t> bounds;
  std::vector<std::uint64_t> counts;
  std::uint64_t sum = 0;
};

/// How often numbers up to each of some bounds came. `Bounds` is an array in ascending order; the first that is not
/// less than the number gets it. One thread adds.
template <const auto& Bounds>
class Histogram {
 public:
  void add(std::uint64_t number) {
    std::size_t place = 0;
    while (place < Bounds.size() && number > Bounds[place]) ++place;
    counts_[place].add();
    sum_.add(number);
  }
  /// Adds what another one has counted.
  void add(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i].add(other.counts_[i].value());
    sum_.add(other.sum_.value());
  }
  Distribution distribution() const {
    Distribution result;
    result.bounds.assign(Bounds.begin(), Bounds.end());
    for (const Counter& count : counts_) result.counts.push_back(count.value());
    result.sum = sum_.value();
    return result;
  }

 private:
  std::array<Counter, Bounds.size() + 1> counts_{};
  Counter sum_;
};

}  // namespace tacit::store
