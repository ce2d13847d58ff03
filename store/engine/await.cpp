#include "store/engine/await.hpp"

#include <string>

#include "store/engine/waiter.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

struct Answer {
  std::optional<Errc> failure;
};

Failure no_answer(std::chrono::milliseconds deadline) {
  return failed(Errc::unavailable, "the store did not answer within " + std::to_string(deadline.count()) +
                                       " ms: it is not known whether the change was made");
}

}  // namespace

boost::asio::awaitable<std::optional<Failure>> submit(Engine& engine, Write write) {
  const std::chrono::milliseconds deadline = engine.write_deadline();
  auto enlist = [&engine, &write](std::shared_ptr<Waiter<Answer>> waiter) {
    write.done = [waiter = std::move(waiter)](std::optional<Errc> failure) { waiter->answer(Answer{failure}); };
    engine.submit(std::move(write));
  };
  const std::optional<Answer> answer = co_await wait_for<Answer>(enlist, deadline);
  if (!answer) co_return no_answer(deadline);
  if (answer->failure) co_return failed(*answer->failure);
  co_return std::nullopt;
}

}  // namespace tacit::store
