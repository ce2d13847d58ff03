// PUT by name creates or replaces everything of a secret. Preconditions of all changes.
#include "test/unit/store/secrets/changes_fixture.hpp"

#include "store/secrets/preconditions.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

Outcome<SecretInfo> put(ChangesFixture& fixture, NewSecret secret, ChangeTerms terms = {}) {
  return fixture.wait(
      fixture.store().secrets().put_by_name(fixture.tenant, std::move(secret), who(), std::move(terms)));
}

Precondition must_exist() {
  Precondition condition;
  condition.exists = true;
  return condition;
}

Precondition must_be_absent() {
  Precondition condition;
  condition.absent = true;
  return condition;
}

ChangeTerms terms_with(Precondition condition) {
  ChangeTerms terms;
  terms.precondition = std::move(condition);
  return terms;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(put_secret)

BOOST_AUTO_TEST_CASE(a_name_that_is_free_is_created) {
  ChangesFixture fixture;
  const auto made = put(fixture, new_default("a", "tool", "key", "the first value"));
  BOOST_REQUIRE(made);
  BOOST_TEST(made->version == 1U);
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.create")"));
  BOOST_TEST(fixture.released("tool", "key") == "the first value");
}

BOOST_AUTO_TEST_CASE(everything_of_a_secret_is_replaced) {
  ChangesFixture fixture;
  NewSecret first = new_default("a", "tool", "key", "the first value");
  first.expires_at = 4'000'000'000'000'000;
  const auto made = put(fixture, std::move(first));
  BOOST_REQUIRE(made);
  const auto replaced = put(fixture, new_secret("a", "the second value"));
  BOOST_REQUIRE(replaced);
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.update")"));
  BOOST_TEST((replaced->id == made->id));
  BOOST_TEST(replaced->created_at == made->created_at);
  BOOST_TEST(replaced->version == 2U);
  BOOST_TEST(!replaced->tool_name.has_value());
  BOOST_TEST(!replaced->tool_arg.has_value());
  BOOST_TEST(!replaced->is_default_for_tool);
  BOOST_TEST(!replaced->expires_at.has_value());
  BOOST_TEST(fixture.released("tool", "key").empty());
  BOOST_TEST(fixture.quota().count == 1U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_default_that_is_taken_or_unbound_is_refused) {
  ChangesFixture fixture;
  fixture.create(new_default("b", "tool", "key"));
  BOOST_CHECK(code_of(put(fixture, new_default("a", "tool", "key"))) == Errc::default_taken);
  fixture.create(new_secret("a"));
  BOOST_CHECK(code_of(put(fixture, new_default("a", "tool", "key"))) == Errc::default_taken);
  NewSecret unbound = new_secret("a");
  unbound.is_default_for_tool = true;
  BOOST_CHECK(code_of(put(fixture, std::move(unbound))) == Errc::default_unbound);
}

BOOST_AUTO_TEST_CASE(a_put_keeps_to_its_precondition) {
  ChangesFixture fixture;
  BOOST_CHECK(code_of(put(fixture, new_secret("a"), terms_with(must_exist()))) == Errc::precondition_failed);
  BOOST_CHECK(code_of(put(fixture, new_secret("a"), in_state(1))) == Errc::precondition_failed);
  const auto made = put(fixture, new_secret("a"), terms_with(must_be_absent()));
  BOOST_REQUIRE(made);
  BOOST_CHECK(code_of(put(fixture, new_secret("a"), terms_with(must_be_absent()))) == Errc::precondition_failed);
  BOOST_CHECK(code_of(put(fixture, new_secret("a"), in_state(made->updated_at - 1))) == Errc::precondition_failed);
  BOOST_TEST(fixture.get(made->id).updated_at == made->updated_at);
  const auto second = put(fixture, new_secret("a"), in_state(made->updated_at));
  BOOST_REQUIRE(second);
  BOOST_TEST(put(fixture, new_secret("a"), terms_with(must_exist())).has_value());
  BOOST_CHECK(code_of(put(fixture, new_secret("a"), in_state(second->updated_at))) == Errc::precondition_failed);
}

BOOST_AUTO_TEST_CASE(every_change_of_a_secret_keeps_to_its_precondition) {
  ChangesFixture fixture(4);
  const SecretInfo made = fixture.create(new_secret("a"));
  const SecretInfo now = fixture.change(made.id, value_update("another value"));
  Secrets& secrets = fixture.store().secrets();
  const auto stale = [&] { return in_state(made.updated_at); };
  const auto failed = [](const auto& outcome) { return code_of(outcome) == Errc::precondition_failed; };
  BOOST_TEST(failed(fixture.wait(secrets.update(fixture.tenant, made.id, value_update("v v v v"), who(), stale()))));
  SecretUpdate rename;
  rename.name = "b";
  BOOST_TEST(failed(fixture.wait(secrets.update(fixture.tenant, made.id, std::move(rename), who(), stale()))));
  BOOST_TEST(failed(fixture.wait(secrets.remove(fixture.tenant, made.id, who(), stale()))));
  BOOST_TEST(failed(fixture.wait(secrets.remove(fixture.tenant, made.id, who(), terms_with(must_be_absent())))));
  BOOST_TEST(failed(fixture.roll_back(made.id, 1, stale())));
  BOOST_TEST(failed(fixture.wait(secrets.remove_version(fixture.tenant, made.id, 1, who(), stale()))));
  // It comes before other rules, but not before whether there is a secret.
  BOOST_TEST(failed(fixture.roll_back(made.id, 2, stale())));
  BOOST_CHECK(code_of(fixture.roll_back(tenant_id(50), 2, stale())) == Errc::not_found);
  BOOST_TEST(fixture.get(made.id).updated_at == now.updated_at);
  BOOST_TEST(fixture.numbers(made.id) == "2* 1");
  BOOST_TEST(fixture.roll_back(made.id, 1, in_state(now.updated_at)).has_value());
  const std::int64_t last = fixture.get(made.id).updated_at;
  BOOST_TEST(fixture.wait(secrets.remove(fixture.tenant, made.id, who(), in_state(last))).has_value());
}

BOOST_AUTO_TEST_CASE(conditions_by_themselves) {
  const auto holds = [](const Precondition& condition, std::optional<std::int64_t> state) {
    return check_precondition(condition, state).has_value();
  };
  BOOST_TEST(holds({}, std::nullopt));
  BOOST_TEST(holds({}, 5));
  BOOST_TEST((holds(must_exist(), 5) && !holds(must_exist(), std::nullopt)));
  BOOST_TEST((!holds(must_be_absent(), 5) && holds(must_be_absent(), std::nullopt)));
  Precondition one_of;
  one_of.states = std::vector<std::int64_t>{4, 5};
  BOOST_TEST((holds(one_of, 4) && holds(one_of, 5) && !holds(one_of, 6) && !holds(one_of, std::nullopt)));
  Precondition none;
  none.states.emplace();
  BOOST_TEST((!holds(none, 5) && !holds(none, std::nullopt)));
}

BOOST_AUTO_TEST_SUITE_END()
