#include "store/slices/slice.hpp"

#include <time.h>

namespace tacit::store {
namespace {

/// A row of usual size takes 2 to 3 µs, or a quarter of one if the thread opened it before. Reading the thread's clock
/// takes that long, too.
constexpr std::size_t steps_between_looks = 4;
/// A longer row counts as several steps.
constexpr std::size_t bytes_of_step = 1024;

thread_local std::uint64_t pauses_of_thread = 0;

std::chrono::nanoseconds thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

void note_pause() { ++pauses_of_thread; }

// The last eighth is reserved for the steps before the next reading of the clock.
Slice::Slice(std::chrono::nanoseconds most, Begins begins) : most_(most - most / 8), pauses_(pauses_of_thread) {
  if (begins == Begins::now) begin(Wall::now());
}

void Slice::begin(Wall::time_point now) {
  began_at_ = now;
  began_.reset();
  pauses_ = pauses_of_thread;
}

// A thread's time is never more than the time on the wall, which is read without a system call.
bool Slice::over(std::size_t bytes) {
  steps_ += 1 + bytes / bytes_of_step;
  if (steps_ < steps_between_looks) return false;
  steps_ = 0;
  const Wall::time_point wall = Wall::now();
  if (!began_at_ || pauses_ != pauses_of_thread) begin(wall);
  const std::chrono::nanoseconds passed = wall - *began_at_;
  if (!began_ && passed < most_ / 8) return false;
  const std::chrono::nanoseconds now = thread_time();
  if (!began_) began_ = now - passed;
  return now - *began_ >= most_;
}

}  // namespace tacit::store
