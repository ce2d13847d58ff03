// The one thread for the engine's timers: leases, the watch's barriers, the look at etcd's room, compaction. What runs
// here never waits: it makes calls whose answers come back as further jobs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

namespace tacit::store::etcd {

/// Time since the host started, including the time that it slept (CLOCK_BOOTTIME). A lease and a copy of a row grow old
/// while the host sleeps or a process is stopped, so both are judged by this clock and not by
/// std::chrono::steady_clock.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

/// Runs jobs one after another at their times. Thread-safe.
class Schedule {
 public:
  using Job = std::function<void()>;

  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  virtual ~Schedule() = default;

  virtual BootClock::time_point now() const = 0;
  /// Runs the job after that time. Jobs of the same time run in the order of these calls. A job must not throw or wait.
  /// When the schedule has ended, the job is destroyed and not run.
  virtual void after(BootClock::duration delay, Job job) = 0;
  void post(Job job) { after({}, std::move(job)); }
};

/// A job, or a callback with one argument, that calls `next` with the owner if the owner still lives.
template <class Owner, class Next>
auto while_alive(std::weak_ptr<Owner> owner, Next next) {
  return [owner = std::move(owner), next = std::move(next)](auto... argument) {
    if (const std::shared_ptr<Owner> living = owner.lock()) next(*living, std::move(argument)...);
  };
}

/// A callback for an answer from another thread: continues on the schedule, if the owner still lives then.
template <class Owner, class Next>
auto back_on(std::shared_ptr<Schedule> schedule, std::weak_ptr<Owner> owner, Next next) {
  return [schedule = std::move(schedule), owner = std::move(owner), next = std::move(next)](auto answer) {
    schedule->post([owner, next, answer = std::move(answer)]() mutable {
      if (const std::shared_ptr<Owner> living = owner.lock()) next(*living, std::move(answer));
    });
  };
}

/// A schedule with its thread. The thread is named etcd-timers in conf/THREADS.md.
class Background {
 public:
  Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

  /// May be held longer than this lives; then it runs no job.
  std::shared_ptr<Schedule> schedule() const;
  /// Ends the thread after the job that runs now, and destroys the others. Idempotent. Not from a job.
  void stop();

 private:
  class Queue;
  const std::shared_ptr<Queue> queue_;
  std::thread thread_;
};

}  // namespace tacit::store::etcd
