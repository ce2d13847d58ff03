// Work that returns an Outcome: what the store's operations submit to an engine.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "store/engine/async.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

/// An operation's code in its transaction. Everything that it refers to must outlive the work (keep it by shared
/// pointer).
template <class T>
using WorkBody = std::function<Task<Outcome<T>>(Transaction&)>;

/// A body in the form that an engine runs, and the result of its last run: an outcome, or what the body threw, because
/// a Work must not throw into the engine.
template <class T>
class Attempt {
 public:
  explicit Attempt(WorkBody<T> body) : body_(std::move(body)) {}

  Task<bool> run(Transaction& transaction) {
    outcome_.reset();
    thrown_ = nullptr;
    try {
      Outcome<T> outcome = co_await body_(transaction);
      const bool keep = outcome.has_value();
      outcome_.emplace(std::move(outcome));
      co_return keep;
    } catch (...) {
      thrown_ = std::current_exception();
    }
    co_return false;
  }

  /// Call after the engine has answered without a failure. Rethrows what the body threw in its last run.
  Outcome<T> take() {
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(*outcome_);
  }

 private:
  WorkBody<T> body_;
  std::optional<Outcome<T>> outcome_;
  std::exception_ptr thrown_;  ///< null if there is an outcome
};

/// Runs `body` on a snapshot, on this thread. On an engine that waits this blocks: for commands and threads of their
/// own, not for threads that serve others.
template <class T>
Outcome<T> read_blocking(Engine& engine, WorkBody<T> body) {
  Attempt<T> attempt(std::move(body));
  const auto failure = engine.read([&attempt](Transaction& transaction) { return attempt.run(transaction); });
  if (failure) return Failure{.code = *failure};
  return attempt.take();
}

/// Runs `body` on a snapshot. On an engine that never waits this is done without a suspension, on this thread. `body`
/// may run more than once, and must refer only to what lives until this returns. The engine must live until then.
template <class T>
Async<T> read(Engine& engine, WorkBody<T> body) {
  Attempt<T> attempt(std::move(body));
  Work work = [&attempt](Transaction& transaction) { return attempt.run(transaction); };
  std::optional<Errc> failure;
  if (engine.traits().waits) {
    failure = co_await engine.read_async(std::move(work));
  } else {
    failure = engine.read(work);
  }
  if (failure) co_return Failure{.code = *failure};
  co_return attempt.take();
}

}  // namespace tacit::store
