#include "store/await.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <optional>

#include "store/failures.hpp"

namespace tacit::store {
namespace {

namespace asio = boost::asio;

/// Written before the coroutine is resumed, read by it after.
using Answer = std::shared_ptr<std::optional<Failure>>;

/// A coroutine that waits for a write. The engine's answer and the deadline race, and `settled_` says who was first:
/// the other does nothing. All else is touched on the coroutine's executor only, except that the engine, once it has
/// won, posts to it: the coroutine is not resumed before that has run, so its context is still there.
template <class Handler>
class Waiting : public std::enable_shared_from_this<Waiting<Handler>> {
 public:
  Waiting(Answer answer, Handler handler) : answer_(std::move(answer)) {
    auto executor = asio::get_associated_executor(handler);
    bound_.emplace(executor, std::move(handler));
  }

  void start(std::chrono::milliseconds deadline) {
    bound_->timer.expires_after(deadline);
    bound_->timer.async_wait([self = this->shared_from_this(), deadline](boost::system::error_code error) {
      if (!error && !self->settled_.exchange(true, std::memory_order_acq_rel)) self->resume(no_answer(deadline));
    });
  }

  /// On any thread.
  void answered(std::optional<Errc> failure) {
    if (settled_.exchange(true, std::memory_order_acq_rel)) return;
    asio::post(bound_->executor, [self = this->shared_from_this(), failure] {
      self->resume(failure ? std::optional<Failure>(failed(*failure)) : std::nullopt);
    });
  }

 private:
  using Executor = asio::associated_executor_t<Handler>;

  /// What belongs to the coroutine's execution context and may not outlive it.
  struct Bound {
    Bound(const Executor& on, Handler&& resumes)
        : executor(on), outstanding(on), timer(on), handler(std::move(resumes)) {}
    Executor executor;
    asio::executor_work_guard<Executor> outstanding;
    asio::steady_timer timer;
    Handler handler;
  };

  static Failure no_answer(std::chrono::milliseconds deadline) {
    return failed(Errc::unavailable, "the store did not answer within " + std::to_string(deadline.count()) +
                                         " ms: it is not known whether the change was made");
  }

  void resume(std::optional<Failure> failure) {
    *answer_ = std::move(failure);
    Handler handler = std::move(bound_->handler);
    bound_.reset();  // cancels the timer; a write that is still under way keeps nothing of the context
    std::move(handler)();
  }

  const Answer answer_;
  std::atomic<bool> settled_{false};
  std::optional<Bound> bound_;
};

template <class Handler>
class AwaitedWrite final : public WriteJob {
 public:
  AwaitedWrite(std::shared_ptr<Work> work, std::shared_ptr<Waiting<Handler>> waiting, const WriteTerms& terms)
      : work_(std::move(work)), waiting_(std::move(waiting)) {
    growth = terms.growth;
    bytes = terms.bytes;
  }

  Work& work() override { return *work_; }
  void done(std::optional<Errc> failure) noexcept override { waiting_->answered(failure); }

 private:
  std::shared_ptr<Work> work_;
  std::shared_ptr<Waiting<Handler>> waiting_;
};

}  // namespace

asio::awaitable<std::optional<Failure>> submit(Engine& engine, std::shared_ptr<Work> work, WriteTerms terms) {
  const auto answer = std::make_shared<std::optional<Failure>>();
  // A named object: g++ 12 destroys a lambda temporary of an awaiting expression twice.
  auto initiate = [&engine, &work, &answer, terms](auto handler) {
    using Handler = decltype(handler);
    const auto waiting = std::make_shared<Waiting<Handler>>(answer, std::move(handler));
    waiting->start(terms.deadline);
    engine.write(std::make_unique<AwaitedWrite<Handler>>(std::move(work), waiting, terms));
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(initiate), asio::use_awaitable);
  co_return std::move(*answer);
}

}  // namespace tacit::store
