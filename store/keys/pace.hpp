// Paces work: how long to wait between steps to keep a rate.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tacit::store {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  /// `rate`: rows per second, 0: unlimited. `step`: the approximate number of rows in one step.
  Pace(std::uint64_t rate, std::uint64_t step, Clock::time_point now) : rate_(rate), slack_(time_of(step)), due_(now) {}

  /// When the next step may begin, after a step of that many rows ended at `now`. A delay of up to one step is made up
  /// for. A longer delay (another process held the store's lock, or this process was stopped) is not: servers would
  /// have to wait for steps without pauses.
  Clock::time_point after(std::uint64_t rows, Clock::time_point now) {
    due_ = std::max(due_, now - slack_) + time_of(rows);
    return due_;
  }

 private:
  Clock::duration time_of(std::uint64_t rows) const {
    if (rate_ == 0) return {};
    const std::chrono::duration<double> seconds(static_cast<double>(rows) / static_cast<double>(rate_));
    return std::chrono::duration_cast<Clock::duration>(seconds);
  }

  const std::uint64_t rate_;
  const Clock::duration slack_;
  Clock::time_point due_;
};

}  // namespace tacit::store
