// API keys as their tenant sees and changes them.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "store/tenant_key_reader.hpp"
#include "test/unit/store/some_key.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

const Authority everything{every_scope};
const auto each = boost::test_tools::per_element();
using Ids = std::vector<std::string>;

struct KeyBed : Bed {
  using Bed::Bed;

  void add(const ApiKey& key) { BOOST_REQUIRE(wait(store().add_api_key(key, who()))); }
  Ids listed(std::uint8_t tenant = 1) { return ids_of(wait(store().tenant_api_keys(tenant_id(tenant), who()))); }
  Outcome<ApiKey> get(const std::string& id, std::uint8_t tenant = 1) {
    return wait(store().tenant_api_key(tenant_id(tenant), id, who()));
  }
  Outcome<ApiKey> update(const std::string& id, const ApiKeyUpdate& change, const Authority& by = everything,
                         std::uint8_t tenant = 1) {
    return wait(store().update_api_key(tenant_id(tenant), id, change, by, who()));
  }
  Outcome<ApiKey> revoke(const std::string& id, std::uint8_t tenant = 1) {
    return wait(store().revoke_tenant_api_key(tenant_id(tenant), id, who()));
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
  KeyBed bed;
  BOOST_TEST(bed.listed().empty());
  for (const int n : {5, 3, 9}) {
    ApiKey key = some_key(numbered(n));
    key.created_at -= n;
    bed.add(key);
  }
  bed.add(some_key(numbered(7), tenant_id(2)));
  BOOST_TEST(bed.listed() == (Ids{numbered(9), numbered(5), numbered(3)}), each);
  BOOST_TEST(bed.listed(2) == Ids{numbered(7)}, each);
  BOOST_TEST(bed.listed(3).empty());
  bed.sound();
}

BOOST_AUTO_TEST_CASE(a_long_list_is_in_order_though_keys_come_and_go_between_its_slices) {
  constexpr int many = 300;
  BedOptions options;
  options.slice = {};
  options.api_keys_default = many;
  KeyBed bed(options);
  const auto at = [](int n) {
    ApiKey key = some_key(numbered(n));
    key.created_at += n * 7919 % many / 3;  // some were made at the same moment
    return key;
  };
  for (int n = 0; n < many; ++n) bed.add(at(n));
  for (const int round : {0, 1, 2}) {
    TenantKeyReader reader = bed.store().read_tenant_api_keys(tenant_id(1), who());
    std::vector<std::pair<std::int64_t, std::string>> seen;
    TenantKeyReader::Take take = [&seen](const ApiKey& key) {
      seen.emplace_back(key.created_at, key.id);
      return seen.size() % 10 != 0;
    };
    int slices = 0;
    std::set<std::string> gone;
    for (bool ended = false; !ended; ++slices) {
      const auto read = bed.wait(reader.next(take));
      BOOST_REQUIRE(read);
      ended = *read;
      const std::string id = numbered(round * 100 + slices * 7 % 100);
      if (!ended && slices % 5 == 0 && bed.revoke(id)) gone.insert(id);
    }
    BOOST_TEST(slices > many / 10);
    BOOST_TEST(!gone.empty());
    BOOST_TEST(std::ranges::is_sorted(seen));
    BOOST_TEST((std::ranges::adjacent_find(seen) == seen.end()));
    const Ids after = bed.listed();
    for (const std::string& id : after) {
      BOOST_TEST(std::ranges::count(seen, id, [](const auto& each) { return each.second; }) == 1, id);
    }
    BOOST_TEST(reader.rows_read() >= after.size());
  }
  bed.sound();
}

BOOST_AUTO_TEST_CASE(a_tenant_that_has_only_keys_can_store_secrets) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  bed.sound();
  BOOST_TEST(bed.wait(bed.store().list_secrets(tenant_id(1), {}, who()))->secrets.empty());
  BOOST_TEST(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("n"), who())).has_value());
  BOOST_TEST(bed.wait(bed.store().quota(tenant_id(1), who()))->count == 1U);
  bed.sound();
}

