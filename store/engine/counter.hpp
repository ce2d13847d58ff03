// Counters with one writing thread and any number of reading threads. Counting costs a few plain moves. A reader adds
// up the counters of all threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tacit::store {

/// A number that only grows. One thread adds (or several, one at a time, each ordered after the previous one).
class Counter {
 public:
  // Not fetch_add: a single writer needs no locked instruction.
  void add(std::uint64_t more = 1) { value_.store(value() + more, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A histogram's counts at one moment. `counts` has one entry more than `bounds`, for larger numbers; entries are not
/// cumulative. `sum` and `counts` may disagree by an addition that is in progress.
struct Distribution {
  std::vector<std::uint64_t> bounds;
  std::vector<std::uint64_t> counts;
  std::uint64_t sum = 0;
};

/// Counts numbers by ranges. `Bounds` is an array in ascending order; the first bound that is not less than the number
/// is incremented. One thread adds.
template <const auto& Bounds>
class Histogram {
 public:
  void add(std::uint64_t number) {
    std::size_t place = 0;
    while (place < Bounds.size() && number > Bounds[place]) ++place;
    counts_[place].add();
    sum_.add(number);
  }
  /// Adds the counts of another histogram.
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
