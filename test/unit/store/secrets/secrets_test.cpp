// Secrets are created, read, changed and deleted within a tenant and its quota.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "store/rows/row_key.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::optional<Errc> code_of(const Outcome<SecretInfo>& outcome) {
  if (outcome) return std::nullopt;
  return outcome.error().code;
}

SecretUpdate with_value(std::string_view value) {
  SecretUpdate update;
  update.value.emplace().append(value);
  return update;
}

FieldChange set_to(std::string value) { return {FieldChange::Kind::set, std::move(value)}; }
FieldChange cleared() { return {FieldChange::Kind::clear, {}}; }

struct SecretsFixture : StoreFixture {
  using StoreFixture::StoreFixture;
  const tacit::crypto::Uuid tenant = tenant_id(1);

  SecretInfo create(NewSecret secret) {
    auto made = wait(store().secrets().create(tenant, std::move(secret), who()));
    BOOST_REQUIRE(made);
    return std::move(*made);
  }
  std::optional<Errc> try_create(NewSecret secret) {
    return code_of(wait(store().secrets().create(tenant, std::move(secret), who())));
  }
  Outcome<SecretInfo> update(const SecretInfo& secret, const SecretUpdate& change) {
    SecretUpdate copy;
    copy.name = change.name;
    if (change.value) copy.value.emplace(change.value->view());
    copy.tool_name = change.tool_name;
    copy.tool_arg = change.tool_arg;
    copy.is_default_for_tool = change.is_default_for_tool;
    copy.expires_at = change.expires_at;
    copy.discard_previous = change.discard_previous;
    return wait(store().secrets().update(tenant, secret.id, std::move(copy), who()));
  }
  QuotaState quota() { return *wait(store().tenants().quota(tenant, who())); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_created_secret_is_read_back) {
  SecretsFixture fixture;
  NewSecret secret = new_default("key \xE2\x82\xAC", "agno__linear__*", "api_key", "0123456789abcdef");
  const SecretInfo made = fixture.create(std::move(secret));
  BOOST_TEST(made.name == "key \xE2\x82\xAC");
  BOOST_TEST(*made.display == "01****ef");
  BOOST_TEST(*made.tool_name == "agno__linear__*");
  BOOST_TEST(*made.tool_arg == "api_key");
  BOOST_TEST(made.is_default_for_tool);
  BOOST_TEST(made.created_at == made.updated_at);
  BOOST_TEST((made.id.bytes[6] >> 4U) == 7U);
  std::int64_t id_milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) id_milliseconds = id_milliseconds << 8 | made.id.bytes[i];
  BOOST_TEST(id_milliseconds == made.created_at / 1000);
  fixture.reopen();
  const auto read = fixture.wait(fixture.store().secrets().get(fixture.tenant, made.id, who()));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->name == made.name);
  BOOST_TEST(*read->display == *made.display);
  BOOST_TEST(*read->tool_name == *made.tool_name);
  BOOST_TEST(*read->tool_arg == *made.tool_arg);
  BOOST_TEST(read->is_default_for_tool);
  BOOST_TEST(read->updated_at == made.updated_at);
  BOOST_CHECK(read->tenant == fixture.tenant);
}

BOOST_AUTO_TEST_CASE(the_api_plane_needs_no_private_key) {
  StoreFixtureOptions options;
  options.private_keys = false;
  SecretsFixture fixture(options);
  const SecretInfo made = fixture.create(new_secret("a"));
  BOOST_TEST(fixture.update(made, with_value("another value")).has_value());
  BOOST_TEST(fixture.wait(fixture.store().secrets().remove(fixture.tenant, made.id, who())).has_value());
  ResolveQuery query;
  query.tenant = fixture.tenant;
  query.tool_name = "tool";
  const auto refused = fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::unavailable);
}

BOOST_AUTO_TEST_CASE(tenants_do_not_see_each_other) {
  SecretsFixture fixture;
  const SecretInfo made = fixture.create(new_secret("a"));
  const auto other = tenant_id(2);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().get(other, made.id, who()))) == Errc::not_found);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().update(other, made.id, {}, who()))) == Errc::not_found);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().update(other, made.id, with_value("abcd"), who()))) ==
              Errc::not_found);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().remove(other, made.id, who()))) == Errc::not_found);
  BOOST_TEST(fixture.wait(fixture.store().secrets().list(other, {}, who()))->secrets.empty());
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(other, new_secret("a"), who())).has_value());
}

