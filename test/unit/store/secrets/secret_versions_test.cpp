// Previous values: how many are kept, and how they are listed, removed and made current again.
#include "test/unit/store/secrets/changes_fixture.hpp"

#include "store/rows/store_meta.hpp"
#include "store/rows/version_row.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// The store takes rows of format 3 alone, as before its format was raised.
void take_older_rows(ChangesFixture& fixture) {
  fixture.put(Table::meta, text(rows_row_key()), text(rows_value(third_rows_format)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_versions)

BOOST_AUTO_TEST_CASE(as_many_previous_values_are_kept_as_set) {
  for (const std::uint32_t kept : {0U, 1U, 3U, 16U}) {
    ChangesFixture fixture(kept);
    const SecretInfo made = fixture.create(new_secret("a", "the first value"));
    for (int i = 2; i <= 20; ++i) fixture.change(made.id, value_update("value " + std::to_string(i)));
    std::string expected = "20*";
    for (std::uint32_t i = 1; i <= kept; ++i) expected += " " + std::to_string(20 - i);
    BOOST_TEST(fixture.numbers(made.id) == expected);
    BOOST_TEST(fixture.rows_of(RowKind::previous_value) == kept);
    const SecretInfo now = fixture.get(made.id);
    BOOST_TEST(now.version == 20U);
    BOOST_TEST(now.versions == kept + 1);
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_list_of_versions_has_masks_and_instants_and_the_newest_first) {
  ChangesFixture fixture(2);
  const SecretInfo made = fixture.create(new_secret("a", "0123456789abcdef"));
  const SecretInfo second = fixture.change(made.id, value_update("fedcba9876543210"));
  SecretUpdate rename;
  rename.name = "b";
  fixture.change(made.id, std::move(rename));
  const auto versions = *fixture.wait(fixture.store().secrets().versions(fixture.tenant, made.id, who()));
  BOOST_REQUIRE(versions.size() == 2U);
  BOOST_TEST((versions[0].number == 2 && versions[0].current && versions[0].display == "fe****10"));
  BOOST_TEST(versions[0].created_at == second.updated_at);  // a new name is no new value
  BOOST_TEST((versions[1].number == 1 && !versions[1].current && versions[1].display == "01****ef"));
  BOOST_TEST(versions[1].created_at == made.created_at);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().versions(tenant_id(2), made.id, who()))) ==
              Errc::not_found);
}

BOOST_AUTO_TEST_CASE(previous_values_do_not_count_as_used) {
  ChangesFixture fixture(16);
  const SecretInfo made = fixture.create(new_secret("a", "0123456789"));
  const auto before = fixture.quota();
  for (int i = 0; i < 5; ++i) fixture.change(made.id, value_update("abcdefghi" + std::to_string(i)));
  BOOST_TEST(fixture.quota().used == before.used);
  BOOST_TEST(fixture.quota().count == before.count);
}

BOOST_AUTO_TEST_CASE(a_rollback_makes_an_earlier_value_current_as_a_new_version) {
  ChangesFixture fixture(3);
  const SecretInfo made = fixture.create(new_default("a", "tool", "key", "the first value"));
  fixture.change(made.id, value_update("second, and longer than the first"));
  const SecretInfo third = fixture.change(made.id, value_update("the third one"));
  const auto back = fixture.roll_back(made.id, 1);
  BOOST_REQUIRE(back);
  BOOST_TEST(back->version == 4U);
  BOOST_TEST(back->versions == 3U);
  BOOST_TEST((back->display == made.display));
  BOOST_TEST(back->updated_at > third.updated_at);
  BOOST_TEST(fixture.numbers(made.id) == "4* 3 2");
  BOOST_TEST(fixture.released("tool", "key") == "the first value");
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.release")"));
  BOOST_TEST(fixture.quota().used == std::string("a"
                                                 "tool"
                                                 "key"
                                                 "the first value")
                                         .size());
  // A value that was rolled back to is still sealed under its first version.
  fixture.change(made.id, value_update("the fifth value"));
  BOOST_TEST(fixture.numbers(made.id) == "5* 4 3 2");
  BOOST_REQUIRE(fixture.roll_back(made.id, 4));
  BOOST_TEST(fixture.released("tool", "key") == "the first value");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_rollback_is_audited_with_both_numbers) {
  ChangesFixture fixture;
  const SecretInfo made = fixture.create(new_secret("a"));
  fixture.change(made.id, value_update("another value"));
  BOOST_REQUIRE(fixture.roll_back(made.id, 1));
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.rollback")"));
  BOOST_TEST(fixture.last_entry_has(R"("reason":"from version 1")"));
  BOOST_TEST(fixture.last_entry_has(R"("versions":[3])"));
}

