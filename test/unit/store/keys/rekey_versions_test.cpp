// The rekey of a tenant whose secrets have previous values: they are sealed to the new pair too, and come back.
#include "store/rows/version_row.hpp"
#include "test/says.hpp"
#include "test/unit/store/keys/rekey_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);
constexpr std::size_t count = 4;

std::string second_value_of(std::size_t n) { return "the second value of secret " + std::to_string(n); }

/// Each secret has a previous value: value_of(n).
struct VersionedRekey : RekeyFixture {
  explicit VersionedRekey(bool strict = false) {
    make_tenant(tenant, 0);
    if (strict) {
      TenantLimits limits;
      limits.strict_binding = true;
      BOOST_REQUIRE(wait(store().tenants().set_limits(tenant, limits, rekeyer())));
    }
    for (std::size_t n = 0; n < count; ++n) {
      ids.push_back(create(tenant, n));
      SecretUpdate update;
      update.value.emplace().append(second_value_of(n));
      BOOST_REQUIRE(wait(store().secrets().update(tenant, ids.back(), std::move(update), who())));
    }
    old = record(tenant).key->id();
    clean();
  }

  void clean() { BOOST_TEST(verify().problems == std::vector<std::string>(), boost::test_tools::per_element()); }
  /// How many previous values name that pair.
  std::size_t previous_sealed_to(const crypto::KeyId& pair) {
    const std::string prefix = text(RowKey(tenant, RowKind::previous_value).view());
    std::size_t number = 0;
    for (const auto& [key, value] : rows(Table::tenants)) {
      if (!key.starts_with(prefix)) continue;
      const auto row = parse_version_row(crypto::as_bytes(value));
      BOOST_REQUIRE(row);
      number += crypto::tenant_key_of(row->value_box) == pair ? 1U : 0U;
    }
    return number;
  }
  Outcome<SecretInfo> roll_back(std::size_t n, std::uint32_t version) {
    return wait(store().secrets().rollback(tenant, ids.at(n), version, who()));
  }
  /// In steps of that size, from where the tenant is. Returns their number.
  int run(std::size_t most, RekeyPosition from = {}) {
    const auto how = order();
    for (int steps = 1; steps < 100; ++steps) {
      RekeyStep done = step(how, tenant, std::move(from), most);
      BOOST_TEST(done.problems == std::vector<std::string>(), boost::test_tools::per_element());
      if (done.tenants > 0) return steps;
      from = std::move(done.next);
    }
    BOOST_TEST_ERROR("the rekey does not end");
    return 0;
  }
  void expect_moved() {
    BOOST_TEST(!record(tenant).previous_key);
    const crypto::KeyId fresh = record(tenant).key->id();
    BOOST_TEST((fresh != old));
    BOOST_TEST(sealed_to(tenant, fresh) == count);
    BOOST_TEST(previous_sealed_to(fresh) == count);
    clean();
    for (std::size_t n = 0; n < count; ++n) {
      BOOST_TEST(resolved(tenant, n) == second_value_of(n));
      const auto back = roll_back(n, 1);
      BOOST_REQUIRE_MESSAGE(back, back.error().subject);
      BOOST_TEST(resolved(tenant, n) == value_of(n));
    }
    clean();
  }

  std::vector<crypto::Uuid> ids;
  crypto::KeyId old{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rekey_versions)

BOOST_AUTO_TEST_CASE(previous_values_are_sealed_to_the_new_pair) {
  for (const bool strict : {false, true}) {
    for (const std::size_t most : {std::size_t{1}, std::size_t{3}, std::size_t{48}}) {
      BOOST_TEST_CONTEXT((strict ? "strict, " : "") << "steps of " << most) {
        VersionedRekey f(strict);
        BOOST_TEST(f.previous_sealed_to(f.old) == count);
        f.run(most);
        f.expect_moved();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_run_counts_secrets_and_not_their_previous_values) {
  VersionedRekey f;
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  BOOST_TEST(ran.problems == std::vector<std::string>(), boost::test_tools::per_element());
  BOOST_TEST(ran.secrets == count);
  f.expect_moved();
}

BOOST_AUTO_TEST_CASE(a_tenant_that_becomes_strict_binds_its_previous_values) {
  VersionedRekey f;
  TenantLimits limits;
  limits.strict_binding = true;
  BOOST_REQUIRE(f.wait(f.store().tenants().set_limits(tenant, limits, rekeyer())));
  f.run(1);
  const std::string prefix = text(RowKey(tenant, RowKind::previous_value).view());
  for (const auto& [key, value] : f.rows(Table::tenants)) {
    if (key.starts_with(prefix)) BOOST_TEST(parse_version_row(crypto::as_bytes(value))->header.strict);
  }
  f.expect_moved();
}

BOOST_AUTO_TEST_CASE(changes_between_two_steps_lose_no_value) {
  VersionedRekey f;
  const auto order = f.order();
  RekeyPosition at;
  for (int steps = 0; steps < 100; ++steps) {
    RekeyStep done = f.step(order, tenant, std::move(at), 1);
    if (steps == 1) {
      // Its present value, sealed to the old pair, becomes a previous one, behind the rows that are moved now.
      SecretUpdate update;
      update.value.emplace().append("the third value");
      BOOST_REQUIRE(f.wait(f.store().secrets().update(tenant, f.ids.back(), std::move(update), who())));
    }
    at = std::move(done.next);
    if (done.tenants > 0) break;
    BOOST_REQUIRE(steps < 99);
  }
  f.clean();
  BOOST_TEST(f.previous_sealed_to(f.record(tenant).key->id()) == count);
  BOOST_REQUIRE(f.roll_back(count - 1, 2));
  BOOST_TEST(f.resolved(tenant, count - 1) == second_value_of(count - 1));
}

// Otherwise the rekey, which takes secrets first, would not find the value any more, and remove its key.
BOOST_AUTO_TEST_CASE(a_rollback_takes_no_value_out_of_its_way) {
  VersionedRekey f;
  const auto order = f.order();
  RekeyStep begun = f.step(order, tenant, {}, 1);
  const auto refused = f.roll_back(0, 1);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::unavailable));
  BOOST_TEST(tacit::test::says(refused.error().subject, "key pair"), refused.error().subject);
  f.run(1, std::move(begun.next));
  f.expect_moved();
}

BOOST_AUTO_TEST_CASE(a_previous_value_that_does_not_open_keeps_the_previous_pair) {
  VersionedRekey f;
  const std::string key = text(version_row_key(tenant, f.ids[1], 1).view());
  const std::string row = f.rows(Table::tenants).at(key);
  const StoreKeys keys = RekeyFixture::keys();
  const auto version = open_version({*keys.metadata, tenant, nullptr}, f.ids[1], 1, crypto::as_bytes(row));
  BOOST_REQUIRE(version);
  Bytes box(version->value_box.begin(), version->value_box.end());
  box.back() ^= 1;
  const crypto::TenantKeys tenant_keys(keys.metadata->primary(), tenant);
  f.put(Table::tenants, key, text(seal_version(tenant_keys, f.ids[1], version->header, box, version->metadata)));
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_TEST(ran.unfinished);
  const std::vector<std::string> expected = {"tenant " + tenant.str() + ": secret " + f.ids[1].str() +
                                             ": its previous value 1: its value cannot be opened"};
  BOOST_TEST(ran.problems == expected, boost::test_tools::per_element());
  BOOST_TEST(f.record(tenant).previous_key.has_value());
  BOOST_TEST(f.previous_sealed_to(f.old) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
