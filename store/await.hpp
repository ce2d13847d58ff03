// Waiting for a write in a coroutine of Asio.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include "store/work.hpp"

namespace tacit::store {

inline constexpr std::chrono::seconds default_write_deadline{10};

/// How a write is treated on its way.
struct WriteTerms {
  Growth growth = Growth::grows;
  std::size_t bytes = 0;
  std::chrono::milliseconds deadline = default_write_deadline;  ///< how long it is waited for
};

/// Hands the work to the engine and resumes on the awaiting coroutine's executor when the engine has answered, or when
/// the deadline is over: then with `unavailable`, for it is not known whether the write happened. A write cannot be
/// taken back: cancelling does nothing, and the work is kept alive by the engine, not by the coroutine, so after the
/// deadline it may still run. Until the coroutine is resumed, the execution context must live and has work outstanding;
/// after, the engine does not touch it.
boost::asio::awaitable<std::optional<Failure>> submit(Engine& engine, std::shared_ptr<Work> work, WriteTerms terms);

template <class T>
boost::asio::awaitable<Outcome<T>> write(Engine& engine, WorkBody<T> body, WriteTerms terms) {
  const auto work = std::make_shared<OutcomeWork<T>>(std::move(body));
  const std::optional<Failure> failure = co_await submit(engine, work, terms);
  if (failure) co_return *failure;
  co_return work->take(std::nullopt);
}

}  // namespace tacit::store
