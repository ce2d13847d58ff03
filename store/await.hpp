// Waiting for a write in a coroutine of Asio.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>

#include "store/work.hpp"

namespace tacit::store {

/// How a write is treated on its way.
struct WriteTerms {
  Growth growth = Growth::grows;
  std::size_t bytes = 0;
};

/// Hands the work to the engine and resumes on the awaiting coroutine's executor when the engine has answered. A write
/// cannot be taken back: cancelling does nothing, and the work is kept alive by the engine, not by the coroutine. The
/// execution context must outlive the write; until it is answered, it has work outstanding.
boost::asio::awaitable<std::optional<Errc>> submit(Engine& engine, std::shared_ptr<Work> work, WriteTerms terms);

template <class T>
boost::asio::awaitable<Outcome<T>> write(Engine& engine, WorkBody<T> body, WriteTerms terms) {
  const auto work = std::make_shared<OutcomeWork<T>>(std::move(body));
  const std::optional<Errc> failure = co_await submit(engine, work, terms);
  co_return work->take(failure);
}

}  // namespace tacit::store
