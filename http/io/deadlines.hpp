// Deadlines of many connections on one thread, without a timer for each: setting one is a store to memory, and a
// sweep a few times a second ends the overdue connections. A deadline is late by up to the sweep's interval, never
// early.
#pragma once

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <chrono>

namespace tacit::http {

inline constexpr std::chrono::milliseconds sweep_interval{200};

/// The time by which something must happen. Initially none.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  void set(Clock::time_point when) { when_ = when; }
  /// Brings the deadline forward. Without a deadline it has no effect.
  void bring_forward(Clock::time_point when) {
    if (when_ != Clock::time_point::max()) when_ = std::min(when_, when);
  }
  void clear() { when_ = Clock::time_point::max(); }
  bool passed(Clock::time_point now) const { return when_ <= now; }
  /// Clock::time_point::max() if there is no deadline.
  Clock::time_point when() const { return when_; }

 private:
  Clock::time_point when_ = Clock::time_point::max();
};

/// An object that ends when its deadline has passed. Belongs to one thread's list.
class Deadlined : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Clock = Deadline::Clock;

  Deadlined(const Deadlined&) = delete;
  Deadlined& operator=(const Deadlined&) = delete;

  /// Ends it at once and removes it from its list.
  virtual void expired() = 0;

 protected:
  Deadlined() = default;
  ~Deadlined() = default;
};

using DeadlineList = boost::intrusive::list<Deadlined, boost::intrusive::constant_time_size<false>>;

}  // namespace tacit::http
