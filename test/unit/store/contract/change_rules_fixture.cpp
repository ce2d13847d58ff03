// Rules of changes of secrets: batches, PUT by name, previous values, preconditions.
#include <boost/test/unit_test.hpp>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

template <class T>
bool fails_with(const Outcome<T>& outcome, Errc code) {
  return !outcome && outcome.error().code == code;
}

SecretInfo create(ContractStore& it, NewSecret secret) {
  auto made = it.wait(it.store().secrets().create(tenant_id(1), std::move(secret), who()));
  BOOST_REQUIRE(made);
  return std::move(*made);
}

SecretInfo set_value(ContractStore& it, Store& host, const crypto::Uuid& id, std::string_view value) {
  SecretUpdate update;
  update.value.emplace().append(value);
  auto changed = it.wait(host.secrets().update(tenant_id(1), id, std::move(update), who()));
  BOOST_REQUIRE(changed);
  return std::move(*changed);
}

ChangeTerms in_state(std::int64_t updated_at) {
  ChangeTerms terms;
  terms.precondition.states.emplace(1, updated_at);
  return terms;
}

void a_batch_is_stored_as_a_whole(ContractStore& it) {
  create(it, new_secret("before"));
  std::vector<NewSecret> secrets;
  for (int i = 0; i < 8; ++i)
    secrets.push_back(new_default("s" + std::to_string(i), "tool" + std::to_string(i), "key"));
  const auto made = it.wait(it.other().secrets().create_batch(tenant_id(1), std::move(secrets), who()));
  BOOST_REQUIRE(made);
  create(it, new_secret("after"));
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->secrets.size() == 10U);
  for (std::size_t i = 0; i < 8; ++i) {
    BOOST_TEST(made->secrets[i].name == "s" + std::to_string(i));
    const auto found = it.wait(it.store().secrets().get(tenant_id(1), made->secrets[i].id, who()));
    BOOST_TEST(found.has_value());
    if (it.shared()) BOOST_TEST((all->secrets[i + 1].id == made->secrets[i].id));
  }
  it.check();
}

void a_batch_that_fails_stores_nothing(ContractStore& it) {
  create(it, new_secret("taken"));
  std::vector<NewSecret> secrets;
  secrets.push_back(new_secret("free"));
  secrets.push_back(new_secret("taken"));
  const auto refused = it.wait(it.other().secrets().create_batch(tenant_id(1), std::move(secrets), who()));
  BOOST_REQUIRE(fails_with(refused, Errc::name_taken));
  BOOST_TEST((refused.error().item == std::size_t{1}));
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  BOOST_TEST(all->secrets.size() == 1U);
  it.check();
}

void a_put_creates_or_replaces(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().put_by_name(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  const auto replaced = it.wait(it.other().secrets().put_by_name(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(replaced);
  BOOST_TEST((replaced->id == made->id));
  BOOST_TEST(replaced->version == 2U);
  BOOST_TEST(!replaced->tool_name.has_value());
  ChangeTerms absent;
  absent.precondition.absent = true;
  auto refused = it.wait(it.store().secrets().put_by_name(tenant_id(1), new_secret("a"), who(), std::move(absent)));
  BOOST_TEST(fails_with(refused, Errc::precondition_failed));
  it.check();
}

void puts_of_one_name_at_once_make_one_secret(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("before"), who())));
  boost::asio::io_context context(1);
  std::vector<crypto::Uuid> ids;
  for (int i = 0; i < 6; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    boost::asio::co_spawn(context, host.secrets().put_by_name(tenant_id(1), new_secret("a"), who()),
                          [&ids](std::exception_ptr error, const Outcome<ChangedSecret>& outcome) {
                            BOOST_TEST(!error);
                            // A host may give up after too many conflicts.
                            BOOST_TEST((outcome || outcome.error().code == Errc::conflict));
                            if (outcome) ids.push_back(outcome->secret.id);
                          });
  }
  context.run();
  BOOST_REQUIRE(!ids.empty());
  for (const crypto::Uuid& id : ids) BOOST_TEST((id == ids.front()));
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->secrets.size() == 2U);
  BOOST_TEST(all->secrets.back().version == ids.size());
  it.check();
}

