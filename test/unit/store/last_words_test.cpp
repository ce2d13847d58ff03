// What a process says, and how it ends, when LMDB stumbles in it.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "store/map_faults.hpp"
#include "test/unit/store/bed.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct Ended {
  int status = 0;  ///< as waitpid(2) has it
  std::string words;
};

/// In a child that has a store open.
Ended end_in_child(const std::function<void()>& work) {
  Bed bed;
  bed.close();
  int ends[2] = {-1, -1};
  BOOST_REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    const auto opened = Store::open(bed.store_options(), all_keys());
    work();
    ::_exit(77);
  }
  ::close(ends[1]);
  Ended ended;
  char part[256];
  for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;) ended.words.append(part, std::size_t(got));
  ::close(ends[0]);
  while (::waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
  }
  return ended;
}

void expect_last_words(const Ended& ended, const std::string& words) {
  BOOST_TEST(WIFEXITED(ended.status));
  BOOST_TEST(WEXITSTATUS(ended.status) == 1);
  BOOST_TEST(ended.words.find(words) != std::string::npos, ended.words);
  BOOST_TEST(ended.words.find("either this file is damaged, or this is a fault of Tacit") != std::string::npos);
  BOOST_TEST(ended.words.find("tacit verify") != std::string::npos);
  BOOST_TEST(std::count(ended.words.begin(), ended.words.end(), '\n') == 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(last_words)

BOOST_AUTO_TEST_CASE(a_heap_that_is_found_damaged_while_pages_are_changed_may_be_a_fault_of_ours) {
  expect_last_words(end_in_child([] {
                      const TrustedPages trusted;
                      std::abort();
                    }),
                    "went wrong in memory");
}

// The signal that is handled is blocked meanwhile, and another thread's fault is no second line.
BOOST_AUTO_TEST_CASE(whatever_goes_wrong_at_the_end_it_ends_with_1) {
  expect_last_words(end_in_child([] {
                      std::thread second([] {
                        const TrustedPages trusted;
                        std::abort();
                      });
                      const TrustedPages trusted;
                      std::abort();
                    }),
                    "went wrong in memory");
}

BOOST_AUTO_TEST_CASE(an_abort_that_has_nothing_to_do_with_a_store_stays_one) {
  const Ended ended = end_in_child([] { std::abort(); });
  BOOST_TEST(WIFSIGNALED(ended.status));
  BOOST_TEST(ended.words.empty(), ended.words);
}

BOOST_AUTO_TEST_SUITE_END()
