// The store while another process holds its lock without end.
#include <lmdb.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "store/engine/await.hpp"
#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

/// Begins a write and never ends it.
template <class Ready>
void hold_lock(const std::filesystem::path& store, Ready ready) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  bool held = mdb_env_create(&env) == MDB_SUCCESS && mdb_env_set_maxdbs(env, 8) == MDB_SUCCESS;
  held = held && mdb_env_open(env, store.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS;
  held = held && mdb_txn_begin(env, nullptr, 0, &txn) == MDB_SUCCESS;
  if (held) ready();
  for (;;) ::pause();
}

StoreFixtureOptions impatient() {
  StoreFixtureOptions options;
  options.write_deadline = 200ms;
  options.stuck_after = 400ms;
  return options;
}

template <class Condition>
bool soon(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

template <class T>
Errc code_of(const Outcome<T>& outcome) {
  BOOST_REQUIRE(!outcome);
  return outcome.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stuck_writer)

BOOST_AUTO_TEST_CASE(opening_the_store_fixes_the_waiting_time) {
  StoreFixture fixture(impatient());
  StoreOptions patient = fixture.store_options();
  patient.write_deadline = 1h;
  fixture.close();
  Child holder([&](auto ready) { hold_lock(fixture.folder() / "store", ready); });
  fixture.reopen();
  BOOST_REQUIRE(fixture.store().reconfigure(all_keys(), patient));
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(!fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
}

BOOST_AUTO_TEST_CASE(a_process_that_keeps_the_lock_blocks_no_caller_for_ever) {
  StoreFixture fixture(impatient());
  fixture.close();
  Child holder([&](auto ready) { hold_lock(fixture.folder() / "store", ready); });
  fixture.reopen();
  const auto began = std::chrono::steady_clock::now();
  const auto unknown = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_CHECK(code_of(unknown) == Errc::unavailable);
  BOOST_TEST(unknown.error().subject.find("not known") != std::string::npos);
  BOOST_TEST((std::chrono::steady_clock::now() - began >= 200ms));
  BOOST_TEST(soon([&] { return fixture.store().health().unwilling().has_value(); }));
  BOOST_TEST(fixture.store().health().unwilling()->find("another process holds its lock") != std::string::npos);
  // Reads continue, and writes are refused without waiting.
  BOOST_TEST(fixture.wait(fixture.store().secrets().list(tenant_id(1), {}, who()))->secrets.empty());
  const auto asked = std::chrono::steady_clock::now();
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who()))) ==
              Errc::unavailable);
  BOOST_TEST((std::chrono::steady_clock::now() - asked < 150ms));
  holder.kill();
  BOOST_TEST(soon([&] { return !fixture.store().health().unwilling(); }));
  // A write whose caller no longer waits is done all the same.
  BOOST_TEST(soon([&] { return fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 1U; }));
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_finish_is_reported) {
  HeldCommits commits;
  StoreFixtureOptions options = impatient();
  options.commit = commits.hook();
  StoreFixture fixture(options);
  commits.hold();
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()))) ==
              Errc::unavailable);
  BOOST_TEST(!fixture.store().finish(50ms));
  BOOST_TEST(fixture.store().health().unwilling().has_value());
  commits.let_go();
  BOOST_TEST(fixture.store().finish(20s));
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 1U);
}

BOOST_AUTO_TEST_CASE(a_caller_that_stopped_waiting_may_end_before_the_write) {
  HeldCommits commits;
  StoreFixtureOptions options = impatient();
  options.stuck_after = 60s;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  commits.hold();
  {
    Crowd<ChangedSecret> crowd;
    for (int i = 0; i < 10; ++i) {
      crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i)), who()));
    }
    crowd.run();  // ends, so nothing is outstanding on the context any more
    BOOST_TEST(crowd.count(Errc::unavailable) == 10);
  }
  commits.let_go();
  BOOST_TEST(soon([&] { return fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count >= 1U; }));
  fixture.reopen();
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_and_a_deadline_at_the_same_time_resume_once) {
  // A commit takes up to twice the time that its caller waits.
  std::atomic<unsigned> commits{0};
  StoreFixtureOptions options;
  options.write_deadline = 2ms;
  options.commit = [&commits](MDB_txn* txn) {
    std::this_thread::sleep_for(std::chrono::milliseconds(commits++ % 5));
    return mdb_txn_commit(txn);
  };
  StoreFixture fixture(options);
  std::vector<std::thread> threads;
  std::atomic<int> resumed{0};
  std::atomic<int> answered{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      boost::asio::io_context context(1);
      for (int i = 0; i < 200; ++i) {
        WorkBody<int> body = [](Transaction& transaction) -> Task<Outcome<int>> {
          transaction.erase(Table::meta, tacit::crypto::as_bytes("nothing"));
          return Outcome<int>(7);
        };
        boost::asio::co_spawn(context, write<int>(fixture.engine(), std::move(body)),
                              [&](std::exception_ptr error, const Outcome<int>& outcome) {
                                ++resumed;
                                answered += !error && outcome && *outcome == 7 ? 1 : 0;
                              });
        if (i % 4 == 3) context.run();
        if (i % 4 == 3) context.restart();
      }
      context.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(resumed == 800);
  BOOST_TEST_MESSAGE("answered in time: " << answered);
  BOOST_TEST(!fixture.store().health().unwilling());
}

BOOST_AUTO_TEST_SUITE_END()