BOOST_AUTO_TEST_CASE(a_rollback_without_kept_values_keeps_none) {
  ChangesFixture fixture(1);
  const SecretInfo made = fixture.create(new_secret("a"));
  fixture.change(made.id, value_update("another value"));
  auto options = fixture.store_options();
  options.versions_kept = 0;
  BOOST_REQUIRE(fixture.store().reconfigure(all_keys(), options));
  BOOST_REQUIRE(fixture.roll_back(made.id, 1));
  BOOST_TEST(fixture.numbers(made.id) == "3*");
  BOOST_TEST(fixture.rows_of(RowKind::previous_value) == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_rollback_refuses) {
  ChangesFixture fixture(4);
  const SecretInfo made = fixture.create(new_default("a", "tool", "key"));
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 1)) == Errc::version_current);
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 2)) == Errc::not_found);
  BOOST_CHECK(code_of(fixture.roll_back(tenant_id(77), 1)) == Errc::not_found);
  SecretUpdate rebind = value_update("the second value");
  rebind.tool_name = {FieldChange::Kind::set, "other"};
  fixture.change(made.id, std::move(rebind));
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 1)) == Errc::version_rebound);
  SecretUpdate back;
  back.tool_name = {FieldChange::Kind::set, "tool"};
  fixture.change(made.id, std::move(back));
  BOOST_TEST(fixture.roll_back(made.id, 1).has_value());
}

BOOST_AUTO_TEST_CASE(a_rollback_to_a_longer_value_keeps_to_the_quota) {
  StoreFixtureOptions options;
  options.quota_default = 100;
  ChangesFixture fixture(1, std::move(options));
  const SecretInfo made = fixture.create(new_secret("a", std::string(80, 'v')));
  fixture.change(made.id, value_update("short"));
  fixture.create(new_secret("b", std::string(60, 'v')));
  const auto refused = fixture.roll_back(made.id, 1);
  BOOST_REQUIRE(code_of(refused) == Errc::quota_exceeded);
  BOOST_TEST(refused.error().quota.requested == 81U + 61U);
  BOOST_TEST(fixture.get(made.id).version == 2U);
}

BOOST_AUTO_TEST_CASE(a_previous_value_is_removed_alone) {
  ChangesFixture fixture(3);
  const SecretInfo made = fixture.create(new_secret("a", "0123456789abcdef"));
  fixture.change(made.id, value_update("the second value"));
  const SecretInfo third = fixture.change(made.id, value_update("the third value"));
  const auto removed = fixture.wait(fixture.store().secrets().remove_version(fixture.tenant, made.id, 1, who()));
  BOOST_REQUIRE(removed);
  BOOST_TEST((removed->number == 1 && removed->display == "01****ef" && !removed->current));
  BOOST_TEST(removed->created_at == made.created_at);
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.version_delete")"));
  BOOST_TEST(fixture.last_entry_has(R"("reason":"version 1")"));
  BOOST_TEST(fixture.numbers(made.id) == "3* 2");
  BOOST_TEST(fixture.get(made.id).updated_at > third.updated_at);
  const auto remove = [&](std::uint32_t number) {
    return code_of(fixture.wait(fixture.store().secrets().remove_version(fixture.tenant, made.id, number, who())));
  };
  BOOST_CHECK(remove(1) == Errc::not_found);
  BOOST_CHECK(remove(3) == Errc::version_current);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_update_may_discard_all_previous_values) {
  ChangesFixture fixture(3);
  const SecretInfo made = fixture.create(new_secret("a"));
  fixture.change(made.id, value_update("the second value"));
  SecretUpdate discard;
  discard.discard_previous = true;
  const SecretInfo without = fixture.change(made.id, std::move(discard));
  BOOST_TEST(without.versions == 1U);
  BOOST_TEST(fixture.last_entry_has(R"("reason":"previous values removed")"));
  BOOST_TEST(fixture.rows_of(RowKind::previous_value) == 0U);
  // Without any, there is nothing to change.
  SecretUpdate again;
  again.discard_previous = true;
  BOOST_TEST(fixture.change(made.id, std::move(again)).updated_at == without.updated_at);
  // With a new value, the one before goes, too.
  SecretUpdate both = value_update("the third value");
  both.discard_previous = true;
  fixture.change(made.id, std::move(both));
  BOOST_TEST(fixture.numbers(made.id) == "3*");
  BOOST_TEST(fixture.rows_of(RowKind::previous_value) == 0U);
}

