// An erasure removes every row of one tenant, survives an interruption and does not affect other tenants.
#include <lmdb.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <climits>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// Lets that many commits pass; later ones find the disk full.
struct LimitedCommits {
  std::atomic<int> left{INT_MAX};
  int commit(MDB_txn* txn) {
    if (left-- > 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return ENOSPC;
  }
};

/// A whole erasure.
Task<Outcome<void>> erase_rows_of(Transaction& transaction, crypto::Uuid tenant) {
  const RowKey prefix(tenant);
  const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), 1000);
  std::vector<Bytes> keys;
  for (const Row& row : rows) keys.emplace_back(row.key.begin(), row.key.end());
  for (const Bytes& key : keys) transaction.erase(Table::tenants, key);
  co_return Outcome<void>();
}

crypto::PublicKey public_key_of(StoreFixture& fixture, const crypto::Uuid& tenant) {
  const std::string key(crypto::as_text(record_row_key(tenant).view()));
  const std::string row = fixture.rows(Table::tenants).at(key);
  const auto record = peek_tenant_record(crypto::as_bytes(row));
  BOOST_REQUIRE((record && record->key));
  return record->key->public_key;
}

/// Two tenants, each with secrets, a valid key and a revoked one.
struct TwoTenants : StoreFixture {
  explicit TwoTenants(StoreFixtureOptions options = {}) : StoreFixture(std::move(options)) {
    for (const std::uint8_t n : {std::uint8_t{1}, std::uint8_t{2}}) {
      for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(i);
        BOOST_REQUIRE(wait(store().secrets().create(tenant_id(n), new_default(name, "tool" + name, "key"), who())));
      }
      add_api_key(n, "good");
      add_api_key(n, "revoked");
      BOOST_REQUIRE(wait(store().api_keys().revoke(api_key_id(n, "revoked"), who())));
    }
    BOOST_REQUIRE(verify().problem_count == 0);
  }
  static std::string api_key_id(std::uint8_t tenant, const std::string& name) { return name + std::to_string(tenant); }
  void add_api_key(std::uint8_t tenant, const std::string& name) {
    ApiKey key;
    key.id = api_key_id(tenant, name);
    key.tenant = tenant_id(tenant);
    key.name = name;
    key.scopes = Scope::secrets_read;
    key.created_at = 1;
    BOOST_REQUIRE(wait(store().api_keys().add(key, who())));
  }
  Outcome<Erased> erase(std::uint8_t tenant) { return wait(store().tenants().erase(tenant_id(tenant), {}, who())); }
  std::size_t rows_of(std::uint8_t tenant) {
    std::size_t count = 0;
    for (const auto& [key, value] : rows(Table::tenants)) {
      if (static_cast<std::uint8_t>(key[0]) == tenant) ++count;
    }
    return count;
  }
};

/// The row key of the first tenant's record.
std::string record_of_1() { return std::string(tacit::crypto::as_text(record_row_key(tenant_id(1)).view())); }

}  // namespace

BOOST_AUTO_TEST_SUITE(erase_tenant)

BOOST_AUTO_TEST_CASE(an_erasure_removes_the_tenant_and_keeps_the_others) {
  TwoTenants fixture;
  const auto others = fixture.rows_of(2);
  const auto erased = fixture.erase(1);
  BOOST_REQUIRE(erased);
  BOOST_TEST(erased->secrets == 5U);
  BOOST_TEST(erased->api_keys == 2U);
  BOOST_TEST(!erased->resumed);
  BOOST_TEST(fixture.rows_of(1) == 0U);
  BOOST_TEST(fixture.rows_of(2) == others);
  BOOST_TEST(fixture.rows(Table::api_keys).size() == 2U);
  BOOST_TEST(fixture.rows(Table::meta).size() == 3U);
  BOOST_TEST(fixture.audit().back().find(R"("action":"tenant.erase","outcome":"ok","tenant":"01010101)") !=
             std::string::npos);
  const auto report = fixture.verify();
  BOOST_TEST(report.problem_count == 0U, (report.problems.empty() ? "" : report.problems[0]));
  BOOST_CHECK(find_api_key(fixture.store(), "good1").error().code == Errc::not_found);
  const auto list = fixture.wait(fixture.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_TEST(list->secrets.empty());
  BOOST_CHECK(fixture.erase(1).error().code == Errc::not_found);
}

BOOST_AUTO_TEST_CASE(an_erased_tenant_may_return_with_a_new_key_pair) {
  TwoTenants fixture;
  const auto record = fixture.rows(Table::tenants).at(record_of_1());
  BOOST_REQUIRE(fixture.erase(1));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_default("0", "tool", "key"), who())));
  fixture.add_api_key(1, "new");
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST((fixture.rows(Table::tenants).at(record_of_1()) != record));
}

BOOST_AUTO_TEST_CASE(rows_that_are_put_back_are_found) {
  TwoTenants fixture;
  const Rows before = fixture.rows(Table::tenants);
  const std::string key = fixture.rows(Table::api_keys).at("good1");
  BOOST_REQUIRE(fixture.erase(1));
  for (const auto& [name, value] : before) {
    if (name[0] == 1) fixture.put(Table::tenants, name, value);
  }
  fixture.put(Table::api_keys, "good1", key);
  const auto report = fixture.verify();
  BOOST_TEST(report.problem_count == 6U);
  BOOST_TEST(report.problems.at(0).find("its row was put back") != std::string::npos);
  BOOST_TEST(report.problems.at(5).find("API key good1: is stored, but its tenant is erased in the audit log") == 0U);
}

