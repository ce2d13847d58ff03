#include "auth/https/async_condition.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using Timers = std::list<asio::steady_timer*>;

/// Keeps the timer in the list until its coroutine is resumed or destroyed.
class Listed {
 public:
  Listed(Timers& list, asio::steady_timer& timer) : list_(list), place_(list.insert(list.end(), &timer)) {}
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() { list_.erase(place_); }

 private:
  Timers& list_;
  Timers::iterator place_;
};

}  // namespace

asio::awaitable<void> AsyncCondition::wait(Time deadline) {
  asio::steady_timer timer(executor_, deadline);
  const Listed listed(waiting_, timer);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void AsyncCondition::notify_one() {
  // cancel() returns 0 if the wait has already ended, by its deadline or an earlier notification.
  for (asio::steady_timer* timer : waiting_) {
    if (timer->cancel() != 0) return;
  }
}

void AsyncCondition::notify_all() {
  for (asio::steady_timer* timer : waiting_) timer->cancel();
}

}  // namespace tacit::auth
