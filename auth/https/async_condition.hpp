// A condition variable for coroutines of one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>

namespace tacit::auth {

/// Used only on the executor's thread. May be destroyed while coroutines wait only if they are destroyed with it.
class AsyncCondition {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit AsyncCondition(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  AsyncCondition(const AsyncCondition&) = delete;
  AsyncCondition& operator=(const AsyncCondition&) = delete;

  /// Waits until notified or until the deadline. The caller must check its condition again in both cases.
  boost::asio::awaitable<void> wait(Time deadline);
  /// Wakes the coroutine that has waited longest and whose deadline has not passed.
  void notify_one();
  void notify_all();

 private:
  boost::asio::any_io_executor executor_;
  std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace tacit::auth
