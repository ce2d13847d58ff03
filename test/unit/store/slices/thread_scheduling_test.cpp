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
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "store/secrets/secrets.hpp"
#include "store/slices/thread_scheduling.hpp"
#include "store/slices/turns.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

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

/// Never below 0.
bool may_lower_niceness() {
  rlimit limit{};
  return ::geteuid() == 0 || (::getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= 20);
}

pid_t thread_named(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string one;
    std::getline(std::ifstream(task.path() / "comm"), one);
    if (one == name) return std::stoi(task.path().filename());
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_scheduling)

BOOST_AUTO_TEST_CASE(the_writer_has_short_slices) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  const pid_t writer = thread_named("store-writer");
  BOOST_REQUIRE_NE(writer, 0);
  if (keeps_slices()) BOOST_TEST(attributes_of(writer).runtime == 100'000U);
  BOOST_TEST(attributes_of(writer).policy == attributes_of(0).policy);
}

BOOST_AUTO_TEST_CASE(the_policy_stays_and_niceness_falls_where_that_is_allowed) {
  std::thread([] {
    const sched_param none{};
    BOOST_REQUIRE_EQUAL(::sched_setscheduler(0, SCHED_BATCH, &none), 0);
    const auto self = static_cast<id_t>(::gettid());
    BOOST_REQUIRE_EQUAL(::setpriority(PRIO_PROCESS, self, 7), 0);
    ask_to_run_promptly();
    BOOST_TEST(attributes_of(0).policy == static_cast<unsigned>(SCHED_BATCH));
    BOOST_TEST(attributes_of(0).nice == (may_lower_niceness() ? 2 : 7));
    if (keeps_slices()) BOOST_TEST(attributes_of(0).runtime == 100'000U);
  }).join();
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_only_to_use_idle_time_is_left_alone) {
  std::thread([] {
    const sched_param none{};
    BOOST_REQUIRE_EQUAL(::sched_setscheduler(0, SCHED_IDLE, &none), 0);
    const Attributes before = attributes_of(0);
    ask_to_run_promptly();
    BOOST_TEST(attributes_of(0).policy == static_cast<unsigned>(SCHED_IDLE));
    BOOST_TEST(attributes_of(0).runtime == before.runtime);
  }).join();
}

/// Takes two turns, and notes the length of the slices in each.
boost::asio::awaitable<void> take_turns(std::vector<std::uint64_t>& slices) {
  for (int i = 0; i < 2; ++i) {
    co_await next_turn();
    slices.push_back(attributes_of(0).runtime);
  }
}

BOOST_AUTO_TEST_CASE(a_thread_gives_way_while_turns_are_waited_for) {
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

BOOST_AUTO_TEST_SUITE_END()
