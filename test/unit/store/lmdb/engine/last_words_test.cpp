// A process's last line and its end, when LMDB fails in it. Each case runs once more in a child process, where
// Boost.Test handles no signals, and causes the failure there.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "store/lmdb/environment/map_faults.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr const char* marker = "TACIT_LAST_WORDS";

struct Ended {
  int status = 0;  ///< as from waitpid(2)
  std::string words;
};

[[noreturn]] void be_case(const std::string& name, int errors) {
  ::dup2(errors, STDERR_FILENO);
  ::setenv(marker, "1", 1);
  const std::string one = "--run_test=last_words/" + name;
  ::execl("/proc/self/exe", "unit-store", one.c_str(), "--catch_system_errors=no", "--log_level=nothing",
          "--report_level=no", static_cast<char*>(nullptr));
  ::_exit(78);
}

/// In the child: runs it with a store open. In the parent: returns the child's end.
Ended end_in_child(const std::string& name, const std::function<void()>& work) {
  Ended ended;
  if (std::getenv(marker) != nullptr) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    const StoreFixture fixture;
    work();
    ::_exit(77);
  }
  int ends[2] = {-1, -1};
  BOOST_REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) be_case(name, ends[1]);
  ::close(ends[1]);
  char part[256];
  for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;) {
    ended.words.append(part, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  while (::waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
  }
  return ended;
}

void expect_last_words(const Ended& ended, const std::string& words) {
  BOOST_TEST(WIFEXITED(ended.status));
  BOOST_TEST(WEXITSTATUS(ended.status) == 1);
  BOOST_TEST(ended.words.find(words) != std::string::npos, ended.words);
  BOOST_TEST(ended.words.find("data.mdb: ") != std::string::npos, ended.words);
  BOOST_TEST(ended.words.find("either this file is damaged, or this is a fault of Tacit") != std::string::npos);
  BOOST_TEST(ended.words.find("tacit verify") != std::string::npos);
  BOOST_TEST(std::ranges::count(ended.words, '\n') == 1);
}

void stumble() {
  const TrustedPages trusted;
  std::abort();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(last_words)

BOOST_AUTO_TEST_CASE(a_damaged_heap_is_reported_as_a_failure_in_memory) {
  expect_last_words(end_in_child("a_damaged_heap_is_reported_as_a_failure_in_memory", stumble), "failed in memory");
}

BOOST_AUTO_TEST_CASE(two_threads_that_fail_at_once_report_once) {
  const Ended ended = end_in_child("two_threads_that_fail_at_once_report_once", [] {
    std::thread second(stumble);
    stumble();
  });
  expect_last_words(ended, "failed in memory");
}

BOOST_AUTO_TEST_CASE(an_abort_outside_a_store_stays_an_abort) {
  const Ended ended = end_in_child("an_abort_outside_a_store_stays_an_abort", [] { std::abort(); });
  BOOST_TEST(WIFSIGNALED(ended.status));
  BOOST_TEST(ended.words.empty(), ended.words);
}

BOOST_AUTO_TEST_SUITE_END()
