// The thread for timers: order, times, and its end.
#include "store/etcd/engine/background.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tacit::store::etcd;

BOOST_AUTO_TEST_SUITE(etcd_background)

BOOST_AUTO_TEST_CASE(jobs_run_in_the_order_of_their_times) {
  Background background;
  const auto schedule = background.schedule();
  std::vector<int> order;
  std::promise<void> done;
  const auto began = BootClock::now();
  schedule->after(30ms, [&] {
    order.push_back(3);
    done.set_value();
  });
  schedule->post([&] { order.push_back(1); });
  schedule->post([&] { order.push_back(2); });
  BOOST_TEST_REQUIRE((done.get_future().wait_for(10s) == std::future_status::ready));
  background.stop();
  BOOST_TEST((order == std::vector<int>{1, 2, 3}));
  BOOST_TEST((BootClock::now() - began >= 30ms));
}

BOOST_AUTO_TEST_CASE(an_earlier_job_does_not_wait_for_a_later_one) {
  Background background;
  const auto schedule = background.schedule();
  schedule->after(1h, [] {});
  std::promise<void> done;
  schedule->after(1ms, [&] { done.set_value(); });
  BOOST_TEST((done.get_future().wait_for(10s) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(the_end_destroys_jobs_that_have_not_run) {
  const auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = owned;
  auto background = std::make_unique<Background>();
  const auto schedule = background->schedule();
  std::atomic<bool> ran{false};
  schedule->after(1h, [&ran, kept = owned] { ran = true; });
  background->stop();
  BOOST_TEST(owned.use_count() == 1);
  // Neither do later ones run, or stay.
  schedule->post([&ran, kept = owned] { ran = true; });
  BOOST_TEST(owned.use_count() == 1);
  background.reset();
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_job_that_runs) {
  Background background;
  std::promise<void> began;
  std::atomic<bool> ended{false};
  background.schedule()->post([&] {
    began.set_value();
    std::this_thread::sleep_for(50ms);
    ended = true;
  });
  began.get_future().wait();
  background.stop();
  BOOST_TEST(ended.load());
}

BOOST_AUTO_TEST_CASE(an_answer_for_an_owner_that_has_ended_is_dropped) {
  struct Owner {
    int answers = 0;
  };
  Background background;
  auto owner = std::make_shared<Owner>();
  std::promise<void> first;
  const auto answer = back_on(background.schedule(), std::weak_ptr<Owner>(owner), [&first](Owner& self, int number) {
    self.answers += number;
    first.set_value();
  });
  answer(1);
  first.get_future().wait();
  BOOST_TEST(owner->answers == 1);
  owner.reset();
  answer(1);  // would set the promise again
  std::promise<void> later;
  background.schedule()->post([&] { later.set_value(); });
  BOOST_TEST((later.get_future().wait_for(10s) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(the_clock_does_not_go_back) {
  const auto before = BootClock::now();
  BOOST_TEST((before > BootClock::time_point()));
  BOOST_TEST((BootClock::now() >= before));
}

BOOST_AUTO_TEST_SUITE_END()
