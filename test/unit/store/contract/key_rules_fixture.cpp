// Rules of rekeys: values move to new key pairs, and every host releases them meanwhile and afterwards.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rekey_run.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

std::string value_of(int n) { return "the value of secret " + std::to_string(n); }
std::string tool_of(int n) { return "tool" + std::to_string(n); }

void fill(ContractStore& it, std::uint8_t tenant, int secrets) {
  for (int i = 0; i < secrets; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    BOOST_REQUIRE(it.wait(host.secrets().create(
        tenant_id(tenant), new_default("n" + std::to_string(i), tool_of(i), "key", value_of(i)), who())));
  }
}

void expect_values(ContractStore& it, Store& host, std::uint8_t tenant, int secrets) {
  for (int i = 0; i < secrets; ++i) {
    ResolveQuery query;
    query.tenant = tenant_id(tenant);
    query.tool_name = tool_of(i);
    const auto values = it.wait(resolve_values(host, std::move(query), tool_context()));
    BOOST_REQUIRE(values);
    BOOST_REQUIRE(values->size() == 1U);
    BOOST_TEST(text_of(values->front().value) == value_of(i));
  }
}

crypto::KeyId pair_of(ContractStore& it, std::uint8_t tenant) {
  const Rows rows = it.rows(Table::tenants);
  const auto record = peek_tenant_record(crypto::as_bytes(rows.at(text(record_row_key(tenant_id(tenant)).view()))));
  BOOST_REQUIRE((record && record->key && !record->previous_key));
  return record->key->id();
}

/// Runs to the end. Returns how many secrets were sealed again.
std::uint64_t rekey(ContractStore& it, RekeyWish wish) {
  RekeyRun run(it.store().keys(), it.store().audit(), std::move(wish), operator_context());
  const auto begun = it.wait(run.begin());
  BOOST_REQUIRE_MESSAGE(begun, begun.error().subject);
  const auto counted = run.count({});
  BOOST_REQUIRE(counted);
  RunWatch watch;
  watch.problem = [](const std::string& sentence) { BOOST_TEST_ERROR(sentence); };
  const auto done = it.wait(run.run(std::move(watch)));
  BOOST_REQUIRE_MESSAGE(done, done.error().subject);
  BOOST_TEST(!run.unfinished());
  BOOST_TEST(run.secrets() == *counted);
  return run.secrets();
}

void a_rekey_of_a_tenant_keeps_its_values(ContractStore& it) {
  constexpr int secrets = 12;
  fill(it, 1, secrets);
  fill(it, 2, 1);
  const crypto::KeyId before = pair_of(it, 1);
  const crypto::KeyId of_other = pair_of(it, 2);
  BOOST_TEST(rekey(it, {.tenant = tenant_id(1)}) == static_cast<std::uint64_t>(secrets));
  BOOST_TEST((pair_of(it, 1) != before));
  BOOST_TEST((pair_of(it, 2) == of_other));
  expect_values(it, it.other(), 1, secrets);
  expect_values(it, it.store(), 2, 1);
  BOOST_TEST(it.count_entries("\"action\":\"tenant.rekey\"") >= 2U);
  it.check();
}

void a_rekey_of_all_tenants_renews_every_pair(ContractStore& it) {
  constexpr std::uint8_t tenants = 3;
  std::vector<crypto::KeyId> before;
  for (std::uint8_t n = 1; n <= tenants; ++n) {
    fill(it, n, n);
    before.push_back(pair_of(it, n));
  }
  BOOST_TEST(rekey(it, {}) == 6U);
  for (std::uint8_t n = 1; n <= tenants; ++n) {
    BOOST_TEST((pair_of(it, n) != before.at(n - 1U)));
    expect_values(it, it.other(), n, n);
  }
  // Hosts go on with the renewed pool.
  BOOST_REQUIRE(it.wait(it.other().secrets().create(tenant_id(9), new_secret("a"), who())));
  BOOST_TEST(!it.rows(Table::meta).contains("rekey"));
  it.check();
}

std::string released(ContractStore& it, Store& host, const std::string& tool) {
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = tool;
  const auto values = it.wait(resolve_values(host, std::move(query), tool_context()));
  BOOST_REQUIRE(values);
  BOOST_REQUIRE(values->size() == 1U);
  return text_of(values->front().value);
}

void a_rekey_keeps_previous_values(ContractStore& it) {
  std::vector<crypto::Uuid> ids;
  for (int i = 0; i < 5; ++i) {
    const auto made = it.wait(it.store().secrets().create(
        tenant_id(1), new_default("n" + std::to_string(i), tool_of(i), "key", value_of(i)), who()));
    BOOST_REQUIRE(made);
    ids.push_back(made->id);
    SecretUpdate update;
    update.value.emplace().append("another value " + std::to_string(i));
    BOOST_REQUIRE(it.wait(it.other().secrets().update(tenant_id(1), made->id, std::move(update), who())));
  }
  BOOST_TEST(rekey(it, {.tenant = tenant_id(1)}) == ids.size());
  it.check();
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(released(it, it.store(), tool_of(i)) == "another value " + std::to_string(i));
    const crypto::Uuid& id = ids.at(static_cast<std::size_t>(i));
    const auto back = it.wait(it.other().secrets().rollback(tenant_id(1), id, 1, who()));
    BOOST_REQUIRE_MESSAGE(back, back.error().subject);
    BOOST_TEST(released(it, it.store(), tool_of(i)) == value_of(i));
  }
  it.check();
}

}  // namespace

std::vector<ContractRule> key_rules() {
  return {
      {"a_rekey_keeps_previous_values", a_rekey_keeps_previous_values},
      {"a_rekey_of_a_tenant_keeps_its_values", a_rekey_of_a_tenant_keeps_its_values},
      {"a_rekey_of_all_tenants_renews_every_pair", a_rekey_of_all_tenants_renews_every_pair},
  };
}

}  // namespace tacit::store::testing
