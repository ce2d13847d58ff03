// Rules of tenants: quotas, limits, erasure.
#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/contract/fake_engine_fixture.hpp"

namespace tacit::store::testing {
namespace {

void the_quota_is_the_sum_of_the_secrets(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("a", std::string(100, 'x')), who())));
  const auto b = it.wait(it.other().secrets().create(tenant_id(1), new_secret("b", std::string(50, 'x')), who()));
  BOOST_REQUIRE(b);
  auto quota = it.wait(it.store().tenants().quota(tenant_id(1), who()));
  BOOST_REQUIRE(quota);
  BOOST_TEST(quota->used == 152U);
  BOOST_TEST(quota->count == 2U);
  BOOST_REQUIRE(it.wait(it.store().secrets().remove(tenant_id(1), b->id, who())));
  quota = it.wait(it.other().tenants().quota(tenant_id(1), who()));
  BOOST_REQUIRE(quota);
  BOOST_TEST(quota->used == 101U);
  it.check();
}

void a_quota_that_would_be_exceeded_refuses(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().tenants().set_quota(tenant_id(1), 200, operator_context())));
  BOOST_REQUIRE(it.wait(it.other().secrets().create(tenant_id(1), new_secret("a", std::string(150, 'x')), who())));
  const auto refused = it.wait(it.store().secrets().create(tenant_id(1), new_secret("b", std::string(60, 'x')), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::quota_exceeded);
  it.check();
}

void limits_apply_on_every_host(ContractStore& it) {
  TenantLimits limits;
  limits.requests_per_second = 7;
  limits.secrets = 1;
  BOOST_REQUIRE(it.wait(it.store().tenants().set_limits(tenant_id(1), limits, operator_context())));
  for (int i = 0; i < 8; ++i) {  // from a cache or from the store
    const auto found = it.wait(it.other().tenants().limits(tenant_id(1)));
    BOOST_REQUIRE(found);
    BOOST_TEST((*found == limits));
    const auto none = it.wait(it.other().tenants().limits(tenant_id(2)));
    BOOST_REQUIRE(none);
    BOOST_TEST((*none == TenantLimits()));
  }
  BOOST_REQUIRE(it.wait(it.other().secrets().create(tenant_id(1), new_secret("a"), who())));
  const auto refused = it.wait(it.store().secrets().create(tenant_id(1), new_secret("b"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::too_many_secrets);
  it.check();
}

void an_erased_tenant_leaves_nothing(ContractStore& it) {
  for (int i = 0; i < 60; ++i) {
    const std::string n = std::to_string(i);
    BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_default("n" + n, "t" + n, "a"), who())));
  }
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(2), new_secret("kept"), who())));
  std::vector<ApiKeyUse> uses;
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(it.wait(it.other().api_keys().add(some_api_key(numbered(i)), who())));
    uses.push_back({numbered(i), 1'750'000'000'000'000});
  }
  BOOST_REQUIRE(it.wait(it.other().api_keys().add(some_api_key("kept", tenant_id(2)), who())));
  BOOST_REQUIRE(it.wait(it.other().api_keys().record_uses(uses)));
  const auto erased = it.wait(it.other().tenants().erase(tenant_id(1), {}, operator_context()));
  BOOST_REQUIRE(erased);
  BOOST_TEST(erased->secrets == 60U);
  BOOST_TEST(erased->api_keys == 20U);
  for (const auto& [key, value] : it.rows(Table::tenants)) BOOST_TEST(key.front() == '\2');
  BOOST_TEST(it.rows(Table::api_keys).size() == 1U);
  for (const auto& [key, value] : it.rows(Table::meta)) BOOST_TEST(!key.starts_with("use "));
  FakeDatabase* const fake = it.fake();
  if (fake != nullptr) BOOST_TEST(fake->largest_write() <= fake_traits.rows_per_write);
  it.check();
  // The tenant may come back.
  BOOST_TEST(it.wait(it.store().secrets().create(tenant_id(1), new_secret("a"), who())).has_value());
}

/// The snapshot may be lost in the middle; then the export fails, and is not continued on another one.
void an_export_has_every_row_once(ContractStore& it) {
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  for (int tries = 0;; ++tries) {
    BOOST_REQUIRE(tries < 100);
    int records = 0;
    int secrets = 0;
    int api_keys = 0;
    TenantSink sink;
    sink.record = [&records](crypto::ByteView) { return ++records > 0; };
    sink.secret = [&secrets](const crypto::Uuid&, const SecretRow&) { return ++secrets > 0; };
    sink.api_key = [&api_keys](const ApiKey&) { return ++api_keys > 0; };
    const auto whole = it.other().tenants().export_rows(tenant_id(1), sink);
    if (!whole) BOOST_CHECK(whole.error().code == Errc::unavailable);
    BOOST_TEST(records <= 1);
    BOOST_TEST(secrets <= 20);
    if (!whole) continue;
    BOOST_TEST(secrets == 20);
    BOOST_TEST(api_keys == 1);
    return;
  }
}

}  // namespace

std::vector<ContractRule> tenant_rules() {
  return {
      {"the_quota_is_the_sum_of_the_secrets", the_quota_is_the_sum_of_the_secrets},
      {"a_quota_that_would_be_exceeded_refuses", a_quota_that_would_be_exceeded_refuses},
      {"limits_apply_on_every_host", limits_apply_on_every_host},
      {"an_erased_tenant_leaves_nothing", an_erased_tenant_leaves_nothing},
      {"an_export_has_every_row_once", an_export_has_every_row_once},
  };
}

}  // namespace tacit::store::testing
