#include "store/slices/turns.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <memory>
#include <utility>

#include "store/slices/thread_scheduling.hpp"

namespace tacit::store {
namespace {

namespace asio = boost::asio;

class TurnWaiter {
 public:
  TurnWaiter() = default;
  TurnWaiter(const TurnWaiter&) = delete;
  TurnWaiter& operator=(const TurnWaiter&) = delete;
  virtual ~TurnWaiter() = default;
  virtual void resume() = 0;
};

template <class Handler>
class TurnWaiterOf final : public TurnWaiter {
 public:
  explicit TurnWaiterOf(Handler handler) : handler_(std::move(handler)) {}
  void resume() override {
    Handler handler = std::move(handler_);
    std::move(handler)();
  }

 private:
  Handler handler_;
};

/// The waiting turns of one io_context. Destroyed with it.
class Turns final : public asio::execution_context::service {
 public:
  using key_type = Turns;
  static asio::execution_context::id id;

  explicit Turns(asio::execution_context& owner) : service(owner) {}

  void wait(std::unique_ptr<TurnWaiter> waiter, TurnKind kind, const asio::any_io_executor& executor) {
    (kind == TurnKind::release ? releases_ : lists_).push_back(std::move(waiter));
    if (!scheduled_) schedule(executor);
    if (!giving_way_) ask_to_give_way();
    giving_way_ = true;
  }

 private:
  void shutdown() override {
    if (std::exchange(giving_way_, false)) ask_for_usual_slices();
    releases_.clear();
    lists_.clear();
  }

  /// Asio polls between a handler and the handler that it posted, but queues the handlers from the poll after the
  /// posted one. A second post therefore puts this one after them.
  void schedule(const asio::any_io_executor& executor) {
    scheduled_ = true;
    asio::post(executor, [this, executor] { asio::post(executor, [this, executor] { resume_first(executor); }); });
  }

  void resume_first(const asio::any_io_executor& executor) {
    constexpr unsigned turns_for_a_list = 4;
    ++turn_;
    const bool release = !releases_.empty() && (lists_.empty() || turn_ % turns_for_a_list != 0);
    auto& queue = release ? releases_ : lists_;
    const std::unique_ptr<TurnWaiter> first = std::move(queue.front());
    queue.pop_front();
    scheduled_ = false;
    if (!releases_.empty() || !lists_.empty()) schedule(executor);
    first->resume();
    // Only now, because most coroutines wait for another turn at once.
    if (scheduled_) return;
    ask_for_usual_slices();
    giving_way_ = false;
  }

  std::deque<std::unique_ptr<TurnWaiter>> releases_;
  std::deque<std::unique_ptr<TurnWaiter>> lists_;
  unsigned turn_ = 0;
  bool scheduled_ = false;
  bool giving_way_ = false;  ///< to other threads, while much work waits
};

asio::execution_context::id Turns::id;

}  // namespace

asio::awaitable<void> next_turn(TurnKind kind) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  // A named object: g++ 12 destroys a lambda temporary of an awaiting expression twice.
  auto initiate = [executor, kind](auto handler) {
    auto& turns = asio::use_service<Turns>(asio::query(executor, asio::execution::context));
    turns.wait(std::make_unique<TurnWaiterOf<decltype(handler)>>(std::move(handler)), kind, executor);
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(initiate), asio::use_awaitable);
}

}  // namespace tacit::store
