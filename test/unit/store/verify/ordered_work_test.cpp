// A step on several threads: results in order, failures at their place, an end with work left.
#include "store/verify/ordered_work.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using tacit::store::OrderedWork;

namespace {

struct Number {
  int given = 0;
  int made = 0;
  std::thread::id by{};
};

std::unique_ptr<Number> number(int given) { return std::make_unique<Number>(Number{.given = given}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(ordered_work)

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_the_items) {
  for (const unsigned threads : {0U, 1U, 2U, 5U}) {
    OrderedWork<Number> work(threads, [](Number& each) {
      if (each.given % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      each.made = 2 * each.given;
    });
    std::vector<int> made;
    for (int i = 0; i < 200; ++i) {
      work.push(number(i));
      while (work.is_full()) made.push_back(work.pop()->made);
    }
    while (!work.is_empty()) made.push_back(work.pop()->made);
    BOOST_REQUIRE(made.size() == 200U);
    for (int i = 0; i < 200; ++i) BOOST_TEST(made[static_cast<std::size_t>(i)] == 2 * i);
  }
}

BOOST_AUTO_TEST_CASE(one_thread_is_the_callers) {
  OrderedWork<Number> work(1, [](Number& each) { each.by = std::this_thread::get_id(); });
  work.push(number(1));
  BOOST_TEST((work.pop()->by == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(several_threads_take_part) {
  std::atomic<int> inside{0};
  std::atomic<bool> met{false};
  OrderedWork<Number> work(2, [&](Number&) {
    // Two steps wait for each other, so both must run at once.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    if (++inside == 2) met = true;
    while (!met && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  });
  work.push(number(1));
  work.push(number(2));
  work.pop();
  work.pop();
  BOOST_TEST(met);
}

BOOST_AUTO_TEST_CASE(what_a_step_throws_comes_at_its_place) {
  for (const unsigned threads : {1U, 3U}) {
    OrderedWork<Number> work(threads, [](Number& each) {
      if (each.given == 1) throw std::runtime_error("one");
    });
    for (int i = 0; i < 3; ++i) work.push(number(i));
    BOOST_TEST(work.pop()->given == 0);
    BOOST_CHECK_THROW(work.pop(), std::runtime_error);
    BOOST_TEST(work.pop()->given == 2);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_items_left) {
  std::atomic<int> ran{0};
  {
    OrderedWork<Number> work(3, [&ran](Number&) { ++ran; });
    for (int i = 0; i < 12; ++i) work.push(number(i));
    work.pop();
  }
  BOOST_TEST(ran >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
