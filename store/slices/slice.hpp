// The maximum time of uninterrupted work on a thread that serves other requests. Longer work runs in slices: after each
// slice the thread polls and serves others (store/slices/turns.hpp), and reading continues with a new snapshot.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tacit::store {

/// CPU time of the thread (CLOCK_THREAD_CPUTIME_ID): time that the thread waits for others does not count.
inline constexpr std::chrono::microseconds slice_time{200};

/// Notes that a read that was suspended on this thread goes on. Others used the thread meanwhile, so its slice begins
/// again: their time is not its own.
void note_pause();

/// One slice of work. Belongs to one thread.
class Slice {
 public:
  enum class Begins : bool {
    after_some_steps,  ///< most requests finish before the clock is read: the first steps are not counted
    now,
  };

  /// `most`: the maximum time; 0 ends the slice when the clock is first read.
  Slice(std::chrono::nanoseconds most, Begins begins);

  /// Notes a step (a row) of that many bytes. True: the time is over, or the next step might exceed it. Reads a clock
  /// only every few steps, and the thread's, which is a system call, only once an eighth of the time has passed on the
  /// wall clock: a list of 20 needs none, which saves it five.
  bool over(std::size_t bytes);

 private:
  using Wall = std::chrono::steady_clock;

  void begin(Wall::time_point now);

  std::chrono::nanoseconds most_;
  std::optional<Wall::time_point> began_at_;       ///< on the wall clock, of which the thread's time is a part
  std::optional<std::chrono::nanoseconds> began_;  ///< on the thread's clock, once that was read
  std::size_t steps_ = 0;
  std::uint64_t pauses_;  ///< of the thread, when `began_` was set
};

}  // namespace tacit::store
