// How long work goes on at a stretch on a thread that serves others. What takes longer is done in slices: after each
// the thread polls and serves others (store/slices/turns.hpp), and what is read goes on with a new snapshot.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace tacit::store {

/// Of the thread's CPU time (CLOCK_THREAD_CPUTIME_ID): what others make the thread wait for does not count.
inline constexpr std::chrono::microseconds slice_time{200};

/// One stretch of work. Belongs to one thread.
class Slice {
 public:
  enum class Begins : bool {
    after_some_steps,  ///< most requests are over before the clock is looked at: the first steps are not counted
    now,
  };

  /// `most`: how long it may take; 0 ends it at the first look at the clock.
  Slice(std::chrono::nanoseconds most, Begins begins);

  /// Notes a step (a row) that took that many bytes in hand. True: the time is over, and another step might be one too
  /// many. Looks at the clock, a system call, every few steps only.
  bool over(std::size_t bytes);

 private:
  std::chrono::nanoseconds most_;
  std::optional<std::chrono::nanoseconds> began_;
  std::size_t steps_ = 0;
};

}  // namespace tacit::store
