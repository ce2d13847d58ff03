// Rules of API keys.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "store/api_keys/api_keys.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

constexpr std::int64_t instant = 1'750'000'000'000'000;

void a_key_is_found_on_every_host_until_it_is_revoked(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  for (int i = 0; i < 8; ++i) {  // from a cache or from the store
    const auto found = it.wait(it.other().api_keys().find("AAAAAAAAAAA"));
    BOOST_REQUIRE(found);
    BOOST_TEST(!found->revoked_at);
    const auto missing = it.wait(it.other().api_keys().find("BBBBBBBBBBB"));
    BOOST_REQUIRE(!missing);
    BOOST_CHECK(missing.error().code == Errc::not_found);
  }
  BOOST_REQUIRE(it.wait(it.other().api_keys().revoke("AAAAAAAAAAA", who())));
  const auto revoked = it.wait(it.store().api_keys().find("AAAAAAAAAAA"));
  BOOST_REQUIRE(revoked);
  BOOST_TEST(revoked->revoked_at.has_value());
  BOOST_TEST(!it.wait(it.store().api_keys().get_of_tenant(tenant_id(1), "AAAAAAAAAAA", who())));
  it.check();
}

void an_id_is_given_once(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  const auto again = it.wait(it.other().api_keys().add(some_api_key("AAAAAAAAAAA", tenant_id(2)), who()));
  BOOST_REQUIRE(!again);
  BOOST_CHECK(again.error().code == Errc::conflict);
  it.check();
}

void a_tenant_has_no_more_keys_than_its_limit(ContractStore& it) {
  TenantLimits limits;
  limits.api_keys = 2;
  BOOST_REQUIRE(it.wait(it.store().tenants().set_limits(tenant_id(1), limits, operator_context())));
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key(numbered(1)), who())));
  BOOST_REQUIRE(it.wait(it.other().api_keys().add(some_api_key(numbered(2)), who())));
  const auto refused = it.wait(it.store().api_keys().add(some_api_key(numbered(3)), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::too_many_api_keys);
  it.check();
}

void the_limit_holds_for_clients_of_all_hosts(ContractStore& it) {
  constexpr int limit = 10;
  TenantLimits limits;
  limits.api_keys = limit;
  BOOST_REQUIRE(it.wait(it.store().tenants().set_limits(tenant_id(1), limits, operator_context())));
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int client = 0; client < 4; ++client) {
    Store& host = client % 2 == 0 ? it.store() : it.other();
    threads.emplace_back([&it, &host, &made, client] {
      for (int i = 0; i < 4; ++i) {
        if (it.wait(host.api_keys().add(some_api_key(numbered(10 * client + i)), who()))) ++made;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(made.load() <= limit);
  for (int i = made.load(); i < limit; ++i) {
    BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key(numbered(100 + i)), who())));
  }
  const auto refused = it.wait(it.other().api_keys().add(some_api_key(numbered(200)), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::too_many_api_keys);
  // A revoked key makes room.
  const auto listed = it.wait(it.other().api_keys().list_of_tenant(tenant_id(1), who()));
  BOOST_REQUIRE(listed);
  BOOST_TEST(listed->size() == static_cast<std::size_t>(limit));
  BOOST_REQUIRE(it.wait(it.store().api_keys().revoke(listed->front().id, who())));
  BOOST_REQUIRE(it.wait(it.other().api_keys().add(some_api_key(numbered(200)), who())));
  it.check();
}

void keys_are_listed_in_the_order_of_creation(ContractStore& it) {
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    ApiKey key = some_api_key(numbered(40 - i));
    key.created_at += i;
    expected.push_back(key.id);
    BOOST_REQUIRE(it.wait(it.store().api_keys().add(std::move(key), who())));
  }
  const auto listed = it.wait(it.other().api_keys().list_of_tenant(tenant_id(1), who()));
  BOOST_TEST(ids_of(listed) == expected, boost::test_tools::per_element());
  const auto all = it.store().api_keys().list(std::nullopt);
  BOOST_REQUIRE(all);
  BOOST_TEST(all->size() == 40U);
}

void the_last_use_is_shown_in_every_view(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  const std::string before = it.rows(Table::api_keys).at("AAAAAAAAAAA");
  BOOST_REQUIRE(it.wait(it.store().api_keys().record_uses({{"AAAAAAAAAAA", instant}})));
  BOOST_REQUIRE(it.wait(it.other().api_keys().record_uses({{"AAAAAAAAAAA", instant - 1'000'000'000}})));
  const auto one = it.wait(it.other().api_keys().get_of_tenant(tenant_id(1), "AAAAAAAAAAA", who()));
  BOOST_REQUIRE(one);
  BOOST_TEST((one->last_used_at == instant));
  const auto listed = it.wait(it.other().api_keys().list_of_tenant(tenant_id(1), who()));
  BOOST_REQUIRE(listed);
  BOOST_TEST((listed->front().last_used_at == instant));
  const auto all = it.other().api_keys().list(std::nullopt);
  BOOST_REQUIRE(all);
  BOOST_TEST((all->front().last_used_at == instant));
  // Both planes of a shared store write uses, but only one may write keys.
  BOOST_TEST((it.rows(Table::api_keys).at("AAAAAAAAAAA") == before) == it.shared());
  it.check();
}

void an_update_is_seen_and_recorded(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  ApiKeyUpdate update;
  update.name = "another";
  Authority authority;
  authority.scopes = every_scope;
  const auto changed =
      it.wait(it.other().api_keys().update_of_tenant(tenant_id(1), "AAAAAAAAAAA", update, authority, who()));
  BOOST_REQUIRE(changed);
  BOOST_TEST(changed->name == "another");
  const auto revoked = it.wait(it.store().api_keys().revoke_of_tenant(tenant_id(1), "AAAAAAAAAAA", who()));
  BOOST_REQUIRE(revoked);
  BOOST_TEST(revoked->name == "another");
  it.check();
}

}  // namespace

std::vector<ContractRule> api_key_rules() {
  return {
      {"a_key_is_found_on_every_host_until_it_is_revoked", a_key_is_found_on_every_host_until_it_is_revoked},
      {"an_id_is_given_once", an_id_is_given_once},
      {"a_tenant_has_no_more_keys_than_its_limit", a_tenant_has_no_more_keys_than_its_limit},
      {"the_limit_holds_for_clients_of_all_hosts", the_limit_holds_for_clients_of_all_hosts},
      {"keys_are_listed_in_the_order_of_creation", keys_are_listed_in_the_order_of_creation},
      {"the_last_use_is_shown_in_every_view", the_last_use_is_shown_in_every_view},
      {"an_update_is_seen_and_recorded", an_update_is_seen_and_recorded},
  };
}

}  // namespace tacit::store::testing
