#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "store/audit_trail.hpp"
#include "store/health.hpp"
#include "store/secrets.hpp"
#include "store/tenants.hpp"
#include "test/unit/store/bed.hpp"
#include "test/unit/store/held_commits.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

BOOST_AUTO_TEST_SUITE(full_store)

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_for_a_while_fails_those_writes_only) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  Bed bed(options);
  commits.fail_with(ENOSPC);
  const auto refused = bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::full);
  BOOST_TEST(!bed.store().health().unwilling());
  commits.fail_with(MDB_SUCCESS);
  BOOST_TEST(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("a"), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_map_refuses_growth_and_still_lets_delete) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  Bed bed(options);
  const std::string value(1024, 'v');
  std::vector<tacit::crypto::Uuid> ids;
  std::optional<Errc> refusal;
  for (int i = 0; i < 2000 && !refusal; ++i) {
    const auto made = bed.wait(bed.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), value), who()));
    if (made) {
      ids.push_back(made->id);
    } else {
      refusal = made.error().code;
    }
  }
  BOOST_REQUIRE(refusal.has_value());
  BOOST_CHECK(*refusal == Errc::full);
  BOOST_TEST(ids.size() > 50U);
  BOOST_TEST(!bed.store().health().unwilling());
  for (const auto& id : ids) BOOST_TEST(bed.wait(bed.store().secrets().remove(tenant_id(1), id, who())).has_value());
  BOOST_TEST(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("again", value), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(refusals_never_take_the_room_that_others_need) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  Bed bed(options);
  const auto made = bed.wait(bed.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  for (const AuditAction action : {AuditAction::credential_refused, AuditAction::tool_refused}) {
    std::optional<Errc> refusal;
    for (int i = 0; i < 3000 && !refusal; ++i) {
      AuditEvent event;
      event.action = action;
      event.reason = std::string(500, 'r');
      const auto recorded = bed.wait(bed.store().audit().record(std::move(event), who()));
      if (!recorded) refusal = recorded.error().code;
    }
    BOOST_REQUIRE(refusal.has_value());
    BOOST_CHECK(*refusal == Errc::full);
  }
  BOOST_TEST(bed.audit().size() > 50U);
  BOOST_TEST(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  BOOST_TEST(bed.wait(bed.store().secrets().resolve(std::move(query), who()))->size() == 1U);
  BOOST_TEST(bed.wait(bed.store().secrets().remove(tenant_id(1), made->id, who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_limit_for_a_tenant_that_is_not_there_is_growth) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  Bed bed(options);
  bool filled = false;
  for (int i = 0; i < 2000 && !filled; ++i) {
    filled = !bed.wait(
        bed.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), std::string(1024, 'v')), who()));
  }
  BOOST_REQUIRE(filled);
  const auto grows = bed.wait(bed.store().tenants().set_quota(tenant_id(2), 5, who()));
  BOOST_REQUIRE(!grows);
  BOOST_CHECK(grows.error().code == Errc::full);
  BOOST_TEST(bed.wait(bed.store().tenants().set_quota(tenant_id(1), 5, who())).has_value());
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_held_long_fills_the_map_and_the_store_recovers) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  Bed bed(options);
  bool filled = false;
  std::optional<tacit::crypto::Uuid> id;
  // While a snapshot is read, no page that it could need is used again: LMDB itself runs out of pages.
  const auto report = bed.store().health().verify([&](const VerifyProgress&) {
    for (int i = 0; i < 5000 && !filled; ++i) {
      if (id) {
        const auto deleted = bed.wait(bed.store().secrets().remove(tenant_id(1), *id, who()));
        if (deleted) id.reset();
        filled = !deleted && deleted.error().code == Errc::full;
      } else {
        const auto made = bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("a"), who()));
        if (made) id = made->id;
        filled = !made && made.error().code == Errc::full;
      }
    }
  });
  BOOST_TEST(report.has_value());
  BOOST_TEST(filled);
  BOOST_TEST(!bed.store().health().unwilling());
  if (id) BOOST_TEST(bed.wait(bed.store().secrets().remove(tenant_id(1), *id, who())).has_value());
  BOOST_TEST(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("b"), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
