// Events limited to one per interval.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "crypto/time/at_most_every.hpp"

using namespace tacit::crypto;
using namespace std::chrono_literals;

namespace {

constexpr AtMostEvery::Clock::time_point start{1h};

template <class Limit>
void check_interval(Limit& events) {
  BOOST_TEST(events.admit(start));
  BOOST_TEST(!events.admit(start));
  BOOST_TEST(!events.admit(start + 999ms));
  BOOST_TEST(events.admit(start + 1s));
  BOOST_TEST(!events.admit(start + 1999ms));
  BOOST_TEST(events.admit(start + 2s));
  events.reset();
  BOOST_TEST(events.admit(start + 2s));
  BOOST_TEST(!events.admit(start + 2s));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(at_most_every)

BOOST_AUTO_TEST_CASE(an_event_holds_up_those_of_the_interval_after_it) {
  AtMostEvery events(1s);
  check_interval(events);
}

BOOST_AUTO_TEST_CASE(a_shared_limit_admits_alike) {
  SharedAtMostEvery events(1s);
  check_interval(events);
}

BOOST_AUTO_TEST_CASE(an_earlier_event_can_be_given) {
  AtMostEvery events(1min, start);
  BOOST_TEST(!events.admit(start + 1min - 1ns));
  BOOST_TEST(events.admit(start + 1min));
}

BOOST_AUTO_TEST_CASE(one_of_several_threads_is_admitted) {
  SharedAtMostEvery events(1s);
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { admitted += events.admit(start) ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(admitted == 1);
}

BOOST_AUTO_TEST_SUITE_END()
