// A condition variable for coroutines of one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>

namespace tacit::auth {

/// Used on the executor's thread alone. May be destroyed before those who wait were resumed only along with them.
class AsyncCondition {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit AsyncCondition(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  AsyncCondition(const AsyncCondition&) = delete;
  AsyncCondition& operator=(const AsyncCondition&) = delete;

  /// Until notified, or the deadline. The caller looks at what it waits for again, whichever it was.
  boost::asio::awaitable<void> wait(Time deadline);
  /// Wakes the one who waits longest and whose deadline is not over.
  void notify_one();
  void notify_all();

 private:
  boost::asio::any_io_executor executor_;
  std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace tacit::auth