BOOST_AUTO_TEST_CASE(a_revoked_key_is_gone_but_for_the_operator) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  bed.add(some_key(numbered(2)));
  const auto revoked = bed.revoke(numbered(1));
  BOOST_REQUIRE(revoked);
  BOOST_TEST(revoked->name == "a name");
  BOOST_TEST(bed.listed() == Ids{numbered(2)}, each);
  BOOST_TEST(fails_with(bed.get(numbered(1)), Errc::not_found));
  BOOST_TEST(fails_with(bed.revoke(numbered(1)), Errc::not_found));
  ApiKeyUpdate rename;
  rename.name = "another";
  BOOST_TEST(fails_with(bed.update(numbered(1), rename), Errc::not_found));
  BOOST_TEST(bed.store().find_api_key(numbered(1))->revoked_at.has_value());
  BOOST_TEST(bed.store().list_api_keys({})->size() == 2U);
  // The operator's revocation is seen here too.
  BOOST_REQUIRE(bed.wait(bed.store().revoke_api_key(numbered(2), who())));
  BOOST_TEST(bed.listed().empty());
  bed.sound();
}

BOOST_AUTO_TEST_CASE(another_tenants_key_is_not_there) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  ApiKeyUpdate rename;
  rename.name = "another";
  for (const std::string& id :
       {numbered(1), numbered(2), std::string(), std::string(33, 'A'), std::string(5000, 'A')}) {
    BOOST_TEST(fails_with(bed.get(id, 2), Errc::not_found));
    BOOST_TEST(fails_with(bed.update(id, rename, everything, 2), Errc::not_found));
    BOOST_TEST(fails_with(bed.revoke(id, 2), Errc::not_found));
  }
  BOOST_TEST(bed.get(numbered(1))->name == "a name");
}

BOOST_AUTO_TEST_CASE(an_update_changes_what_is_given) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  ApiKeyUpdate update;
  update.name = "another";
  BOOST_TEST(bed.update(numbered(1), update)->name == "another");
  update = {};
  update.scopes = Scope::keys_manage;
  BOOST_REQUIRE(bed.update(numbered(1), update));
  update = {};
  update.expires_at.emplace(std::nullopt);
  BOOST_REQUIRE(bed.update(numbered(1), update));
  const auto key = bed.get(numbered(1));
  BOOST_REQUIRE(key);
  BOOST_TEST(key->name == "another");
  BOOST_CHECK(key->scopes == Scope::keys_manage);
  BOOST_TEST(!key->expires_at);
  BOOST_TEST(key->created_at == some_key("").created_at);
  const auto audit = bed.audit();
  BOOST_REQUIRE(audit.size() == 4U);
  for (std::size_t i = 1; i < audit.size(); ++i) {
    BOOST_TEST(audit[i].find(R"("action":"api_key.update")") != std::string::npos);
    BOOST_TEST(audit[i].find(R"("reason":")" + numbered(1)) != std::string::npos);
    BOOST_TEST(audit[i].find(tenant_id(1).str()) != std::string::npos);
    BOOST_TEST(audit[i].find(R"("actor":"api-key:test")") != std::string::npos);
    BOOST_TEST(audit[i].find("another") == std::string::npos);
  }
  bed.sound();
}