BOOST_AUTO_TEST_CASE(names_are_unique_byte_for_byte) {
  SecretsFixture fixture;
  const SecretInfo first = fixture.create(new_secret("name"));
  BOOST_CHECK(fixture.try_create(new_secret("name")) == Errc::name_taken);
  BOOST_CHECK(fixture.try_create(new_secret("Name")) == std::nullopt);
  BOOST_CHECK(fixture.try_create(new_secret("name ")) == std::nullopt);
  const SecretInfo second = fixture.create(new_secret("second"));
  SecretUpdate rename;
  rename.name = "name";
  BOOST_CHECK(code_of(fixture.update(second, rename)) == Errc::name_taken);
  rename.name = "third";
  BOOST_TEST(fixture.update(first, rename).has_value());
  BOOST_CHECK(fixture.try_create(new_secret("name")) == std::nullopt);
  BOOST_CHECK(fixture.try_create(new_secret("third")) == Errc::name_taken);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_binding_has_one_default_and_an_unbound_secret_none) {
  SecretsFixture fixture;
  NewSecret unbound = new_secret("unbound");
  unbound.is_default_for_tool = true;
  unbound.tool_name = "tool";
  BOOST_CHECK(fixture.try_create(std::move(unbound)) == Errc::default_unbound);
  const SecretInfo first = fixture.create(new_default("first", "tool", "key"));
  BOOST_CHECK(fixture.try_create(new_default("second", "tool", "key")) == Errc::default_taken);
  BOOST_CHECK(fixture.try_create(new_default("second", "tool", "other")) == std::nullopt);
  // The concatenation of the two texts equals another pair's.
  BOOST_CHECK(fixture.try_create(new_default("third", "toolk", "ey")) == std::nullopt);
  NewSecret plain = new_default("plain", "tool", "key");
  plain.is_default_for_tool = false;
  const SecretInfo not_default = fixture.create(std::move(plain));
  SecretUpdate make_default;
  make_default.is_default_for_tool = true;
  BOOST_CHECK(code_of(fixture.update(not_default, make_default)) == Errc::default_taken);
  SecretUpdate clear_tool;
  clear_tool.tool_name = cleared();
  BOOST_CHECK(code_of(fixture.update(first, clear_tool)) == Errc::default_unbound);
  clear_tool.is_default_for_tool = false;
  const auto freed = fixture.update(first, clear_tool);
  BOOST_REQUIRE(freed);
  BOOST_TEST(!freed->tool_name.has_value());
  BOOST_TEST(*freed->tool_arg == "key");
  BOOST_TEST(fixture.update(not_default, make_default).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_update_changes_only_the_given_fields) {
  SecretsFixture fixture;
  const SecretInfo made = fixture.create(new_default("a", "tool__*", "key", "0123456789abcdef"));
  SecretUpdate update;
  update.tool_name = set_to("other__tool");
  const auto moved = fixture.update(made, update);
  BOOST_REQUIRE(moved);
  BOOST_TEST(*moved->tool_name == "other__tool");
  BOOST_TEST(moved->name == "a");
  BOOST_TEST(*moved->display == *made.display);
  BOOST_TEST(moved->is_default_for_tool);
  BOOST_TEST(moved->created_at == made.created_at);
  BOOST_TEST(moved->updated_at > made.updated_at);
  const auto revalued = fixture.update(made, with_value("fedcba9876543210"));
  BOOST_REQUIRE(revalued);
  BOOST_TEST(*revalued->display == "fe****10");
  BOOST_TEST(revalued->updated_at > moved->updated_at);
  BOOST_TEST(*revalued->tool_name == "other__tool");
  const auto report = fixture.verify();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.values_opened == 1U);
}

BOOST_AUTO_TEST_CASE(an_update_that_changes_nothing_writes_nothing) {
  SecretsFixture fixture;
  const SecretInfo made = fixture.create(new_default("a", "tool", "key"));
  const auto entries = fixture.audit().size();
  const auto rows = fixture.rows(Table::tenants);
  SecretUpdate same;
  same.name = "a";
  same.tool_name = set_to("tool");
  same.is_default_for_tool = true;
  const auto answer = fixture.update(made, same);
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->updated_at == made.updated_at);
  BOOST_TEST(fixture.update(made, {}).has_value());
  BOOST_TEST(fixture.audit().size() == entries);
  BOOST_CHECK(fixture.rows(Table::tenants) == rows);
  // A given value is always a change, because the store cannot compare it.
  const auto revalued = fixture.update(made, with_value("a value of some length"));
  BOOST_REQUIRE(revalued);
  BOOST_TEST(revalued->updated_at > made.updated_at);
  BOOST_TEST(fixture.audit().size() == entries + 1);
}

