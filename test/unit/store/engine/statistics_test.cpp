// The store's statistics, compared with the work done.
#include "store/engine/statistics.hpp"
#include "store/health.hpp"
#include "store/secrets/secrets.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <numeric>

#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr std::array<std::uint64_t, 3> some_bounds{1, 10, 100};

std::uint64_t sum_of(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

const StorageStatistics::Table& table(const StorageStatistics& storage, const std::string& name) {
  for (const auto& each : storage.tables) {
    if (each.name == name) return each;
  }
  throw std::runtime_error("no table " + name);
}

/// A read that takes the store's statistics while it holds its snapshot, before and after a change.
class Look {
 public:
  explicit Look(StoreFixture& fixture) : bed_(fixture) {}
  Task<bool> run() {
    before = bed_.store().health().statistics().storage;
    for (int i = 0; i < 3; ++i) {
      const auto made =
          bed_.wait(bed_.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who()));
      BOOST_REQUIRE(made);
    }
    after = bed_.store().health().statistics().storage;
    co_return false;
  }

  StorageStatistics before;
  StorageStatistics after;

 private:
  StoreFixture& bed_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(a_histogram_counts_each_number_at_its_first_bound) {
  Histogram<some_bounds> histogram;
  for (const std::uint64_t number : {0U, 1U, 2U, 10U, 11U, 100U, 101U, 5000U}) histogram.add(number);
  Histogram<some_bounds> twice;
  twice.add(histogram);
  twice.add(histogram);
  const Distribution counted = histogram.distribution();
  const std::vector<std::uint64_t> expected{2, 2, 2, 2};
  const std::vector<std::uint64_t> doubled{4, 4, 4, 4};
  BOOST_TEST(counted.counts == expected, boost::test_tools::per_element());
  BOOST_TEST(counted.sum == 5225U);
  BOOST_TEST(twice.distribution().counts == doubled, boost::test_tools::per_element());
  BOOST_TEST(twice.distribution().sum == 10450U);
}

BOOST_AUTO_TEST_CASE(every_kept_commit_is_in_both_histograms) {
  StoreFixture fixture;
  for (int i = 0; i < 5; ++i) {
    BOOST_REQUIRE(
        fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
  BOOST_REQUIRE(
      !fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n0"), who())));  // keeps nothing
  const EngineStatistics engine = fixture.store().health().statistics().engine;
  BOOST_TEST(engine.batches == 5U);
  BOOST_TEST(engine.jobs >= 6U);
  BOOST_TEST(sum_of(engine.batch_jobs.counts) == engine.batches);
  BOOST_TEST(engine.batch_jobs.sum == 5U);
  BOOST_TEST(sum_of(engine.batch_microseconds.counts) == engine.batches);
  BOOST_TEST(engine.batch_microseconds.sum > 0U);
  BOOST_TEST(engine.queued_jobs == 0U);
  BOOST_TEST(engine.queued_bytes == 0U);
  BOOST_TEST(engine.queue_jobs_limit == 4096U);
}

BOOST_AUTO_TEST_CASE(rows_and_pages_are_those_of_the_tables) {
  StoreFixture fixture;
  const StorageStatistics before = fixture.store().health().statistics().storage;
  BOOST_TEST(before.engine.starts_with("LMDB 0.9."));
  BOOST_TEST(before.pages * before.page_bytes == std::uint64_t{64} << 20);
  BOOST_TEST(before.tables.size() == table_count);
  BOOST_TEST(table(before, "audit").rows == 0U);
  for (int i = 0; i < 200; ++i) {
    BOOST_REQUIRE(
        fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
  const StorageStatistics after = fixture.store().health().statistics().storage;
  BOOST_TEST(table(after, "audit").rows == 200U);
  BOOST_TEST(table(after, "tenants").rows > 400U);  // the secrets, their names, the tenant
  std::uint64_t of_tables = 0;
  for (const auto& each : after.tables) of_tables += each.pages;
  const std::uint64_t used = after.touched_pages - after.free_pages;
  BOOST_TEST(of_tables <= used);
  BOOST_TEST(used <= of_tables + 16);  // LMDB's own
  BOOST_TEST(after.free_pages > 0U);   // every commit copied some
}

BOOST_AUTO_TEST_CASE(a_reader_and_its_pinned_pages_are_reported) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("first"), who())));
  Look work(fixture);
  BOOST_REQUIRE(!fixture.engine().read([&work](Transaction&) { return work.run(); }));
  BOOST_TEST(work.before.readers == 1U);
  BOOST_TEST(work.before.oldest_reader_lag == 0U);
  BOOST_TEST(work.after.readers == 1U);
  BOOST_TEST(work.after.oldest_reader_lag == 3U);
  BOOST_TEST(work.before.pinned_pages == 0U);
  BOOST_TEST(work.after.pinned_pages > 0U);
  BOOST_TEST(work.after.reader_slots_used >= 1U);
  BOOST_TEST(work.after.reader_slots >= work.after.reader_slots_used);
  const StorageStatistics later = fixture.store().health().statistics().storage;
  BOOST_TEST(later.readers == 0U);
  BOOST_TEST(later.oldest_reader_lag == 0U);
  BOOST_TEST(later.pinned_pages == 0U);
  BOOST_TEST(later.reader_slots_used >= 1U);  // kept for the next read
}

BOOST_AUTO_TEST_CASE(the_audit_head_is_the_one_that_verify_finds) {
  StoreFixture fixture;
  const auto empty = fixture.store().health().statistics().audit_head;
  BOOST_REQUIRE(empty);
  BOOST_TEST(empty->sequence == 0U);
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(
        fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
  const auto head = fixture.store().health().statistics().audit_head;
  BOOST_REQUIRE(head);
  const VerifyReport report = fixture.verify();
  BOOST_TEST(head->sequence == report.audit_entries);
  BOOST_TEST(report.audit_head == to_string(*head));
}

BOOST_AUTO_TEST_CASE(keys_are_those_of_the_rings) {
  const StoreKeys keys = all_keys();
  StoreFixture fixture;
  const auto versions = fixture.store().health().statistics().keys;
  BOOST_REQUIRE(versions.size() == 3U);
  BOOST_TEST(std::string(versions[0].ring) == "root-public");
  BOOST_TEST(versions[0].id == crypto::to_hex(keys.root_public->primary().id));
  BOOST_TEST(std::string(versions[1].ring) == "root-private");
  BOOST_TEST(versions[1].id == versions[0].id);
  BOOST_TEST(std::string(versions[2].ring) == "metadata");
  BOOST_TEST(versions[2].id == crypto::to_hex(keys.metadata->primary().id));
  for (const KeyVersion& key : versions) BOOST_TEST(key.primary);
  StoreFixtureOptions options;
  options.private_keys = false;
  StoreFixture without(options);
  BOOST_TEST(without.store().health().statistics().keys.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
