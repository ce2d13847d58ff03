#include "store/etcd/rpc/rpc_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <thread>

#include "test/unit/store/etcd/rpc/rpc_fixture.hpp"

namespace tacit::store::etcd {
namespace {

using namespace testing;
namespace asio = boost::asio;

/// Where and with what a coroutine was resumed.
struct Resumed {
  std::optional<RpcOutcome<std::int64_t>> outcome{};
  std::thread::id thread{};
};

asio::awaitable<void> wait_and_note(StartRpc<std::int64_t> start, Clock::time_point deadline, RpcErrc late,
                                    Resumed* resumed) {
  RpcOutcome<std::int64_t> outcome = co_await await_rpc<std::int64_t>(std::move(start), deadline, late);
  resumed->outcome.emplace(std::move(outcome));
  resumed->thread = std::this_thread::get_id();
}

Resumed run(StartRpc<std::int64_t> start, Clock::duration time, RpcErrc late = RpcErrc::unreachable) {
  asio::io_context context(1);
  Resumed resumed;
  asio::co_spawn(context, wait_and_note(std::move(start), in(time), late, &resumed), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
  BOOST_REQUIRE(resumed.outcome);
  return resumed;
}

BOOST_AUTO_TEST_SUITE(rpc_await)

BOOST_AUTO_TEST_CASE(a_coroutine_resumes_on_its_own_executor_with_the_answer_of_another_thread) {
  std::thread other;
  const Resumed resumed = run(
      [&other](EtcdClient::Done<std::int64_t> done) {
        other = std::thread([done = std::move(done)] { done(std::int64_t{42}); });
      },
      seconds(10));
  other.join();
  BOOST_REQUIRE(*resumed.outcome);
  BOOST_TEST(**resumed.outcome == 42);
  BOOST_TEST((resumed.thread == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(an_answer_at_once_is_taken) {
  const Resumed resumed = run([](EtcdClient::Done<std::int64_t> done) { done(std::int64_t{7}); }, seconds(10));
  BOOST_REQUIRE(*resumed.outcome);
  BOOST_TEST(**resumed.outcome == 7);
}

BOOST_AUTO_TEST_CASE(a_coroutine_without_an_answer_resumes_at_the_deadline_with_the_code_it_chose) {
  EtcdClient::Done<std::int64_t> kept;
  const Resumed resumed = run([&kept](EtcdClient::Done<std::int64_t> done) { kept = std::move(done); },
                              milliseconds(20), RpcErrc::in_doubt);
  BOOST_REQUIRE(!*resumed.outcome);
  BOOST_TEST((resumed.outcome->error().code == RpcErrc::in_doubt));
  kept(std::int64_t{1});  // too late, and harmless
}

BOOST_AUTO_TEST_CASE(a_thread_blocks_until_the_answer_or_the_deadline) {
  std::thread other;
  const StartRpc<std::int64_t> answered = [&other](EtcdClient::Done<std::int64_t> done) {
    other = std::thread([done = std::move(done)] { done(std::int64_t{3}); });
  };
  const auto value = block_on_rpc<std::int64_t>(answered, in(seconds(10)));
  other.join();
  BOOST_REQUIRE(value);
  BOOST_TEST(*value == 3);
  const StartRpc<std::int64_t> silent = [](EtcdClient::Done<std::int64_t>) {};
  const auto late = block_on_rpc<std::int64_t>(silent, in(milliseconds(20)), RpcErrc::in_doubt);
  BOOST_REQUIRE(!late);
  BOOST_TEST((late.error().code == RpcErrc::in_doubt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