BOOST_AUTO_TEST_CASE(an_interrupted_erasure_is_reported_refused_and_finished) {
  LimitedCommits commits;
  StoreFixtureOptions options;
  options.commit = [&commits](MDB_txn* txn) { return commits.commit(txn); };
  TwoTenants fixture(options);
  const auto others = fixture.rows_of(2);
  commits.left = 1;
  const auto cut_short = fixture.erase(1);
  commits.left = INT_MAX;
  BOOST_REQUIRE(!cut_short);
  BOOST_CHECK(cut_short.error().code == Errc::full);
  // The first transaction does the essential part: the private key's box is gone, and so are the valid keys.
  BOOST_TEST(!fixture.rows(Table::tenants).contains(record_of_1()));
  BOOST_CHECK(find_api_key(fixture.store(), "good1").error().code == Errc::not_found);
  BOOST_TEST(fixture.rows_of(1) > 0U);
  const auto refused = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::unavailable);
  BOOST_CHECK(fixture.wait(fixture.store().secrets().list(tenant_id(1), {}, who())).error().code == Errc::unavailable);
  BOOST_CHECK(fixture.store().tenants().export_rows(tenant_id(1), {}).error().code == Errc::unavailable);
  const auto report = fixture.verify();
  BOOST_TEST(report.problem_count == 1U);
  BOOST_TEST(report.problems.at(0).find("its erasure is not finished") != std::string::npos);
  const auto erased = fixture.erase(1);
  BOOST_REQUIRE(erased);
  BOOST_TEST(erased->resumed);
  BOOST_TEST(erased->api_keys == 1U);
  BOOST_TEST(fixture.rows_of(1) == 0U);
  BOOST_TEST(fixture.rows_of(2) == others);
  BOOST_TEST(fixture.rows(Table::meta).size() == 3U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_forged_mark_is_found) {
  TwoTenants fixture;
  fixture.put(Table::meta, "erasing" + std::string(16, '\1'), std::string(41, '\1'));
  const auto report = fixture.verify();
  BOOST_TEST(report.problems.at(0).find("was altered") != std::string::npos, report.problems.at(0));
}

BOOST_AUTO_TEST_CASE(a_tenant_with_a_damaged_record_can_be_erased) {
  TwoTenants fixture;
  fixture.put(Table::tenants, record_of_1(), "damaged");
  BOOST_TEST(fixture.erase(1).has_value());
  BOOST_TEST(fixture.rows_of(1) == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_large_tenant_is_erased_in_steps_in_a_small_map) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{8} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  StoreFixture fixture(options);
  const std::string value(1024, 'v');
  bool full = false;
  for (int i = 0; i < 5000 && !full; ++i) {
    full = !fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), value), who()));
  }
  BOOST_REQUIRE(full);
  const auto before = fixture.engine().statistics().batches;
  const auto erased = fixture.wait(fixture.store().tenants().erase(tenant_id(1), {}, who()));
  BOOST_REQUIRE_MESSAGE(erased, to_string(erased.error().code));
  BOOST_TEST(erased->secrets > 1000U);
  BOOST_TEST(fixture.engine().statistics().batches - before > 5U);
  BOOST_TEST(fixture.rows(Table::tenants).empty());
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a", value), who())).has_value());
}

BOOST_AUTO_TEST_CASE(an_export_has_everything_and_nothing_of_others) {
  TwoTenants fixture;
  std::size_t records = 0;
  std::vector<tacit::crypto::Uuid> secrets;
  std::vector<std::string> keys;
  TenantSink sink;
  sink.record = [&](ByteView) { return ++records == 1; };
  sink.secret = [&](const tacit::crypto::Uuid& id, const SecretRow& row) {
    secrets.push_back(id);
    return !row.value_box.empty() && !row.metadata_box.empty();
  };
  sink.api_key = [&](const ApiKey& key) {
    keys.push_back(key.id);
    return true;
  };
  const auto whole = fixture.store().tenants().export_rows(tenant_id(1), sink);
  BOOST_REQUIRE(whole);
  BOOST_TEST(*whole);
  BOOST_TEST(records == 1U);
  BOOST_TEST(secrets.size() == 5U);
  BOOST_TEST((keys == std::vector<std::string>{"good1", "revoked1"}));
  sink.secret = [](const tacit::crypto::Uuid&, const SecretRow&) { return false; };
  records = 0;
  BOOST_TEST(!*fixture.store().tenants().export_rows(tenant_id(1), sink));
  BOOST_CHECK(fixture.store().tenants().export_rows(tenant_id(3), sink).error().code == Errc::not_found);
}

BOOST_AUTO_TEST_CASE(a_secret_that_was_sealed_before_does_not_bring_the_key_back) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  const crypto::Uuid tenant = tenant_id(1);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant, new_secret("first"), who())));
  const crypto::PublicKey before = public_key_of(fixture, tenant);
  // The writer is held, so that what is read for the second is the first's, and what it is written to is the erased.
  commits.hold();
  const int made = commits.commits();
  Crowd<void> others;
  AuditEvent event;
  event.action = AuditAction::key_add;
  others.start(fixture.store().audit().record(event, who()));
  others.poll();
  commits.wait_for_commit(made + 1);
  WorkBody<void> erasing = [&tenant](Transaction& transaction) { return erase_rows_of(transaction, tenant); };
  others.start(write<void>(fixture.engine(), erasing));
  others.poll();
  Crowd<ChangedSecret> creating;
  creating.start(fixture.store().secrets().create(tenant, new_secret("second"), who()));
  creating.poll();
  commits.let_go();
  others.run();
  creating.run();
  BOOST_TEST(others.count({}) == 2);
  BOOST_TEST(creating.count({}) == 1);
  BOOST_CHECK(public_key_of(fixture, tenant) != before);
  const auto listed = fixture.wait(fixture.store().secrets().list(tenant, {}, who()));
  BOOST_REQUIRE(listed);
  BOOST_TEST(listed->secrets.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
