// The pool of key pairs for new tenants: figures, additions, removal of unusable pairs, tenants without a certificate.
#include "store/keys/prekeys.hpp"

#include <boost/test/unit_test.hpp>

#include "store/keys/keys.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

struct PoolFixture : StoreFixture {
  PoolFixture() : StoreFixture(signed_store()) {}

  Outcome<void> add(std::size_t number) { return wait(store().prekeys().add(number)); }
  PrekeyFigures figures() {
    const auto counted = store().prekeys().figures();
    BOOST_REQUIRE(counted);
    return *counted;
  }
  std::uint64_t remove_bad() {
    const auto removed = wait(store().prekeys().remove_bad());
    BOOST_REQUIRE(removed);
    return *removed;
  }
  std::uint64_t unsigned_tenants() {
    const auto counted = store().keys().unsigned_tenants();
    BOOST_REQUIRE(counted);
    return *counted;
  }
  void put_pair(const crypto::TenantKey& key) {
    put(Table::meta, std::string(crypto::as_text(prekey_row_key(key.certificate->number))),
        std::string(crypto::as_text(encode_prekey(key))));
  }
  /// A tenant with that key pair and nothing else.
  void put_tenant(std::uint8_t n, std::optional<crypto::TenantKey> key) {
    Tenant tenant = new_tenant(*keys_of_phase(SigningPhase::required).metadata, tenant_id(n));
    tenant.record.format = 3;
    tenant.record.changes = 0;
    tenant.record.key = std::move(key);
    put(Table::tenants, std::string(crypto::as_text(record_row_key(tenant.id).view())),
        std::string(crypto::as_text(encode_tenant_record(tenant.record, tenant.id, *tenant.keys))));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(prekeys)

BOOST_AUTO_TEST_CASE(added_pairs_are_counted_by_their_keys) {
  PoolFixture fixture;
  BOOST_TEST(fixture.figures().usable == 0U);
  BOOST_REQUIRE(fixture.add(5));
  BOOST_REQUIRE(fixture.add(1000));  // no more than one transaction takes
  const PrekeyFigures figures = fixture.figures();
  BOOST_TEST(figures.usable == 5 + most_prekeys_at_once);
  BOOST_TEST(figures.unusable == 0U);
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  BOOST_REQUIRE_EQUAL(figures.by_key.size(), 1U);
  const auto& [names, count] = *figures.by_key.begin();
  BOOST_TEST((names.first == keys.root_public->primary().id));
  BOOST_TEST((names.second == keys.root_signer()->id));
  BOOST_TEST(count == figures.usable);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(fixture.audit().empty());
}

BOOST_AUTO_TEST_CASE(the_pool_is_larger_than_a_snapshot_of_the_walk) {
  PoolFixture fixture;
  for (int i = 0; i < 9; ++i) BOOST_REQUIRE(fixture.add(most_prekeys_at_once));
  BOOST_TEST(fixture.figures().usable == 9 * most_prekeys_at_once);
  int rests = 0;
  const auto counted = fixture.store().prekeys().figures([&rests] { return ++rests > 0; });
  BOOST_REQUIRE(counted);
  BOOST_TEST(counted->usable == 9 * most_prekeys_at_once);
  BOOST_TEST(rests == 1);
  const auto ended = fixture.store().prekeys().figures([] { return false; });
  BOOST_REQUIRE(!ended);
  BOOST_TEST((ended.error().code == Errc::unavailable));
}

BOOST_AUTO_TEST_CASE(the_rows_of_the_pools_table_follow_its_pairs) {
  PoolFixture fixture;
  const std::uint64_t before = *fixture.store().prekeys().pool_rows();
  BOOST_REQUIRE(fixture.add(5));
  BOOST_TEST(*fixture.store().prekeys().pool_rows() == before + 5);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST(*fixture.store().prekeys().pool_rows() == before + 4);
}

BOOST_AUTO_TEST_CASE(unusable_pairs_are_counted_and_removed) {
  PoolFixture fixture;
  BOOST_REQUIRE(fixture.add(3));
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  const StoreKeys other = keys_of_another_deployment();
  fixture.put_pair(crypto::make_certified_key(*keys.root_public, *other.root_signer(), keys.store(), 1));
  fixture.put_pair(crypto::make_certified_key(*keys.root_public, keys.audit_api->entries().front(), keys.store(), 1));
  crypto::TenantKey altered = certified_key();
  altered.box.back() ^= 1;
  fixture.put_pair(altered);
  fixture.put(Table::meta, "prekey", "x");
  PrekeyFigures figures = fixture.figures();
  BOOST_TEST(figures.usable == 3U);
  BOOST_TEST(figures.unusable == 4U);
  BOOST_TEST(fixture.remove_bad() == 4U);
  BOOST_TEST(fixture.remove_bad() == 0U);
  figures = fixture.figures();
  BOOST_TEST(figures.usable == 3U);
  BOOST_TEST(figures.unusable == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(pairs_are_made_with_the_root_signing_key_alone) {
  PoolFixture fixture;
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.root_signing = nullptr;
  keys.root_private = nullptr;  // not needed
  fixture.reopen_with(keys);
  const auto refused = fixture.add(1);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
  keys.root_signing = keys_of_phase(SigningPhase::required).root_signing;
  fixture.reopen_with(keys);
  BOOST_REQUIRE(fixture.add(1));
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_take_rows_of_format_3_gets_none) {
  PoolFixture fixture;
  fixture.put(Table::meta, "rows", std::string(crypto::as_text(rows_value(2))));
  const auto refused = fixture.add(1);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::unavailable));
  BOOST_TEST(refused.error().subject == "the store's format is being raised");
}

BOOST_AUTO_TEST_CASE(tenants_without_a_certificate_are_counted) {
  PoolFixture fixture;
  BOOST_TEST(fixture.unsigned_tenants() == 0U);
  fixture.put_tenant(1, certified_key());
  fixture.put_tenant(2, crypto::make_tenant_key(*keys_of_phase(SigningPhase::required).root_public, tenant_id(2)));
  fixture.put_tenant(3, std::nullopt);
  fixture.put_tenant(4, crypto::make_tenant_key(*keys_of_phase(SigningPhase::required).root_public, tenant_id(4)));
  BOOST_TEST(fixture.unsigned_tenants() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