void previous_values_are_kept_and_come_back(ContractStore& it) {
  const SecretInfo made = create(it, new_default("a", "tool", "key", "0123456789abcdef"));
  set_value(it, it.other(), made.id, "the second value");
  const auto versions = it.wait(it.store().secrets().versions(tenant_id(1), made.id, who()));
  BOOST_REQUIRE(versions);
  BOOST_REQUIRE(versions->size() == 2U);
  BOOST_TEST((versions->front().number == 2 && versions->front().current));
  BOOST_TEST((versions->back().number == 1 && versions->back().display == "01****ef"));
  const auto back = it.wait(it.other().secrets().rollback(tenant_id(1), made.id, 1, who()));
  BOOST_REQUIRE(back);
  BOOST_TEST(back->version == 3U);
  BOOST_TEST((back->display == "01****ef"));
  BOOST_TEST(fails_with(it.wait(it.store().secrets().rollback(tenant_id(1), made.id, 1, who())), Errc::not_found));
  BOOST_TEST(
      fails_with(it.wait(it.store().secrets().rollback(tenant_id(1), made.id, 3, who())), Errc::version_current));
  it.check();
}

void previous_values_are_removed(ContractStore& it) {
  const SecretInfo made = create(it, new_secret("a"));
  set_value(it, it.store(), made.id, "the second value");
  BOOST_REQUIRE(it.wait(it.other().secrets().remove_version(tenant_id(1), made.id, 1, who())));
  set_value(it, it.store(), made.id, "the third value");
  SecretUpdate discard;
  discard.discard_previous = true;
  const auto without = it.wait(it.other().secrets().update(tenant_id(1), made.id, std::move(discard), who()));
  BOOST_REQUIRE(without);
  BOOST_TEST(without->versions == 1U);
  set_value(it, it.store(), made.id, "the fourth value");
  it.check();
  BOOST_REQUIRE(it.wait(it.other().secrets().remove(tenant_id(1), made.id, who())));
  it.check();
}

void a_change_is_made_in_the_state_that_it_asks_for(ContractStore& it) {
  const SecretInfo made = create(it, new_secret("a"));
  const SecretInfo second = set_value(it, it.other(), made.id, "the second value");
  SecretUpdate late;
  late.name = "b";
  auto refused =
      it.wait(it.store().secrets().update(tenant_id(1), made.id, std::move(late), who(), in_state(made.updated_at)));
  BOOST_TEST(fails_with(refused, Errc::precondition_failed));
  SecretUpdate in_time;
  in_time.name = "b";
  auto changed = it.wait(
      it.store().secrets().update(tenant_id(1), made.id, std::move(in_time), who(), in_state(second.updated_at)));
  BOOST_REQUIRE(changed);
  refused = it.wait(it.other().secrets().remove(tenant_id(1), made.id, who(), in_state(second.updated_at)));
  BOOST_TEST(fails_with(refused, Errc::precondition_failed));
  BOOST_TEST(
      it.wait(it.other().secrets().remove(tenant_id(1), made.id, who(), in_state(changed->updated_at))).has_value());
  it.check();
}

}  // namespace

std::vector<ContractRule> change_rules() {
  return {
      {"a_batch_is_stored_as_a_whole", a_batch_is_stored_as_a_whole},
      {"a_batch_that_fails_stores_nothing", a_batch_that_fails_stores_nothing},
      {"a_put_creates_or_replaces", a_put_creates_or_replaces},
      {"puts_of_one_name_at_once_make_one_secret", puts_of_one_name_at_once_make_one_secret},
      {"previous_values_are_kept_and_come_back", previous_values_are_kept_and_come_back},
      {"previous_values_are_removed", previous_values_are_removed},
      {"a_change_is_made_in_the_state_that_it_asks_for", a_change_is_made_in_the_state_that_it_asks_for},
  };
}

}  // namespace tacit::store::testing
