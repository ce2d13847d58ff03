// API keys in the tenant's view, and the tenant's changes.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "store/api_keys/api_keys.hpp"
#include "store/api_keys/tenant_api_key_reader.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

const Authority everything{every_scope};
const auto each = boost::test_tools::per_element();
using Ids = std::vector<std::string>;

struct ApiKeyFixture : StoreFixture {
  using StoreFixture::StoreFixture;

  void add(const ApiKey& key) { BOOST_REQUIRE(wait(store().api_keys().add(key, who()))); }
  Ids listed(std::uint8_t tenant = 1) {
    return ids_of(wait(store().api_keys().list_of_tenant(tenant_id(tenant), who())));
  }
  Outcome<ApiKey> get(const std::string& id, std::uint8_t tenant = 1) {
    return wait(store().api_keys().get_of_tenant(tenant_id(tenant), id, who()));
  }
  Outcome<ApiKey> update(const std::string& id, const ApiKeyUpdate& change, const Authority& by = everything,
                         std::uint8_t tenant = 1) {
    return wait(store().api_keys().update_of_tenant(tenant_id(tenant), id, change, by, who()));
  }
  Outcome<ApiKey> revoke(const std::string& id, std::uint8_t tenant = 1) {
    return wait(store().api_keys().revoke_of_tenant(tenant_id(tenant), id, who()));
  }
  void sound() { BOOST_TEST(verify().problem_count == 0U); }
};

template <class T>
bool fails_with(const Outcome<T>& outcome, Errc code) {
  return !outcome && outcome.error().code == code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_api_keys)

BOOST_AUTO_TEST_CASE(keys_are_listed_in_the_order_of_their_creation) {
  ApiKeyFixture fixture;
  BOOST_TEST(fixture.listed().empty());
  for (const int n : {5, 3, 9}) {
    ApiKey key = some_api_key(numbered(n));
    key.created_at -= n;
    fixture.add(key);
  }
  fixture.add(some_api_key(numbered(7), tenant_id(2)));
  BOOST_TEST(fixture.listed() == (Ids{numbered(9), numbered(5), numbered(3)}), each);
  BOOST_TEST(fixture.listed(2) == Ids{numbered(7)}, each);
  BOOST_TEST(fixture.listed(3).empty());
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(a_long_list_is_in_order_though_keys_come_and_go_between_its_slices) {
  constexpr int many = 300;
  StoreFixtureOptions options;
  options.slice = {};
  options.api_keys_default = many;
  ApiKeyFixture fixture(options);
  const auto at = [](int n) {
    ApiKey key = some_api_key(numbered(n));
    key.created_at += n * 7919 % many / 3;  // some were made at the same moment
    return key;
  };
  for (int n = 0; n < many; ++n) fixture.add(at(n));
  for (const int round : {0, 1, 2}) {
    TenantApiKeyReader reader = fixture.store().api_keys().read_of_tenant(tenant_id(1), who());
    std::vector<std::pair<std::int64_t, std::string>> seen;
    TenantApiKeyReader::Take take = [&seen](const ApiKey& key) {
      seen.emplace_back(key.created_at, key.id);
      return seen.size() % 10 != 0;
    };
    int slices = 0;
    std::set<std::string> gone;
    for (bool ended = false; !ended; ++slices) {
      const auto read = fixture.wait(reader.next(take));
      BOOST_REQUIRE(read);
      ended = *read;
      const std::string id = numbered(round * 100 + slices * 7 % 100);
      if (!ended && slices % 5 == 0 && fixture.revoke(id)) gone.insert(id);
    }
    BOOST_TEST(slices > many / 10);
    BOOST_TEST(!gone.empty());
    BOOST_TEST(std::ranges::is_sorted(seen));
    BOOST_TEST((std::ranges::adjacent_find(seen) == seen.end()));
    const Ids after = fixture.listed();
    for (const std::string& id : after) {
      BOOST_TEST(std::ranges::count(seen, id, [](const auto& each) { return each.second; }) == 1, id);
    }
    BOOST_TEST(reader.rows_read() >= 2 * after.size());
  }
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(a_list_counts_each_row_that_it_reads) {
  ApiKeyFixture fixture;
  for (int n = 1; n <= 5; ++n) fixture.add(some_api_key(numbered(n)));
  TenantApiKeyReader reader = fixture.store().api_keys().read_of_tenant(tenant_id(1), who());
  TenantApiKeyReader::Take take = [](const ApiKey&) { return true; };
  for (bool ended = false; !ended;) {
    const auto read = fixture.wait(reader.next(take));
    BOOST_REQUIRE(read);
    ended = *read;
  }
  BOOST_TEST(reader.rows_read() == 10U);  // each key for its place in the order, and for its content
}

BOOST_AUTO_TEST_CASE(a_tenant_that_has_only_keys_can_store_secrets) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  fixture.sound();
  BOOST_TEST(fixture.wait(fixture.store().secrets().list(tenant_id(1), {}, who()))->secrets.empty());
  BOOST_TEST(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n"), who())).has_value());
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 1U);
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(a_revoked_key_is_visible_to_the_operator_alone) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  fixture.add(some_api_key(numbered(2)));
  const auto revoked = fixture.revoke(numbered(1));
  BOOST_REQUIRE(revoked);
  BOOST_TEST(revoked->name == "a name");
  BOOST_TEST(fixture.listed() == Ids{numbered(2)}, each);
  BOOST_TEST(fails_with(fixture.get(numbered(1)), Errc::not_found));
  BOOST_TEST(fails_with(fixture.revoke(numbered(1)), Errc::not_found));
  ApiKeyUpdate rename;
  rename.name = "another";
  BOOST_TEST(fails_with(fixture.update(numbered(1), rename), Errc::not_found));
  BOOST_TEST(find_api_key(fixture.store(), numbered(1))->revoked_at.has_value());
  BOOST_TEST(fixture.store().api_keys().list({})->size() == 2U);
  // The operator's revocation is visible here too.
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(numbered(2), who())));
  BOOST_TEST(fixture.listed().empty());
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(another_tenants_key_is_not_found) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  ApiKeyUpdate rename;
  rename.name = "another";
  for (const std::string& id :
       {numbered(1), numbered(2), std::string(), std::string(33, 'A'), std::string(5000, 'A')}) {
    BOOST_TEST(fails_with(fixture.get(id, 2), Errc::not_found));
    BOOST_TEST(fails_with(fixture.update(id, rename, everything, 2), Errc::not_found));
    BOOST_TEST(fails_with(fixture.revoke(id, 2), Errc::not_found));
  }
  BOOST_TEST(fixture.get(numbered(1))->name == "a name");
}

