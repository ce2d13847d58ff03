// Waiting for a write in a coroutine of Asio.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "store/engine/async.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {

/// Hands the write, whose `done` is set here, to the engine, and resumes on the awaiting coroutine's executor when the
/// engine has answered, or when its deadline for writes is over: then with `unavailable`, for it is not known whether
/// the write happened. A write cannot be taken back: cancelling does nothing, and its work is kept alive by the engine,
/// not by the coroutine, so after the deadline it may still run. Until the coroutine is resumed, the execution context
/// must live and has work outstanding; after, the engine does not touch it.
boost::asio::awaitable<std::optional<Failure>> submit(Engine& engine, Write write);

/// Runs `body` in a write and waits for it as above. `bytes`: about how much memory the body holds.
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
