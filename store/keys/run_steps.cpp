#include "store/keys/run_steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tacit::store {

std::size_t step_size(std::uint64_t rate, std::size_t most) {
  return rate == 0 ? most : std::clamp<std::uint64_t>(rate / 10, 1, most);
}

boost::asio::awaitable<void> wait_until(Pace::Clock::time_point time) {
  if (time <= Pace::Clock::now()) co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace tacit::store
