// Waits in a coroutine for an answer from another thread.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace tacit::store {

/// A coroutine that waits for a T. Thread-safe.
template <class T>
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// Answers, unless the deadline has passed or an answer was given. Afterwards this does not touch the waiting
  /// coroutine.
  virtual void answer(T value) = 0;
};

namespace detail {

/// The answer and the deadline race; `settled_` records the winner, and the loser does nothing. All other members are
/// used on the coroutine's executor only. Exception: a winning answer posts to that executor. The coroutine is not
/// resumed before the posted function runs, so its context still exists.
template <class T, class Handler>
class CoroutineWaiter final : public Waiter<T>, public std::enable_shared_from_this<CoroutineWaiter<T, Handler>> {
 public:
  CoroutineWaiter(std::shared_ptr<std::optional<T>> answer, Handler handler) : answer_(std::move(answer)) {
    const auto executor = boost::asio::get_associated_executor(handler);
    bound_.emplace(executor, std::move(handler));
  }

  void start(std::chrono::milliseconds deadline) {
    bound_->timer.expires_after(deadline);
    bound_->timer.async_wait([self = this->shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled && !self->settled_.exchange(true, std::memory_order_acq_rel)) self->resume();
    });
  }

  void answer(T value) override {
    if (settled_.exchange(true, std::memory_order_acq_rel)) return;
    boost::asio::post(bound_->executor, [self = this->shared_from_this(), value = std::move(value)]() mutable {
      *self->answer_ = std::move(value);
      self->resume();
    });
  }

 private:
  using Executor = boost::asio::associated_executor_t<Handler>;

  /// State that belongs to the coroutine's execution context and must not outlive it.
  struct Bound {
    Bound(const Executor& on, Handler&& resumes)
        : executor(on), outstanding(on), timer(on), handler(std::move(resumes)) {}
    Executor executor;
    boost::asio::executor_work_guard<Executor> outstanding;
    boost::asio::steady_timer timer;
    Handler handler;
  };

  void resume() {
    Handler handler = std::move(bound_->handler);
    bound_.reset();
    std::move(handler)();
  }

  const std::shared_ptr<std::optional<T>> answer_;
  std::atomic<bool> settled_{false};
  std::optional<Bound> bound_;
};

}  // namespace detail

/// Calls `enlist` with a shared pointer to a Waiter. The waiter may be answered immediately, later, on any thread, or
/// never. Resumes on the awaiting coroutine's executor with the answer, or with std::nullopt at the deadline. Until
/// then the execution context must live and have outstanding work.
template <class T, class Enlist>
boost::asio::awaitable<std::optional<T>> wait_for(Enlist enlist, std::chrono::milliseconds deadline) {
  const auto answer = std::make_shared<std::optional<T>>();
  // A named object: g++ 12 destroys a lambda temporary of an awaiting expression twice.
  auto initiate = [&answer, &enlist, deadline](auto handler) {
    using Handler = decltype(handler);
    const auto waiter = std::make_shared<detail::CoroutineWaiter<T, Handler>>(answer, std::move(handler));
    waiter->start(deadline);
    try {
      enlist(std::shared_ptr<Waiter<T>>(waiter));
    } catch (const std::exception&) {
      // Out of memory. The coroutine is already suspended and cannot receive an exception; the deadline resumes it.
    }
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(std::move(initiate),
                                                                                      boost::asio::use_awaitable);
  co_return std::move(*answer);
}

}  // namespace tacit::store
