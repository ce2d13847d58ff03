// A schedule whose clock a test moves: jobs run on the test's thread, in order.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "store/etcd/engine/background.hpp"

namespace tacit::store::etcd::testing {

class ManualSchedule final : public Schedule {
 public:
  BootClock::time_point now() const override { return now_; }
  void after(BootClock::duration delay, Job job) override { jobs_.emplace(now_ + delay, std::move(job)); }

  /// Runs what is due by then, each job at its time.
  void advance(BootClock::duration time) {
    const BootClock::time_point end = now_ + time;
    while (!jobs_.empty() && jobs_.begin()->first <= end) {
      now_ = std::max(now_, jobs_.begin()->first);
      Job job = std::move(jobs_.begin()->second);
      jobs_.erase(jobs_.begin());
      job();
    }
    now_ = end;
  }
  /// As if the process had been stopped: time passes, and no job runs.
  void sleep(BootClock::duration time) { now_ += time; }

 private:
  BootClock::time_point now_{std::chrono::hours(1)};
  std::multimap<BootClock::time_point, Job> jobs_;
};

}  // namespace tacit::store::etcd::testing