BOOST_AUTO_TEST_CASE(an_update_without_a_change_writes_nothing) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  const Rows before = bed.rows(Table::api_keys);
  ApiKeyUpdate same;
  BOOST_TEST(bed.update(numbered(1), same).has_value());
  same.name = "a name";
  same.scopes = some_key("").scopes;
  same.expires_at = some_key("").expires_at;
  // Even of who could not give these scopes.
  BOOST_TEST(bed.update(numbered(1), same, {}).has_value());
  BOOST_TEST((bed.rows(Table::api_keys) == before));
  BOOST_TEST(bed.audit().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_update_that_would_give_too_much_changes_nothing) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  const Rows before = bed.rows(Table::api_keys);
  ApiKeyUpdate more;
  more.name = "another";
  more.scopes = every_scope;
  const auto refused = bed.update(numbered(1), more, {Scope::secrets_read | Scope::secrets_write});
  BOOST_TEST(fails_with(refused, Errc::scope_lacking));
  BOOST_CHECK(refused.error().lacking == Scope::keys_manage);
  ApiKeyUpdate longer;
  longer.expires_at.emplace(std::nullopt);
  BOOST_TEST(fails_with(bed.update(numbered(1), longer, {every_scope, 1'900'000'000'000'000}), Errc::outlives));
  BOOST_TEST((bed.rows(Table::api_keys) == before));
  BOOST_TEST(bed.audit().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_tenant_has_no_more_keys_than_it_may) {
  BedOptions options;
  options.api_keys_default = 3;
  KeyBed bed(options);
  for (int n = 1; n <= 3; ++n) bed.add(some_key(numbered(n)));
  const auto over = bed.wait(bed.store().add_api_key(some_key(numbered(4)), who()));
  BOOST_TEST(fails_with(over, Errc::too_many_keys));
  BOOST_TEST(over.error().subject.find("no more than 3") != std::string::npos);
  BOOST_TEST(bed.audit().size() == 3U);
  bed.add(some_key(numbered(5), tenant_id(2)));
  // Revoked keys do not count; expired ones do, until they are revoked.
  BOOST_REQUIRE(bed.revoke(numbered(1)));
  ApiKey expired = some_key(numbered(4));
  expired.expires_at = 1;
  bed.add(expired);
  BOOST_TEST(fails_with(bed.wait(bed.store().add_api_key(some_key(numbered(6)), who())), Errc::too_many_keys));
  TenantLimits limits;
  limits.api_keys = 4;
  BOOST_REQUIRE(bed.wait(bed.store().set_tenant_limits(tenant_id(1), limits, who())));
  bed.add(some_key(numbered(6)));
  BOOST_TEST(fails_with(bed.wait(bed.store().add_api_key(some_key(numbered(7)), who())), Errc::too_many_keys));
  limits.api_keys = 0;
  BOOST_REQUIRE(bed.wait(bed.store().set_tenant_limits(tenant_id(1), limits, who())));
  BOOST_TEST(bed.listed().size() == 4U);
  BOOST_TEST(fails_with(bed.wait(bed.store().add_api_key(some_key(numbered(8)), who())), Errc::too_many_keys));
  bed.sound();
}

BOOST_AUTO_TEST_CASE(a_refused_key_of_a_new_tenant_leaves_nothing) {
  BedOptions options;
  options.api_keys_default = 0;
  KeyBed bed(options);
  BOOST_TEST(fails_with(bed.wait(bed.store().add_api_key(some_key(numbered(1)), who())), Errc::too_many_keys));
  BOOST_TEST(bed.rows(Table::tenants).empty());
}

BOOST_AUTO_TEST_CASE(a_full_store_still_revokes) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  KeyBed bed(options);
  bed.add(some_key(numbered(1)));
  bool filled = false;
  for (int i = 0; i < 2000 && !filled; ++i) {
    filled = !bed.wait(
        bed.store().create_secret(tenant_id(1), new_secret(std::to_string(i), std::string(1024, 'v')), who()));
  }
  BOOST_REQUIRE(filled);
  BOOST_TEST(fails_with(bed.wait(bed.store().add_api_key(some_key(numbered(2)), who())), Errc::full));
  ApiKeyUpdate less;
  less.scopes = Scope::secrets_read;
  BOOST_TEST(bed.update(numbered(1), less).has_value());
  BOOST_TEST(bed.revoke(numbered(1)).has_value());
  bed.sound();
}

BOOST_AUTO_TEST_CASE(an_altered_record_or_index_is_an_error_and_is_recorded) {
  KeyBed bed;
  bed.add(some_key(numbered(1)));
  const std::string row = bed.rows(Table::api_keys).at(numbered(1));
  std::string flipped = row;
  flipped[30] = static_cast<char>(flipped[30] ^ 1);
  bed.put(Table::api_keys, numbered(1), flipped);
  ApiKeyUpdate rename;
  rename.name = "another";
  BOOST_TEST(fails_with(bed.get(numbered(1)), Errc::integrity));
  BOOST_TEST(fails_with(bed.wait(bed.store().tenant_api_keys(tenant_id(1), who())), Errc::integrity));
  BOOST_TEST(fails_with(bed.update(numbered(1), rename), Errc::integrity));
  BOOST_TEST(fails_with(bed.revoke(numbered(1)), Errc::integrity));
  BOOST_TEST(bed.audit().size() == 5U);
  BOOST_TEST(bed.audit().back().find(R"("action":"api_key.integrity")") != std::string::npos);
  // An entry without its key, and one that is another tenant's.
  bed.put(Table::api_keys, numbered(1), std::nullopt);
  BOOST_TEST(fails_with(bed.get(numbered(1)), Errc::integrity));
  bed.put(Table::api_keys, numbered(1), row);
  std::string entry = std::string(tacit::crypto::as_text(tenant_id(2).view())) + "\x05" + numbered(1);
  bed.add(some_key(numbered(2), tenant_id(2)));
  bed.put(Table::tenants, entry, "");
  BOOST_TEST(fails_with(bed.get(numbered(1), 2), Errc::integrity));
  BOOST_TEST(fails_with(bed.revoke(numbered(1), 2), Errc::integrity));
  BOOST_TEST(bed.get(numbered(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
