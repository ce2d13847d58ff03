#include "store/await.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tacit::store {
namespace {

namespace asio = boost::asio;

/// Shared by the engine, which writes it, and the coroutine, which reads it after it was resumed.
using Answer = std::shared_ptr<std::optional<Errc>>;

template <class Handler>
class AwaitedWrite final : public WriteJob {
 public:
  AwaitedWrite(std::shared_ptr<Work> work, Answer answer, Handler handler, WriteTerms terms)
      : work_(std::move(work)),
        answer_(std::move(answer)),
        executor_(asio::get_associated_executor(handler)),
        outstanding_(executor_),
        handler_(std::move(handler)) {
    growth = terms.growth;
    bytes = terms.bytes;
  }

  Work& work() override { return *work_; }

  void done(std::optional<Errc> failure) noexcept override {
    *answer_ = failure;
    asio::post(executor_, std::move(handler_));
  }

 private:
  using Executor = asio::associated_executor_t<Handler>;
  std::shared_ptr<Work> work_;
  Answer answer_;
  Executor executor_;
  asio::executor_work_guard<Executor> outstanding_;
  Handler handler_;
};

}  // namespace

asio::awaitable<std::optional<Errc>> submit(Engine& engine, std::shared_ptr<Work> work, WriteTerms terms) {
  const auto answer = std::make_shared<std::optional<Errc>>();
  // A named object: g++ 12 destroys a lambda temporary of an awaiting expression twice.
  auto initiate = [&engine, &work, &answer, terms](auto handler) {
    using Handler = decltype(handler);
    engine.write(std::make_unique<AwaitedWrite<Handler>>(std::move(work), answer, std::move(handler), terms));
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(initiate), asio::use_awaitable);
  co_return *answer;
}

}  // namespace tacit::store
