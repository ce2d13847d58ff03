#include "store/etcd/engine/background.hpp"

#include <pthread.h>

#include <ctime>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

namespace tacit::store::etcd {
namespace {

/// A condition variable does not count the time that the host sleeps, so a long wait looks at the clock now and then.
constexpr BootClock::duration longest_wait = std::chrono::seconds(1);

}  // namespace

BootClock::time_point BootClock::now() noexcept {
  std::timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

class Background::Queue final : public Schedule {
 public:
  BootClock::time_point now() const override { return BootClock::now(); }

  void after(BootClock::duration delay, Job job) override {
    const std::lock_guard lock(mutex_);
    if (ended_) return;  // the caller destroys the job after the lock's end
    const auto place = jobs_.emplace(now() + delay, std::move(job));
    if (place == jobs_.begin()) changed_.notify_one();
  }

  /// Until `end`.
  void run() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      if (jobs_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const BootClock::duration left = jobs_.begin()->first - now();
      if (left > BootClock::duration::zero()) {
        changed_.wait_for(lock, std::min(left, longest_wait));
        continue;
      }
      Job job = std::move(jobs_.begin()->second);
      jobs_.erase(jobs_.begin());
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }

  /// No job starts any more.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }
  /// Without the lock, because what a job owns may call `after` when it is destroyed.
  void destroy_jobs() {
    Jobs left;
    {
      const std::lock_guard lock(mutex_);
      left.swap(jobs_);
    }
  }

 private:
  using Jobs = std::multimap<BootClock::time_point, Job>;

  std::mutex mutex_;
  std::condition_variable changed_;
  Jobs jobs_;  ///< by the time when they are due
  bool ended_ = false;
};

Background::Background() : queue_(std::make_shared<Queue>()), thread_([queue = queue_] { queue->run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "etcd-timers");
}

Background::~Background() { stop(); }

std::shared_ptr<Schedule> Background::schedule() const { return queue_; }

void Background::stop() {
  queue_->end();
  if (thread_.joinable()) thread_.join();
  queue_->destroy_jobs();
}

}  // namespace tacit::store::etcd
