// What a rewrap and a rekey have in common: steps of a bounded size, which may be repeated, and reports on the way.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "store/engine/async.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/pace.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Called on the coroutine's thread; each may be empty.
struct RunWatch {
  std::function<void(std::uint64_t number)> moved;           ///< after each step: the number of rows or secrets done
  std::function<void(const std::string& sentence)> problem;  ///< a row, tenant, value or number
  std::function<void(const Failure& failure)> not_recorded;  ///< an audit entry of the run; the run continues
};

/// The rows of a step: `most`, or fewer at a low rate, so that the rate holds within each second. `rate`: rows per
/// second, 0: unlimited.
std::size_t step_size(std::uint64_t rate, std::size_t most);

boost::asio::awaitable<void> wait_until(Pace::Clock::time_point time);

inline constexpr int most_step_attempts = 10;
inline constexpr std::chrono::seconds pause_between_attempts{1};

/// Takes a step, which may be repeated, until its result is known: `unavailable` means that it is not.
template <class Step>
Async<Step> take_step(std::function<Async<Step>()> take) {
  for (int attempt = 1;; ++attempt) {
    note_step();
    auto step = co_await take();
    if (step || step.error().code != Errc::unavailable || attempt == most_step_attempts) co_return step;
    co_await wait_until(Pace::Clock::now() + pause_between_attempts);
  }
}

}  // namespace tacit::store
