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

BOOST_AUTO_TEST_CASE(a_started_task_ends_when_the_last_coroutine_is_resumed) {
  Gate gate;
  Task<int> task = behind(gate);
  task.start();
  BOOST_TEST(!task.done());
  gate.waiting.resume();
  BOOST_TEST(task.done());
  BOOST_TEST(task.take() == 7);
  Task<int> value = ready();
  value.start();
  BOOST_TEST(value.done());
  BOOST_TEST(value.take() == 41);
  Task<std::string> at_once = sum();
  at_once.start();
  BOOST_TEST(at_once.done());
  BOOST_TEST(at_once.take() == "42");
}

BOOST_AUTO_TEST_CASE(a_task_waits_as_often_as_it_has_to) {
  Gate gate;
  const auto wait_often = [](Gate& at, int times) -> Task<int> {
    int total = 0;
    for (int i = 0; i < times; ++i) total += co_await behind(at);
    co_return total;
  };
  constexpr int times = 100'000;  // more frames than a stack would take
  Task<int> task = wait_often(gate, times);
  task.start();
  int resumed = 0;
  for (; !task.done(); ++resumed) gate.waiting.resume();
  BOOST_TEST(resumed == times);
  BOOST_TEST(task.take() == 7 * times);
}

BOOST_AUTO_TEST_CASE(what_a_waiting_task_throws_reaches_the_one_that_takes) {
  Gate gate;
  const auto fail_later = [](Gate& at) -> Task<int> {
    const int value = co_await behind(at);
    if (value > 0) throw std::runtime_error("broken");
    co_return value;
  };
  Task<int> task = fail_later(gate);
  task.start();
  gate.waiting.resume();
  BOOST_TEST(task.done());
  BOOST_CHECK_THROW(task.take(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_suspended_task_is_cleaned_up_with_its_callees) {
  Gate gate;
  const auto alive = std::make_shared<int>(1);
  {
    const auto holding = [](Gate& at, std::shared_ptr<int> kept) -> Task<int> {
      const int value = co_await behind(at);
      co_return value + *kept;
    };
    const auto outer = [&holding](Gate& at, std::shared_ptr<int> kept) -> Task<int> {
      const int value = co_await holding(at, kept);
      co_return value + *kept;
    };
    Task<int> task = outer(gate, alive);
    task.start();
    BOOST_TEST(!task.done());
    BOOST_TEST(alive.use_count() == 3);
  }
  BOOST_TEST(alive.use_count() == 1);
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