BOOST_AUTO_TEST_CASE(an_update_changes_the_given_fields) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  ApiKeyUpdate update;
  update.name = "another";
  BOOST_TEST(fixture.update(numbered(1), update)->name == "another");
  update = {};
  update.scopes = Scope::api_keys_manage;
  BOOST_REQUIRE(fixture.update(numbered(1), update));
  update = {};
  update.expires_at.emplace(std::nullopt);
  BOOST_REQUIRE(fixture.update(numbered(1), update));
  const auto key = fixture.get(numbered(1));
  BOOST_REQUIRE(key);
  BOOST_TEST(key->name == "another");
  BOOST_CHECK(key->scopes == Scope::api_keys_manage);
  BOOST_TEST(!key->expires_at);
  BOOST_TEST(key->created_at == some_api_key("").created_at);
  const auto audit = fixture.audit();
  BOOST_REQUIRE(audit.size() == 4U);
  for (std::size_t i = 1; i < audit.size(); ++i) {
    BOOST_TEST(audit[i].find(R"("action":"api_key.update")") != std::string::npos);
    BOOST_TEST(audit[i].find(R"("reason":")" + numbered(1)) != std::string::npos);
    BOOST_TEST(audit[i].find(tenant_id(1).str()) != std::string::npos);
    BOOST_TEST(audit[i].find(R"("actor":"api-key:test")") != std::string::npos);
    BOOST_TEST(audit[i].find("another") == std::string::npos);
  }
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(an_update_without_a_change_writes_nothing) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  const Rows before = fixture.rows(Table::api_keys);
  ApiKeyUpdate same;
  BOOST_TEST(fixture.update(numbered(1), same).has_value());
  same.name = "a name";
  same.scopes = some_api_key("").scopes;
  same.expires_at = some_api_key("").expires_at;
  // Also by a caller that could not give these scopes.
  BOOST_TEST(fixture.update(numbered(1), same, {}).has_value());
  BOOST_TEST((fixture.rows(Table::api_keys) == before));
  BOOST_TEST(fixture.audit().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_update_beyond_the_callers_rights_changes_nothing) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  const Rows before = fixture.rows(Table::api_keys);
  ApiKeyUpdate more;
  more.name = "another";
  more.scopes = every_scope;
  const auto refused = fixture.update(numbered(1), more, {Scope::secrets_read | Scope::secrets_write});
  BOOST_TEST(fails_with(refused, Errc::scope_lacking));
  BOOST_CHECK(refused.error().lacking == Scope::api_keys_manage);
  ApiKeyUpdate longer;
  longer.expires_at.emplace(std::nullopt);
  BOOST_TEST(fails_with(fixture.update(numbered(1), longer, {every_scope, 1'900'000'000'000'000}), Errc::outlives));
  BOOST_TEST((fixture.rows(Table::api_keys) == before));
  BOOST_TEST(fixture.audit().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_tenant_has_a_limit_of_keys) {
  StoreFixtureOptions options;
  options.api_keys_default = 3;
  ApiKeyFixture fixture(options);
  for (int n = 1; n <= 3; ++n) fixture.add(some_api_key(numbered(n)));
  const auto over = fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(4)), who()));
  BOOST_TEST(fails_with(over, Errc::too_many_api_keys));
  BOOST_TEST(over.error().subject.find("no more than 3") != std::string::npos);
  BOOST_TEST(fixture.audit().size() == 3U);
  fixture.add(some_api_key(numbered(5), tenant_id(2)));
  // Revoked keys do not count; expired ones do, until they are revoked.
  BOOST_REQUIRE(fixture.revoke(numbered(1)));
  ApiKey expired = some_api_key(numbered(4));
  expired.expires_at = 1;
  fixture.add(expired);
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(6)), who())),
                        Errc::too_many_api_keys));
  TenantLimits limits;
  limits.api_keys = 4;
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, who())));
  fixture.add(some_api_key(numbered(6)));
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(7)), who())),
                        Errc::too_many_api_keys));
  limits.api_keys = 0;
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, who())));
  BOOST_TEST(fixture.listed().size() == 4U);
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(8)), who())),
                        Errc::too_many_api_keys));
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(a_refused_key_of_a_new_tenant_leaves_nothing) {
  StoreFixtureOptions options;
  options.api_keys_default = 0;
  ApiKeyFixture fixture(options);
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(1)), who())),
                        Errc::too_many_api_keys));
  BOOST_TEST(fixture.rows(Table::tenants).empty());
}

