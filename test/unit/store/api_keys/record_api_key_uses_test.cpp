// Last uses: many keys in one commit, and not a write for every minute.
#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t start = 1'750'000'000 * second;

struct UsesFixture : StoreFixture {
  using StoreFixture::StoreFixture;

  explicit UsesFixture(int keys, StoreFixtureOptions options = {}) : StoreFixture(std::move(options)) {
    for (int n = 0; n < keys; ++n) BOOST_REQUIRE(wait(store().api_keys().add(some_api_key(numbered(n)), who())));
  }
  void use(std::vector<ApiKeyUse> uses) { BOOST_REQUIRE(wait(store().api_keys().record_uses(std::move(uses)))); }
  std::optional<std::int64_t> last_use(int n) { return find_api_key(store(), numbered(n))->last_used_at; }
  std::uint64_t commits() { return engine().statistics().batches; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(record_api_key_uses)

BOOST_AUTO_TEST_CASE(many_keys_are_one_commit_and_no_audit_entry) {
  UsesFixture fixture(10, {.api_keys_default = 10});
  std::vector<ApiKeyUse> uses;
  for (int n = 0; n < 9; ++n) uses.push_back({numbered(n), start + n});
  const std::uint64_t before = fixture.commits();
  fixture.use(uses);
  BOOST_TEST(fixture.commits() == before + 1);
  for (int n = 0; n < 9; ++n) BOOST_TEST(fixture.last_use(n).value() == start + n);
  BOOST_TEST(!fixture.last_use(9));
  BOOST_TEST(fixture.audit().size() == 10U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_use_that_is_hardly_later_is_not_written) {
  UsesFixture fixture(1);
  fixture.use({{numbered(0), start}});
  const std::uint64_t before = fixture.commits();
  fixture.use({{numbered(0), start + 60 * second}});
  fixture.use({{numbered(0), start - 3600 * second}});
  fixture.use({});
  BOOST_TEST(fixture.commits() == before);
  BOOST_TEST(fixture.last_use(0).value() == start);
  fixture.use({{numbered(0), start + 60 * second + 1}});
  BOOST_TEST(fixture.commits() == before + 1);
  BOOST_TEST(fixture.last_use(0).value() == start + 60 * second + 1);
}

BOOST_AUTO_TEST_CASE(deleted_keys_do_not_prevent_records_of_other_uses) {
  UsesFixture fixture(3);
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(numbered(0), who())));
  std::string row = fixture.rows(Table::api_keys).at(numbered(1));
  row[40] = static_cast<char>(row[40] ^ 1);
  fixture.put(Table::api_keys, numbered(1), row);
  fixture.use({{numbered(0), start},
               {numbered(1), start},
               {"nobody", start},
               {"", start},
               {std::string(600, 'x'), start},
               {numbered(2), start}});
  BOOST_TEST(!fixture.last_use(0));
  BOOST_TEST(fixture.rows(Table::api_keys).at(numbered(1)) == row);
  BOOST_TEST(fixture.last_use(2).value() == start);
}

BOOST_AUTO_TEST_CASE(a_use_changes_nothing_else_of_a_key) {
  UsesFixture fixture(1);
  const auto before = find_api_key(fixture.store(), numbered(0));
  fixture.use({{numbered(0), start}});
  const auto after = find_api_key(fixture.store(), numbered(0));
  BOOST_REQUIRE(after);
  BOOST_TEST(after->name == before->name);
  BOOST_CHECK(after->scopes == before->scopes);
  BOOST_CHECK(after->expires_at == before->expires_at);
  BOOST_CHECK(after->secret_hash == before->secret_hash);
  BOOST_TEST(after->created_at == before->created_at);
  BOOST_TEST(after->changed_at == before->changed_at);
  BOOST_TEST(after->changed_at != 0);
}

BOOST_AUTO_TEST_CASE(uses_never_take_the_room_that_others_need) {
  UsesFixture fixture(1, {.map_size = std::uint64_t{1} << 20, .quota_default = std::uint64_t{64} << 20});
  std::optional<Errc> refusal;
  for (int i = 0; i < 2000 && !refusal; ++i) {
    BOOST_REQUIRE(fixture.wait(
        fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), std::string(1024, 'v')), who())));
    const auto noted = fixture.wait(fixture.store().api_keys().record_uses({{numbered(0), start + i * 61 * second}}));
    if (!noted) refusal = noted.error().code;
  }
  BOOST_REQUIRE(refusal.has_value());
  BOOST_CHECK(*refusal == Errc::full);
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("room"), who())).has_value());
}

BOOST_AUTO_TEST_CASE(keys_beyond_one_transaction_are_recorded) {
  constexpr int keys = 1500;
  UsesFixture fixture(keys, {.api_keys_default = keys});
  std::vector<ApiKeyUse> uses;
  for (int n = 0; n < keys; ++n) uses.push_back({numbered(n), start});
  const std::uint64_t before = fixture.commits();
  fixture.use(uses);
  BOOST_TEST(fixture.commits() == before + 2);
  BOOST_TEST(fixture.last_use(0).value() == start);
  BOOST_TEST(fixture.last_use(keys - 1).value() == start);
}

BOOST_AUTO_TEST_CASE(a_key_of_the_first_format_is_indexed_with_its_first_noted_use) {
  StoreFixture fixture;
  const ApiKey old = some_api_key(numbered(1));
  fixture.put(Table::api_keys, old.id, first_format_row(old));
  const auto found = find_api_key(fixture.store(), old.id);
  BOOST_REQUIRE(found);
  BOOST_TEST(found->name == old.name);
  BOOST_TEST(!found->last_used_at);
  // A key without an index entry has no other problem than the missing log entry of its creation.
  BOOST_TEST(fixture.verify().problem_count == 1U);
  BOOST_TEST(ids_of(fixture.wait(fixture.store().api_keys().list_of_tenant(tenant_id(1), who()))).empty());
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().record_uses({{old.id, start}})));
  BOOST_TEST(fixture.verify().problem_count == 1U);
  BOOST_TEST(ids_of(fixture.wait(fixture.store().api_keys().list_of_tenant(tenant_id(1), who()))).size() == 1U);
  BOOST_TEST(
      fixture.wait(fixture.store().api_keys().get_of_tenant(tenant_id(1), old.id, who()))->last_used_at.value() ==
      start);
}

BOOST_AUTO_TEST_SUITE_END()