BOOST_AUTO_TEST_CASE(deleting_a_secret_removes_all_its_values) {
  ChangesFixture fixture(3);
  const SecretInfo made = fixture.create(new_secret("a"));
  const SecretInfo other = fixture.create(new_secret("b"));
  fixture.change(made.id, value_update("the second value"));
  fixture.change(other.id, value_update("the second value"));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(fixture.tenant, made.id, who())));
  BOOST_TEST(fixture.rows_of(RowKind::previous_value) == 1U);
  BOOST_TEST(fixture.numbers(other.id) == "2* 1");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(missing_and_altered_previous_values_are_noticed) {
  ChangesFixture fixture(3);
  const SecretInfo made = fixture.create(new_secret("a"));
  fixture.change(made.id, value_update("the second value"));
  const std::string key = text(version_row_key(fixture.tenant, made.id, 1).view());
  const std::string row = fixture.rows(Table::tenants).at(key);
  std::string altered = row;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  fixture.put(Table::tenants, key, altered);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().versions(fixture.tenant, made.id, who()))) ==
              Errc::integrity);
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 1)) == Errc::integrity);
  fixture.put(Table::tenants, key, std::nullopt);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().versions(fixture.tenant, made.id, who()))) ==
              Errc::integrity);
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 1)) == Errc::integrity);
  fixture.put(Table::tenants, key, row);
  BOOST_TEST(fixture.roll_back(made.id, 1).has_value());
}

BOOST_AUTO_TEST_CASE(while_older_rows_are_written_nothing_new_is) {
  ChangesFixture fixture(3);
  take_older_rows(fixture);
  const SecretInfo made = fixture.create(new_secret("a"));
  fixture.change(made.id, value_update("the second value"));
  BOOST_TEST(fixture.numbers(made.id) == "2*");
  BOOST_CHECK(code_of(fixture.roll_back(made.id, 1)) == Errc::unavailable);
  SecretUpdate expiry;
  expiry.expires_at = {FieldChange::Kind::set, 1};
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().update(fixture.tenant, made.id, std::move(expiry),
                                                                    who()))) == Errc::unavailable);
  SecretUpdate discard;
  discard.discard_previous = true;
  BOOST_TEST(fixture.change(made.id, std::move(discard)).versions == 1U);
  NewSecret expiring = new_secret("b");
  expiring.expires_at = 1;
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().create(fixture.tenant, std::move(expiring), who()))) ==
              Errc::unavailable);
  BOOST_CHECK(code_of(fixture.wait(fixture.store().secrets().create(fixture.tenant, new_secret("c"), who(),
                                                                    with_key("k", "b")))) == Errc::unavailable);
  // From then on values are kept, that of the older row as well.
  fixture.put(Table::meta, text(rows_row_key()), text(rows_value()));
  fixture.change(made.id, value_update("the third value"));
  BOOST_TEST(fixture.numbers(made.id) == "3* 2");
  BOOST_TEST(fixture.roll_back(made.id, 2).has_value());
}

BOOST_AUTO_TEST_CASE(an_expiry_is_set_kept_and_cleared) {
  ChangesFixture fixture;
  NewSecret secret = new_secret("a");
  secret.expires_at = 4'000'000'000'000'000;
  const SecretInfo made = fixture.create(std::move(secret));
  BOOST_TEST((made.expires_at == 4'000'000'000'000'000));
  BOOST_TEST((fixture.change(made.id, value_update("another value")).expires_at == made.expires_at));
  SecretUpdate sooner;
  sooner.expires_at = {FieldChange::Kind::set, 3'000'000'000'000'000};
  fixture.change(made.id, std::move(sooner));
  const SecretInfo never = fixture.create(new_secret("b"));
  ListQuery query;
  query.expires_before = 3'000'000'000'000'001;
  const auto soon = fixture.wait(fixture.store().secrets().list(fixture.tenant, query, who()));
  BOOST_REQUIRE(soon);
  BOOST_REQUIRE(soon->secrets.size() == 1U);
  BOOST_TEST((soon->secrets.front().id == made.id));
  query.expires_before = 3'000'000'000'000'000;
  BOOST_TEST(fixture.wait(fixture.store().secrets().list(fixture.tenant, query, who()))->secrets.empty());
  SecretUpdate clear;
  clear.expires_at.kind = FieldChange::Kind::clear;
  BOOST_TEST((fixture.change(made.id, std::move(clear)).expires_at == never.expires_at));
}

BOOST_AUTO_TEST_SUITE_END()