BOOST_AUTO_TEST_CASE(a_full_store_still_revokes) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  ApiKeyFixture fixture(options);
  fixture.add(some_api_key(numbered(1)));
  bool filled = false;
  for (int i = 0; i < 2000 && !filled; ++i) {
    filled = !fixture.wait(
        fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i), std::string(1024, 'v')), who()));
  }
  BOOST_REQUIRE(filled);
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(2)), who())), Errc::full));
  ApiKeyUpdate less;
  less.scopes = Scope::secrets_read;
  BOOST_TEST(fixture.update(numbered(1), less).has_value());
  BOOST_TEST(fixture.revoke(numbered(1)).has_value());
  fixture.sound();
}

BOOST_AUTO_TEST_CASE(an_altered_record_or_index_is_an_error_and_is_recorded) {
  ApiKeyFixture fixture;
  fixture.add(some_api_key(numbered(1)));
  const std::string row = fixture.rows(Table::api_keys).at(numbered(1));
  std::string flipped = row;
  flipped[30] = static_cast<char>(flipped[30] ^ 1);
  fixture.put(Table::api_keys, numbered(1), flipped);
  ApiKeyUpdate rename;
  rename.name = "another";
  BOOST_TEST(fails_with(fixture.get(numbered(1)), Errc::integrity));
  BOOST_TEST(fails_with(fixture.wait(fixture.store().api_keys().list_of_tenant(tenant_id(1), who())), Errc::integrity));
  BOOST_TEST(fails_with(fixture.update(numbered(1), rename), Errc::integrity));
  BOOST_TEST(fails_with(fixture.revoke(numbered(1)), Errc::integrity));
  BOOST_TEST(fixture.audit().size() == 5U);
  BOOST_TEST(fixture.audit().back().find(R"("action":"api_key.integrity")") != std::string::npos);
  // An entry without its key, and one of another tenant's key.
  fixture.put(Table::api_keys, numbered(1), std::nullopt);
  BOOST_TEST(fails_with(fixture.get(numbered(1)), Errc::integrity));
  fixture.put(Table::api_keys, numbered(1), row);
  std::string entry = std::string(tacit::crypto::as_text(tenant_id(2).view())) + "\x05" + numbered(1);
  fixture.add(some_api_key(numbered(2), tenant_id(2)));
  fixture.put(Table::tenants, entry, "");
  BOOST_TEST(fails_with(fixture.get(numbered(1), 2), Errc::integrity));
  BOOST_TEST(fails_with(fixture.revoke(numbered(1), 2), Errc::integrity));
  BOOST_TEST(fixture.get(numbered(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
