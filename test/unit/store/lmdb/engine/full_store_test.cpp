// A full map refuses growth, allows deletes, and the store recovers when pages are free.
#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "store/audit/audit_trail.hpp"
#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

BOOST_AUTO_TEST_SUITE(full_store)

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_for_a_while_fails_those_writes_only) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  StoreFixture fixture(options);
  commits.fail_with(ENOSPC);
  const auto refused = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::full);
  BOOST_TEST(!fixture.store().health().unwilling());
  commits.fail_with(MDB_SUCCESS);
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_map_refuses_growth_and_still_lets_delete) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  StoreFixture fixture(options);
  const std::string value(1024, 'v');
  std::vector<tacit::crypto::Uuid> ids;
  std::optional<Errc> refusal;
  for (int i = 0; i < 2000 && !refusal; ++i) {
    const auto made =
        fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), value), who()));
    if (made) {
      ids.push_back(made->id);
    } else {
      refusal = made.error().code;
    }
  }
  BOOST_REQUIRE(refusal.has_value());
  BOOST_CHECK(*refusal == Errc::full);
  BOOST_TEST(ids.size() > 50U);
  BOOST_TEST(!fixture.store().health().unwilling());
  for (const auto& id : ids)
    BOOST_TEST(fixture.wait(fixture.store().secrets().remove(tenant_id(1), id, who())).has_value());
  BOOST_TEST(
      fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("again", value), who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(refusals_never_take_the_room_that_others_need) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  StoreFixture fixture(options);
  const auto made =
      fixture.wait(fixture.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  for (const AuditAction action : {AuditAction::credential_refused, AuditAction::tool_refused}) {
    std::optional<Errc> refusal;
    for (int i = 0; i < 3000 && !refusal; ++i) {
      AuditEvent event;
      event.action = action;
      event.reason = std::string(500, 'r');
      const auto recorded = fixture.wait(fixture.store().audit().record(std::move(event), who()));
      if (!recorded) refusal = recorded.error().code;
    }
    BOOST_REQUIRE(refusal.has_value());
    BOOST_CHECK(*refusal == Errc::full);
  }
  BOOST_TEST(fixture.audit().size() > 50U);
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  BOOST_TEST(fixture.wait(resolve_values(fixture.store(), std::move(query), who()))->size() == 1U);
  BOOST_TEST(fixture.wait(fixture.store().secrets().remove(tenant_id(1), made->id, who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_limit_for_a_tenant_that_is_not_there_is_growth) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  StoreFixture fixture(options);
  bool filled = false;
  for (int i = 0; i < 2000 && !filled; ++i) {
    filled = !fixture.wait(
        fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), std::string(1024, 'v')), who()));
  }
  BOOST_REQUIRE(filled);
  const auto grows = fixture.wait(fixture.store().tenants().set_quota(tenant_id(2), 5, who()));
  BOOST_REQUIRE(!grows);
  BOOST_CHECK(grows.error().code == Errc::full);
  BOOST_TEST(fixture.wait(fixture.store().tenants().set_quota(tenant_id(1), 5, who())).has_value());
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_held_long_fills_the_map_and_the_store_recovers) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  StoreFixture fixture(options);
  bool filled = false;
  std::optional<tacit::crypto::Uuid> id;
  // During a read no page of its snapshot is reused: LMDB itself runs out of pages.
  const auto report = verify_store(fixture.store(), [&](const VerifyProgress&) {
    for (int i = 0; i < 5000 && !filled; ++i) {
      if (id) {
        const auto deleted = fixture.wait(fixture.store().secrets().remove(tenant_id(1), *id, who()));
        if (deleted) id.reset();
        filled = !deleted && deleted.error().code == Errc::full;
      } else {
        const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
        if (made) id = made->id;
        filled = !made && made.error().code == Errc::full;
      }
    }
  });
  BOOST_TEST(report.has_value());
  BOOST_TEST(filled);
  BOOST_TEST(!fixture.store().health().unwilling());
  if (id) BOOST_TEST(fixture.wait(fixture.store().secrets().remove(tenant_id(1), *id, who())).has_value());
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
