// Rules of secrets: create, read, list, change, delete, unique names, defaults, ids.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/engine/await.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

Errc code_of(const Outcome<SecretInfo>& outcome) {
  BOOST_REQUIRE(!outcome);
  return outcome.error().code;
}

void what_was_created_is_found_on_every_host(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  const auto found = it.wait(it.other().secrets().get(tenant_id(1), made->id, who()));
  BOOST_REQUIRE(found);
  BOOST_TEST(found->name == "a");
  BOOST_TEST((found->tool_name == "tool" && found->tool_arg == "key" && found->is_default_for_tool));
  BOOST_CHECK(code_of(it.wait(it.store().secrets().get(tenant_id(2), made->id, who()))) == Errc::not_found);
  it.check();
}

void names_are_unique_within_a_tenant(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST(!it.wait(it.other().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST(it.wait(it.other().secrets().create(tenant_id(2), new_secret("a"), who())).has_value());
  const auto b = it.wait(it.store().secrets().create(tenant_id(1), new_secret("b"), who()));
  BOOST_REQUIRE(b);
  SecretUpdate update;
  update.name = "a";
  BOOST_TEST(!it.wait(it.other().secrets().update(tenant_id(1), b->id, std::move(update), who())));
  it.check();
}

void a_binding_has_one_default(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who())));
  BOOST_TEST(!it.wait(it.other().secrets().create(tenant_id(1), new_default("b", "tool", "key"), who())));
  BOOST_TEST(it.wait(it.other().secrets().create(tenant_id(1), new_default("c", "tool", "other"), who())).has_value());
  it.check();
}

void a_change_is_seen_and_counted(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(made);
  SecretUpdate update;
  update.name = "b";
  update.value.emplace().append("another value");
  const auto changed = it.wait(it.other().secrets().update(tenant_id(1), made->id, std::move(update), who()));
  BOOST_REQUIRE(changed);
  BOOST_TEST(changed->name == "b");
  BOOST_TEST(changed->updated_at > made->updated_at);
  const auto found = it.wait(it.store().secrets().get(tenant_id(1), made->id, who()));
  BOOST_REQUIRE(found);
  BOOST_TEST(found->name == "b");
  it.check();
}

void what_was_deleted_is_gone(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  BOOST_REQUIRE(it.wait(it.other().secrets().remove(tenant_id(1), made->id, who())));
  BOOST_CHECK(code_of(it.wait(it.store().secrets().get(tenant_id(1), made->id, who()))) == Errc::not_found);
  BOOST_CHECK(code_of(it.wait(it.store().secrets().remove(tenant_id(1), made->id, who()))) == Errc::not_found);
  BOOST_TEST(it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who())).has_value());
  it.check();
}

void a_list_has_every_secret_once_in_the_order_of_creation(ContractStore& it) {
  constexpr int count = 70;
  for (int i = 0; i < count; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    BOOST_REQUIRE(it.wait(host.secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->secrets.size() == std::size_t{count});
  if (it.shared()) {
    for (int i = 0; i < count; ++i)
      BOOST_TEST(all->secrets[static_cast<std::size_t>(i)].name == "n" + std::to_string(i));
  }
  ListQuery query;
  query.limit = 30;
  std::size_t seen = 0;
  do {
    const auto page = it.wait(it.other().secrets().list(tenant_id(1), query, who()));
    BOOST_REQUIRE(page);
    for (const SecretInfo& secret : page->secrets) BOOST_TEST((secret.id == all->secrets.at(seen++).id));
    query.after = page->next;
  } while (query.after);
  BOOST_TEST(seen == std::size_t{count});
}

/// Between two secrets of it the engine may begin again.
void a_list_with_last_uses_has_every_secret_once(ContractStore& it) {
  constexpr std::size_t count = 40;
  std::vector<crypto::Uuid> ids;
  for (std::size_t i = 0; i < count; ++i) {
    const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who()));
    BOOST_REQUIRE(made);
    ids.push_back(made->id);
  }
  std::ranges::sort(ids);
  ListQuery query;
  query.with_last_use = true;
  for (int n = 0; n < 20; ++n) {
    const auto all = it.wait(it.other().secrets().list(tenant_id(1), query, who()));
    BOOST_REQUIRE(all);
    std::vector<crypto::Uuid> listed;
    for (const SecretInfo& secret : all->secrets) listed.push_back(secret.id);
    BOOST_TEST((listed == ids));
  }
}

Task<Outcome<void>> put_newest(Transaction& transaction, crypto::Uuid id) {
  put_newest_secret(transaction, tenant_id(1), id);
  co_return Outcome<void>();
}

void a_new_id_exceeds_that_of_a_host_whose_clock_is_ahead(ContractStore& it) {
  if (!it.shared()) return;
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  const crypto::Uuid ahead = crypto::make_uuid_v7(std::chrono::system_clock::now() + std::chrono::hours(1));
  WorkBody<void> body = [ahead](Transaction& transaction) { return put_newest(transaction, ahead); };
  BOOST_REQUIRE(it.wait(write<void>(it.engine(), std::move(body), Growth::grows)));
  crypto::Uuid last = ahead;
  for (int i = 0; i < 3; ++i) {
    Store& host = i % 2 == 0 ? it.other() : it.store();
    const auto made = it.wait(host.secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who()));
    BOOST_REQUIRE(made);
    BOOST_TEST((last < made->id));
    last = made->id;
  }
  it.check();
}

}  // namespace

std::vector<ContractRule> secret_rules() {
  return {
      {"what_was_created_is_found_on_every_host", what_was_created_is_found_on_every_host},
      {"names_are_unique_within_a_tenant", names_are_unique_within_a_tenant},
      {"a_binding_has_one_default", a_binding_has_one_default},
      {"a_change_is_seen_and_counted", a_change_is_seen_and_counted},
      {"what_was_deleted_is_gone", what_was_deleted_is_gone},
      {"a_list_has_every_secret_once_in_the_order_of_creation", a_list_has_every_secret_once_in_the_order_of_creation},
      {"a_list_with_last_uses_has_every_secret_once", a_list_with_last_uses_has_every_secret_once},
      {"a_new_id_exceeds_that_of_a_host_whose_clock_is_ahead", a_new_id_exceeds_that_of_a_host_whose_clock_is_ahead},
  };
}

}  // namespace tacit::store::testing
