// Tasks: results and exceptions reach the caller, and a long loop does not grow the stack.
#include "store/engine/task.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

using tacit::store::Task;

namespace {

/// Waits until `go` is called, as a transaction on a network would.
struct Gate {
  std::coroutine_handle<> waiting;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> caller) { waiting = caller; }
  void await_resume() const {}
};

Task<int> one() { co_return 1; }
Task<int> ready() { return 41; }
Task<std::string> sum() {
  const int a = co_await one();
  const int b = co_await ready();
  co_return std::to_string(a + b);
}
Task<int> broken() {
  throw std::runtime_error("broken");
  co_return 0;
}
Task<bool> catches() {
  try {
    co_await broken();
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}
Task<long> many(int count) {
  long total = 0;
  for (int i = 0; i < count; ++i) total += co_await one();
  co_return total;
}
Task<int> behind(Gate& gate) {
  co_await gate;
  co_return 7;
}
Task<void> through(Gate& gate, int& result) { result = co_await behind(gate); }

}  // namespace

BOOST_AUTO_TEST_SUITE(task)

BOOST_AUTO_TEST_CASE(runs_to_its_end_when_nothing_waits) { BOOST_TEST(sum().run() == "42"); }

BOOST_AUTO_TEST_CASE(exceptions_reach_the_awaiting_caller) {
  BOOST_TEST(catches().run());
  BOOST_CHECK_THROW(broken().run(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_long_loop_does_not_grow_the_stack) { BOOST_TEST(many(1000000).run() == 1000000); }

BOOST_AUTO_TEST_CASE(a_waiting_task_resumes_its_caller) {
  Gate gate;
  int result = 0;
  Task<void> task = through(gate, result);
  BOOST_TEST(!task.await_ready());
  BOOST_TEST(task.await_suspend(std::noop_coroutine()));
  BOOST_TEST(result == 0);
  gate.waiting.resume();
  BOOST_TEST(result == 7);
}

BOOST_AUTO_TEST_CASE(an_engine_without_waits_reports_a_waiting_task) {
  Gate gate;
  int result = 0;
  BOOST_CHECK_THROW(through(gate, result).run(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_task_that_never_ran_is_cleaned_up) {
  const auto alive = std::make_shared<int>(1);
  {
    const auto body = [](std::shared_ptr<int> kept) -> Task<int> { co_return *kept; };
    const Task<int> task = body(alive);
    BOOST_TEST(alive.use_count() == 2);
  }
  BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
