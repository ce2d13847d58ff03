// The writer thread: writes are committed together, refused separately and bounded in number and bytes.
#include <lmdb.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <thread>

#include "store/api_keys/api_keys.hpp"
#include "store/engine/await.hpp"
#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::string name(int i) { return "secret-" + std::to_string(i); }

}  // namespace

BOOST_AUTO_TEST_SUITE(lmdb_engine)

BOOST_AUTO_TEST_CASE(waiting_writes_are_committed_together_and_refused_separately) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  // So that the tenant has its key pair: concurrent first writes each make one, and all but one restart.
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<ChangedSecret> crowd;
  crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 40; ++i) {
    // Every fourth requests a name that is taken.
    crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(i % 4 == 0 ? "first" : name(i)), who()));
  }
  crowd.poll();
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) == 31);
  BOOST_TEST(crowd.count(Errc::name_taken) == 10);
  BOOST_TEST(commits.commits() == 3);
  BOOST_TEST(fixture.engine().statistics().largest_batch == 40U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 32U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_at_once_and_keeps_accepted_writes) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.queue_items = 10;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<ChangedSecret> crowd;
  crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 25; ++i) {
    crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(name(i)), who()));
  }
  crowd.poll();
  BOOST_TEST(crowd.count(Errc::overloaded) == 15);
  BOOST_TEST(crowd.outcomes().size() == 15U);
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) == 11);
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 12U);
}

BOOST_AUTO_TEST_CASE(a_queue_is_bounded_in_bytes_too) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.queue_bytes = 20000;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<ChangedSecret> crowd;
  crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 25; ++i) {
    const std::string value(1024, 'v');
    crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(name(i), value), who()));
  }
  crowd.poll();
  BOOST_TEST(crowd.count(Errc::overloaded) > 10);
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) + crowd.count(Errc::overloaded) == 26);
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_no_write_is_acknowledged_or_accepted) {
  HeldCommits commits;
  std::atomic<int> failures{0};
  StoreFixtureOptions options;
  options.commit = commits.hook();
  options.on_failure = [&](const std::string& why) {
    BOOST_TEST(!why.empty());
    ++failures;
  };
  StoreFixture fixture(options);
  const auto kept = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("kept"), who()));
  BOOST_REQUIRE(kept);
  BOOST_TEST(!fixture.store().health().unwilling());
  commits.fail_with(EIO);
  Crowd<ChangedSecret> crowd;
  for (int i = 0; i < 20; ++i) {
    // Some of them are refusals: those too were computed on an uncommitted state.
    crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(i % 2 == 0 ? "same" : name(i)), who()));
  }
  crowd.run();
  BOOST_TEST(crowd.count(Errc::unavailable) == 20);
  BOOST_TEST(failures == 1);
  BOOST_TEST(fixture.store().health().unwilling().has_value());
  commits.fail_with(MDB_SUCCESS);
  const auto later = fixture.wait(fixture.store().secrets().remove(tenant_id(1), kept->id, who()));
  BOOST_REQUIRE(!later);
  BOOST_CHECK(later.error().code == Errc::unavailable);
  BOOST_TEST(fixture.wait(fixture.store().secrets().get(tenant_id(1), kept->id, who())).has_value());
  fixture.reopen();
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 1U);
}

BOOST_AUTO_TEST_CASE(a_caller_on_a_stopped_context_ends_and_its_write_stays) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  commits.hold();
  bool resumed = false;
  {
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()),
                          [&](std::exception_ptr, const Outcome<ChangedSecret>&) { resumed = true; });
    context.poll();
    commits.wait_for_commit(1);
    context.stop();
    commits.let_go();
    fixture.close();
  }
  BOOST_TEST(!resumed);
  fixture.reopen();
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 1U);
}

BOOST_AUTO_TEST_CASE(closing_finishes_accepted_writes) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  commits.hold();
  Crowd<ChangedSecret> crowd;
  for (int i = 0; i < 10; ++i) crowd.start(fixture.store().secrets().create(tenant_id(1), new_secret(name(i)), who()));
  crowd.poll();
  std::thread opener([&] {
    commits.wait_for_commit(1);
    commits.let_go();
  });
  fixture.close();
  opener.join();
  crowd.run();
  // Writes that met another first write of the tenant have to restart, and the store is closed by then.
  BOOST_TEST(crowd.count(std::nullopt) >= 1);
  BOOST_TEST(crowd.count(std::nullopt) + crowd.count(Errc::unavailable) == 10);
  fixture.reopen();
  const auto quota = fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()));
  BOOST_REQUIRE(quota);
  BOOST_TEST(static_cast<long>(quota->count) == crowd.count(std::nullopt));
}

BOOST_AUTO_TEST_CASE(a_key_that_no_row_can_have_does_not_stop_the_engine) {
  StoreFixture fixture;
  for (const std::string& key : {std::string(), std::string(512, 'k')}) {
    WorkBody<void> body = [&key](Transaction& transaction) -> Task<Outcome<void>> {
      const bool found = transaction.get(Table::meta, tacit::crypto::as_bytes(key)).run().has_value();
      BOOST_TEST(!found);
      transaction.erase(Table::meta, tacit::crypto::as_bytes(key));
      transaction.put(Table::meta, tacit::crypto::as_bytes(key), {});
      return Outcome<void>();
    };
    BOOST_CHECK_THROW(read_blocking<void>(fixture.engine(), body), std::logic_error);
    bool threw = false;
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, write<void>(fixture.engine(), body),
                          [&](std::exception_ptr error, const Outcome<void>&) { threw = error != nullptr; });
    context.run();
    BOOST_TEST(threw);
  }
  BOOST_TEST(!fixture.store().health().unwilling());
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())).has_value());
}

BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_put_fails_its_own_write_only) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  const auto rows = fixture.rows(Table::audit);
  const tacit::crypto::Bytes some(8);
  WorkBody<void> body = [&some](Transaction& transaction) -> Task<Outcome<void>> {
    // LMDB refuses the size before it reads the value.
    transaction.put(Table::meta, some, ByteView(some.data(), std::size_t{1} << 33));
    return Outcome<void>();
  };
  const auto outcome = fixture.wait(write<void>(fixture.engine(), body));
  BOOST_TEST(!outcome.has_value());
  BOOST_TEST(!fixture.store().health().unwilling());
  BOOST_CHECK(fixture.rows(Table::audit) == rows);
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
}

BOOST_AUTO_TEST_CASE(a_read_inside_a_read_and_on_many_threads) {
  StoreFixture fixture;
  const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(made);
  const auto report = verify_store(fixture.store(), [&](const VerifyProgress& progress) {
    BOOST_TEST(progress.rows <= progress.rows_total);
    BOOST_TEST(!find_api_key(fixture.store(), "nobody"));
  });
  BOOST_TEST(report.has_value());
  // More threads, one after the other, than there are reader slots.
  for (int i = 0; i < 600; ++i) {
    std::thread([&] {
      if (!fixture.wait(fixture.store().secrets().get(tenant_id(1), made->id, who()))) BOOST_TEST(false);
    }).join();
  }
}

BOOST_AUTO_TEST_SUITE_END()
