#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "test/unit/store/bed.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Creates secrets through a store of this process's own; how many it could not.
int create_many(const StoreOptions& options, const std::string& prefix, int count) {
  auto opened = Store::open(options, api_keys_only());
  if (!opened) return count;
  Store& store = **opened;
  boost::asio::io_context context(1);
  int failed = count;
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(
        context, store.create_secret(tenant_id(1), new_secret(prefix + std::to_string(i)), who()),
        [&](std::exception_ptr error, const Outcome<SecretInfo>& made) { failed -= !error && made ? 1 : 0; });
    // Some at a time, so that the processes' commits take turns.
    if (i % 10 == 9) {
      context.run();
      context.restart();
    }
  }
  context.run();
  return failed;
}

/// Runs `work` in a process of its own, begun before this one opens the store.
template <class Work>
pid_t start_process(Work work) {
  const pid_t pid = ::fork();
  BOOST_REQUIRE(pid >= 0);
  if (pid != 0) return pid;
  ::_exit(work() == 0 ? 0 : 1);
}

int status_of(pid_t pid) {
  int status = 0;
  BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(processes)

BOOST_AUTO_TEST_CASE(two_processes_write_one_store) {
  Bed bed;
  const StoreOptions options = bed.store_options();
  bed.close();
  const pid_t child = start_process([&] { return create_many(options, "child ", 200); });
  BOOST_TEST(create_many(options, "parent ", 200) == 0);
  BOOST_TEST(status_of(child) == 0);
  bed.reopen();
  const VerifyReport report = bed.verify();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.secrets == 400U);
  BOOST_TEST(report.values_opened == 400U);
  BOOST_TEST(report.audit_entries == 400U);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_leaves_the_other_a_whole_store) {
  Bed bed;
  const StoreOptions options = bed.store_options();
  bed.close();
  for (int round = 0; round < 5; ++round) {
    const std::string name = "round " + std::to_string(round) + " ";
    const pid_t child = start_process([&] { return create_many(options, name + "child ", 1000000); });
    bed.reopen();
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + 7 * round));
    ::kill(child, SIGKILL);
    BOOST_TEST(WIFSIGNALED(status_of(child)));
    const auto made = bed.wait(bed.store().create_secret(tenant_id(1), new_secret(name), who()));
    BOOST_TEST(made.has_value());
    BOOST_TEST(bed.verify().problem_count == 0U);
    bed.close();
  }
}

BOOST_AUTO_TEST_SUITE_END()
