// Work that answers an Outcome: what the store's operations hand to an engine.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "store/engine.hpp"

namespace tacit::store {

/// What an operation does in its transaction. Whatever it refers to must outlive the work (keep it by shared pointer).
template <class T>
using WorkBody = std::function<Task<Outcome<T>>(Transaction&)>;

template <class T>
class OutcomeWork final : public Work {
 public:
  explicit OutcomeWork(WorkBody<T> body) : body_(std::move(body)) {}

  Task<bool> run(Transaction& transaction) override {
    outcome_.reset();
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

  /// What came of it, once the engine has answered. Rethrows what the body threw.
  Outcome<T> take(std::optional<Errc> failure) {
    if (failure) return Failure{*failure, {}, {}, {}};
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(*outcome_);
  }

 private:
  WorkBody<T> body_;
  std::optional<Outcome<T>> outcome_;
  std::exception_ptr thrown_;
};

/// Runs `body` on a snapshot, on this thread.
template <class T>
Outcome<T> read(Engine& engine, WorkBody<T> body) {
  OutcomeWork<T> work(std::move(body));
  const auto failure = engine.read(work);
  return work.take(failure);
}

}  // namespace tacit::store