BOOST_AUTO_TEST_CASE(deleting_leaves_nothing_of_a_secret) {
  SecretsFixture fixture;
  fixture.create(new_secret("stays"));
  // The record counts changes.
  const auto rows_but_record = [&fixture] {
    auto rows = fixture.rows(Table::tenants);
    BOOST_TEST(rows.erase(std::string(tacit::crypto::as_text(record_row_key(fixture.tenant).view()))) == 1U);
    return rows;
  };
  const auto rows = rows_but_record();
  const QuotaState before = fixture.quota();
  const SecretInfo made = fixture.create(new_default("a", "tool__*", "key"));
  const auto deleted = fixture.wait(fixture.store().secrets().remove(fixture.tenant, made.id, who()));
  BOOST_REQUIRE(deleted);
  BOOST_TEST(deleted->name == "a");
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().get(fixture.tenant, made.id, who()))) == Errc::not_found);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().remove(fixture.tenant, made.id, who()))) ==
              Errc::not_found);
  BOOST_CHECK(rows_but_record() == rows);
  BOOST_TEST(fixture.quota().used == before.used);
  BOOST_CHECK(fixture.try_create(new_default("a", "tool__*", "key")) == std::nullopt);
}

BOOST_AUTO_TEST_CASE(quota_counts_name_value_and_binding) {
  StoreFixtureOptions options;
  options.quota_default = 100;
  SecretsFixture fixture(options);
  BOOST_TEST(fixture.quota().limit == 100U);
  BOOST_TEST(!fixture.quota().limit_is_own);
  // 4 + 20 + 4 + 3 = 31
  const SecretInfo made = fixture.create(new_default("name", "tool", "key", std::string(20, 'v')));
  BOOST_TEST(fixture.quota().used == 31U);
  BOOST_CHECK(fixture.try_create(new_secret("other", std::string(65, 'v'))) == Errc::quota_exceeded);
  const auto refused =
      fixture.wait(fixture.store().secrets().create(fixture.tenant, new_secret("o", std::string(69, 'v')), who()));
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().quota.limit == 100U);
  BOOST_TEST(refused.error().quota.used == 31U);
  BOOST_TEST(refused.error().quota.requested == 101U);
  BOOST_TEST(fixture.quota().used == 31U);
  BOOST_TEST(fixture.quota().count == 1U);
  fixture.create(new_secret("o", std::string(68, 'v')));
  BOOST_TEST(fixture.quota().used == 100U);
  SecretUpdate longer;
  longer.name = "name+";
  BOOST_CHECK(code_of(fixture.update(made, longer)) == Errc::quota_exceeded);
  BOOST_CHECK(code_of(fixture.update(made, with_value(std::string(21, 'v')))) == Errc::quota_exceeded);
  BOOST_TEST(fixture.update(made, with_value(std::string(19, 'v'))).has_value());
  BOOST_TEST(fixture.quota().used == 99U);
  BOOST_TEST(fixture.update(made, longer).has_value());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_operator_sets_and_lowers_a_limit) {
  SecretsFixture fixture;
  // Before the tenant has any rows.
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_quota(fixture.tenant, 50, who())));
  BOOST_TEST(fixture.quota().limit == 50U);
  BOOST_TEST(fixture.quota().limit_is_own);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  const SecretInfo made = fixture.create(new_secret("name", std::string(46, 'v')));
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_quota(fixture.tenant, 10, who())));
  BOOST_TEST(fixture.quota().used == 50U);
  BOOST_CHECK(code_of(fixture.update(made, with_value(std::string(47, 'v')))) == Errc::quota_exceeded);
  BOOST_TEST(fixture.update(made, with_value(std::string(45, 'v'))).has_value());
  BOOST_CHECK(fixture.try_create(new_secret("more")) == Errc::quota_exceeded);
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_quota(fixture.tenant, std::nullopt, who())));
  BOOST_TEST(fixture.quota().limit == std::uint64_t{1} << 20);
  BOOST_CHECK(fixture.try_create(new_secret("more")) == std::nullopt);
  BOOST_TEST(fixture.audit().size() == 6U);
}

BOOST_AUTO_TEST_CASE(values_may_hold_any_character) {
  SecretsFixture fixture;
  const std::string value = std::string("a\0b", 3) + "\n\xF0\x9F\x98\x80";
  NewSecret secret = new_default("n", "tool", "key", value);
  fixture.create(std::move(secret));
  ResolveQuery query;
  query.tenant = fixture.tenant;
  query.tool_name = "tool";
  const auto values = fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
  BOOST_REQUIRE(values);
  BOOST_TEST(text_of(values->at(0).value) == value);
}

BOOST_AUTO_TEST_SUITE_END()
