// Several processes use one store at once, and a killed one leaves it whole.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Creates secrets through this process's own store; returns the number of failures.
int create_many(const StoreOptions& options, const std::string& prefix, int count) {
  auto opened = Store::open(options, api_keys_only());
  if (!opened) return count;
  Store& store = **opened;
  boost::asio::io_context context(1);
  int failed = count;
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(
        context, store.secrets().create(tenant_id(1), new_secret(prefix + std::to_string(i)), who()),
        [&](std::exception_ptr error, const Outcome<ChangedSecret>& made) { failed -= !error && made ? 1 : 0; });
    // A few at a time, so that the processes' commits alternate.
    if (i % 10 == 9) {
      context.run();
      context.restart();
    }
  }
  context.run();
  return failed;
}

/// Runs `work` in a child process, started before this one opens the store.
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

/// Destroys the mutexes in lock.mdb like LMDB 0.9.31 when the last process closes it (mdb_env_close0): one follows the
/// two words at its head, the other is in the next cache line.
void destroy_locks(const std::filesystem::path& folder) {
  const int file = ::open((folder / "lock.mdb").c_str(), O_RDWR);  // stays open: closing it would drop LMDB's locks
  void* const map = ::mmap(nullptr, 128, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) return;
  for (const std::size_t at : {8U, 64U}) {
    ::pthread_mutex_destroy(reinterpret_cast<pthread_mutex_t*>(static_cast<char*>(map) + at));
  }
  ::munmap(map, 128);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(processes)

// The same happens when one plane starts while the other, or a command, ends.
BOOST_AUTO_TEST_CASE(a_store_is_opened_while_the_last_other_process_closes_it) {
  StoreFixture fixture;
  const StoreOptions options = fixture.store_options();
  fixture.close();
  const Child other([&options](auto ready) {
    auto opened = Store::open(options, api_keys_only());
    if (!opened) return;
    destroy_locks(options.directory);
    ready();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    opened->reset();
  });
  BOOST_REQUIRE_NO_THROW(fixture.reopen());
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("one"), who())).has_value());
}

BOOST_AUTO_TEST_CASE(two_processes_write_one_store) {
  StoreFixture fixture;
  const StoreOptions options = fixture.store_options();
  fixture.close();
  const pid_t child = start_process([&] { return create_many(options, "child ", 200); });
  BOOST_TEST(create_many(options, "parent ", 200) == 0);
  BOOST_TEST(status_of(child) == 0);
  fixture.reopen();
  const VerifyReport report = fixture.verify();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.secrets == 400U);
  BOOST_TEST(report.values_opened == 400U);
  BOOST_TEST(report.audit_entries == 400U);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_leaves_the_other_a_whole_store) {
  StoreFixture fixture;
  const StoreOptions options = fixture.store_options();
  fixture.close();
  for (int round = 0; round < 5; ++round) {
    const std::string name = "round " + std::to_string(round) + " ";
    const pid_t child = start_process([&] { return create_many(options, name + "child ", 1000000); });
    fixture.reopen();
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + 7 * round));
    ::kill(child, SIGKILL);
    BOOST_TEST(WIFSIGNALED(status_of(child)));
    const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret(name), who()));
    BOOST_TEST(made.has_value());
    BOOST_TEST(fixture.verify().problem_count == 0U);
    fixture.close();
  }
}

BOOST_AUTO_TEST_SUITE_END()
