// The writer wakes up several times in each commit: neither it nor the kernel threads that it waits for may wait for
// other threads' long slices each time.
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <thread>
#include <vector>

#include "store/slices/thread_scheduling.hpp"
#include "store/slices/turns.hpp"

using namespace tacit::store;

namespace {

/// The kernel's sched_attr (sched_setattr(2)).
struct Attributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

Attributes attributes_of(pid_t thread) {
  Attributes attributes{};
  BOOST_REQUIRE_EQUAL(::syscall(SYS_sched_getattr, thread, &attributes, sizeof attributes, 0), 0);
  return attributes;
}

/// Whether this kernel keeps what a thread asks for: Linux 6.12 and later.
bool keeps_slices() {
  bool kept = false;
  std::thread([&kept] {
    Attributes attributes = attributes_of(0);
    attributes.runtime = 200'000;
    kept = ::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 && attributes_of(0).runtime == 200'000;
  }).join();
  return kept;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_scheduling)

BOOST_AUTO_TEST_CASE(policy_and_niceness_stay) {
  std::thread([] {
    const sched_param none{};
    BOOST_REQUIRE_EQUAL(::sched_setscheduler(0, SCHED_BATCH, &none), 0);
    const auto self = static_cast<id_t>(::gettid());
    BOOST_REQUIRE_EQUAL(::setpriority(PRIO_PROCESS, self, 7), 0);
    ask_to_give_way();
    BOOST_TEST(attributes_of(0).policy == static_cast<unsigned>(SCHED_BATCH));
    BOOST_TEST(attributes_of(0).nice == 7);
    if (keeps_slices()) BOOST_TEST(attributes_of(0).runtime == 30'000'000U);
    ask_for_usual_slices();
  }).join();
}

BOOST_AUTO_TEST_CASE(a_thread_of_the_idle_policy_is_left_alone) {
  std::thread([] {
    const sched_param none{};
    BOOST_REQUIRE_EQUAL(::sched_setscheduler(0, SCHED_IDLE, &none), 0);
    const Attributes before = attributes_of(0);
    ask_to_give_way();
    BOOST_TEST(attributes_of(0).policy == static_cast<unsigned>(SCHED_IDLE));
    BOOST_TEST(attributes_of(0).runtime == before.runtime);
    ask_for_usual_slices();
  }).join();
}

/// Takes two turns, and notes the length of the slices in each.
boost::asio::awaitable<void> take_turns(std::vector<std::uint64_t>& slices) {
  for (int i = 0; i < 2; ++i) {
    co_await next_turn();
    slices.push_back(attributes_of(0).runtime);
  }
}

BOOST_AUTO_TEST_CASE(a_thread_yields_while_others_wait_for_turns) {
  std::thread([] {
    const std::uint64_t usual = attributes_of(0).runtime;
    boost::asio::io_context context(1);
    std::vector<std::uint64_t> slices;
    boost::asio::co_spawn(context, take_turns(slices), boost::asio::detached);
    context.run();
    BOOST_REQUIRE_EQUAL(slices.size(), 2U);
    if (keeps_slices()) BOOST_TEST(slices[0] == 30'000'000U);
    if (keeps_slices()) BOOST_TEST(slices[1] == 30'000'000U);
    BOOST_TEST(attributes_of(0).runtime == usual);
  }).join();
}

BOOST_AUTO_TEST_CASE(a_thread_that_commits_has_short_slices_while_another_gives_way) {
  std::thread([] {
    const std::uint64_t usual = attributes_of(0).runtime;
    run_promptly_beside_lists();
    BOOST_TEST(attributes_of(0).runtime == usual);
    std::thread(ask_to_give_way).join();
    run_promptly_beside_lists();
    if (keeps_slices()) BOOST_TEST(attributes_of(0).runtime == 100'000U);
    std::thread(ask_for_usual_slices).join();
    run_promptly_beside_lists();
    BOOST_TEST(attributes_of(0).runtime == usual);
  }).join();
}

BOOST_AUTO_TEST_SUITE_END()
