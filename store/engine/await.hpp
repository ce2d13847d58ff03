// Waits for a write in an Asio coroutine.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "store/engine/async.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {

/// Submits the write, whose `done` is set here, to the engine. Resumes on the awaiting coroutine's executor when the
/// engine has answered, or at the engine's deadline for writes. After the deadline the result is `unavailable`, because
/// it is not known whether the write happened. A write cannot be cancelled: the engine, not the coroutine, keeps its
/// work alive, so it may still run after the deadline. The execution context must live and have outstanding work until
/// the coroutine is resumed; afterwards the engine does not touch it.
boost::asio::awaitable<std::optional<Failure>> submit(Engine& engine, Write write);

/// Runs `body` in a write and waits for it as above. `bytes`: the approximate memory that the body holds.
template <class T>
Async<T> write(Engine& engine, WorkBody<T> body, Growth growth = Growth::grows, std::size_t bytes = 0) {
  const auto attempt = std::make_shared<Attempt<T>>(std::move(body));
  Write write;
  write.work = [attempt](Transaction& transaction) { return attempt->run(transaction); };
  write.growth = growth;
  write.bytes = bytes;
  const std::optional<Failure> failure = co_await submit(engine, std::move(write));
  if (failure) co_return *failure;
  co_return attempt->take();
}

}  // namespace tacit::store
