// How long work waits between its steps, so that it keeps a rate.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tacit::store {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  /// `rate`: rows a second, 0: as many as can be. `step`: about how many rows are done at once.
  Pace(std::uint64_t rate, std::uint64_t step, Clock::time_point now) : rate_(rate), slack_(time_of(step)), due_(now) {}

  /// When the next step may begin, after one of so many rows ended at `now`. Who was late by no more than a step makes
  /// up for it. After a longer stall (another process held the store's lock, this one was stopped) what was missed is
  /// not caught up: servers would have to wait meanwhile for steps without a pause between them.
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
