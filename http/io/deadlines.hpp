// Deadlines of many connections on one thread, kept without a timer for each: arming one is a store to memory, and a
// sweep a few times a second ends those that are overdue. So a deadline is late by up to a sweep's interval, never
// early.
#pragma once

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <chrono>

namespace tacit::http {

inline constexpr std::chrono::milliseconds sweep_interval{200};

/// Something that ends when its time is up. Belongs to one thread's list.
class Deadlined : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Clock = std::chrono::steady_clock;

  Deadlined(const Deadlined&) = delete;
  Deadlined& operator=(const Deadlined&) = delete;

  void expire_after(Clock::duration time) { deadline_ = Clock::now() + time; }
  void expire_at(Clock::time_point when) { deadline_ = when; }
  /// Brings its deadline forward; one that has none keeps none.
  void expire_by(Clock::time_point when) {
    if (deadline_ != Clock::time_point::max()) deadline_ = std::min(deadline_, when);
  }
  void expire_never() { deadline_ = Clock::time_point::max(); }
  bool overdue(Clock::time_point now) const { return deadline_ <= now; }
  /// Called once a sweep while overdue, until it has unlinked itself or has a later deadline.
  virtual void expired() = 0;

 protected:
  Deadlined() = default;
  ~Deadlined() = default;

 private:
  Clock::time_point deadline_ = Clock::time_point::max();
};

using DeadlineList = boost::intrusive::list<Deadlined, boost::intrusive::constant_time_size<false>>;

}  // namespace tacit::http
