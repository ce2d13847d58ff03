// The limit on a tenant's number of secrets.
#include <boost/test/unit_test.hpp>

#include "store/rows/codec.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct LimitFixture : StoreFixture {
  explicit LimitFixture(std::uint32_t limit) : StoreFixture(options(limit)) {}

  Outcome<SecretInfo> create(const std::string& name) {
    return wait(store().secrets().create(tenant_id(1), new_secret(name), who()));
  }
  void allow(std::optional<std::uint32_t> secrets) {
    TenantLimits limits;
    limits.secrets = secrets;
    BOOST_REQUIRE(wait(store().tenants().set_limits(tenant_id(1), limits, who())));
  }
  QuotaState quota() { return *wait(store().tenants().quota(tenant_id(1), who())); }

 private:
  static StoreFixtureOptions options(std::uint32_t limit) {
    StoreFixtureOptions options;
    options.secrets_default = limit;
    return options;
  }
};

void check_refused(const Outcome<SecretInfo>& outcome, std::uint64_t limit, std::uint64_t count) {
  BOOST_REQUIRE(!outcome);
  BOOST_CHECK(outcome.error().code == Errc::too_many_secrets);
  BOOST_TEST(outcome.error().quota.limit == limit);
  BOOST_TEST(outcome.error().quota.used == count);
  BOOST_TEST(outcome.error().quota.requested == count + 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets_limit)

BOOST_AUTO_TEST_CASE(one_more_than_allowed_is_refused_and_changes_nothing) {
  LimitFixture fixture(2);
  BOOST_TEST(fixture.quota().count_limit == 2U);
  const auto first = fixture.create("a");
  BOOST_REQUIRE(first);
  BOOST_REQUIRE(fixture.create("b"));
  check_refused(fixture.create("c"), 2, 2);
  BOOST_TEST(fixture.quota().count == 2U);
  SecretUpdate update;
  update.name = "renamed";
  BOOST_TEST(
      fixture.wait(fixture.store().secrets().update(tenant_id(1), first->id, std::move(update), who())).has_value());
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(tenant_id(1), first->id, who())));
  BOOST_TEST(fixture.create("c").has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_operator_changes_the_limit_and_stored_secrets_stay) {
  LimitFixture fixture(2);
  fixture.allow(3);
  for (const char* name : {"a", "b", "c"}) BOOST_REQUIRE(fixture.create(name));
  check_refused(fixture.create("d"), 3, 3);
  BOOST_TEST(fixture.quota().count_limit == 3U);
  BOOST_TEST(fixture.quota().count_limit_is_own);
  fixture.allow(0);
  check_refused(fixture.create("d"), 0, 3);
  BOOST_TEST(fixture.quota().count == 3U);
  BOOST_TEST(fixture.wait(fixture.store().secrets().list(tenant_id(1), {}, who()))->secrets.size() == 3U);
  fixture.allow(std::nullopt);
  check_refused(fixture.create("d"), 2, 3);
  BOOST_TEST(!fixture.quota().count_limit_is_own);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_record_of_format_1_keeps_the_limit_as_older_builds_do) {
  LimitFixture fixture(10);
  make_first_format(fixture);
  NewSecret secret = new_secret("a");
  secret.tool_name = "tool*";
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), std::move(secret), who())));
  fixture.allow(4'000'000'000);
  const std::string key = std::string(tacit::crypto::as_text(tenant_id(1).view())) + std::string(1, '\0');
  const std::string stored = fixture.rows(Table::tenants).at(key);
  // Format 1: the format, the metadata key, flags, limit, used, count; then the prefix lengths.
  Decoder decoder(tacit::crypto::as_bytes(stored));
  BOOST_TEST(decoder.u8() == 1U);
  decoder.raw(8 + 1 + 8 + 8 + 8);
  BOOST_TEST(decoder.u16() == 2U);
  BOOST_TEST(decoder.u16() == 4U);
  BOOST_TEST(decoder.u64() == 1U);
  BOOST_TEST(decoder.u16() == 0xFFFFU);  // longer than any tool name: never looked up
  BOOST_TEST(decoder.u64() == 4'000'000'001U);
  const auto record = peek_tenant_record(tacit::crypto::as_bytes(stored));
  BOOST_REQUIRE(record);
  BOOST_TEST((record->limits.secrets == 4'000'000'000U));
  BOOST_TEST(record->prefixes.opened()->entries().size() == 1U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
