// Times of answers, and their percentiles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tacit::bench {

/// Microseconds. Not thread-safe: each thread has its own, and they are merged at the end.
class Latencies {
 public:
  void add(std::int64_t microseconds) {
    times_.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(0, microseconds)));
  }
  void merge(const Latencies& other) { times_.insert(times_.end(), other.times_.begin(), other.times_.end()); }
  std::size_t count() const { return times_.size(); }
  /// The smallest time that this part (0 to 1) of all times does not exceed; 0 without times.
  std::uint32_t at(double part) {
    if (times_.empty()) return 0;
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(times_.size()));
    const auto place = times_.begin() + static_cast<std::ptrdiff_t>(std::min(rank, times_.size() - 1));
    std::nth_element(times_.begin(), place, times_.end());
    return *place;
  }

 private:
  std::vector<std::uint32_t> times_;
};

}  // namespace tacit::bench
