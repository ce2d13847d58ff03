// Rows of API keys: adding, finding, revoking and listing; altered and forged rows are refused.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "store/api_keys/api_keys.hpp"
#include "store/rows/api_key_row.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::string as_string(const tacit::crypto::Bytes& bytes) { return std::string(tacit::crypto::as_text(bytes)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(api_keys)

BOOST_AUTO_TEST_CASE(a_key_is_found_as_it_was_added) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  for (int round = 0; round < 2; ++round) {
    const auto found = find_api_key(fixture.store(), "AAAAAAAAAAA");
    BOOST_REQUIRE(found);
    BOOST_TEST(found->name == "a name");
    BOOST_CHECK(found->tenant == tenant_id(1));
    BOOST_CHECK(found->scopes == (Scope::secrets_read | Scope::secrets_write));
    BOOST_TEST(*found->expires_at == 1'800'000'000'000'000);
    BOOST_TEST(!found->revoked_at);
    BOOST_CHECK(found->secret_hash == some_api_key("").secret_hash);
  }
  BOOST_TEST(!find_api_key(fixture.store(), "AAAAAAAAAAB"));
  BOOST_TEST(!find_api_key(fixture.store(), ""));
  BOOST_TEST(!find_api_key(fixture.store(), std::string(5000, 'A')));
  const auto twice = fixture.wait(fixture.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who()));
  BOOST_REQUIRE(!twice);
  BOOST_CHECK(twice.error().code == Errc::conflict);
}

BOOST_AUTO_TEST_CASE(a_revocation_applies_at_once_and_is_audited_once) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  BOOST_REQUIRE(find_api_key(fixture.store(), "AAAAAAAAAAA"));
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke("AAAAAAAAAAA", who())));
  BOOST_TEST(find_api_key(fixture.store(), "AAAAAAAAAAA")->revoked_at.has_value());
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke("AAAAAAAAAAA", who())));
  const auto nobody = fixture.wait(fixture.store().api_keys().revoke("BBBBBBBBBBB", who()));
  BOOST_REQUIRE(!nobody);
  BOOST_CHECK(nobody.error().code == Errc::not_found);
  const auto audit = fixture.audit();
  BOOST_REQUIRE(audit.size() == 2U);
  BOOST_TEST(audit[1].find("\"action\":\"api_key.revoke\"") != std::string::npos);
  BOOST_TEST(audit[1].find("\"reason\":\"AAAAAAAAAAA\"") != std::string::npos);
  BOOST_TEST(audit[1].find(tenant_id(1).str()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_are_listed_by_tenant) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(some_api_key("AAAAAAAAAAA"), who())));
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(some_api_key("BBBBBBBBBBB", tenant_id(2)), who())));
  BOOST_TEST(fixture.store().api_keys().list({})->size() == 2U);
  const auto of_second = fixture.store().api_keys().list(tenant_id(2));
  BOOST_REQUIRE(of_second->size() == 1U);
  BOOST_TEST(of_second->at(0).id == "BBBBBBBBBBB");
  BOOST_TEST(fixture.store().api_keys().list(tenant_id(3))->empty());
}

BOOST_AUTO_TEST_CASE(an_altered_or_forged_record_is_refused) {
  StoreFixture fixture;
  const std::string id = "AAAAAAAAAAA";
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(some_api_key(id), who())));
  BOOST_REQUIRE(find_api_key(fixture.store(), id));  // so that this thread has verified it before
  const std::string row = fixture.rows(Table::api_keys).at(id);
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string flipped = row;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    fixture.put(Table::api_keys, id, flipped);
    BOOST_TEST(!find_api_key(fixture.store(), id));
    BOOST_TEST(!fixture.store().api_keys().list({}));
    BOOST_TEST(fixture.verify().problem_count == 1U);
    const auto revoked = fixture.wait(fixture.store().api_keys().revoke(id, who()));
    BOOST_REQUIRE(!revoked);
    BOOST_CHECK(revoked.error().code == Errc::integrity);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{9}, row.size() - 1}) {
    fixture.put(Table::api_keys, id, row.substr(0, size));
    BOOST_TEST(!find_api_key(fixture.store(), id));
  }
  fixture.put(Table::api_keys, id, row);
  BOOST_TEST(find_api_key(fixture.store(), id).has_value());
  // Under another id it is no key.
  fixture.put(Table::api_keys, "BBBBBBBBBBB", row);
  BOOST_TEST(!find_api_key(fixture.store(), "BBBBBBBBBBB"));
}

BOOST_AUTO_TEST_CASE(a_record_under_another_key_is_refused) {
  StoreFixture fixture;
  const ApiKey forged = some_api_key("AAAAAAAAAAA");
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  BOOST_REQUIRE(tacit::crypto::create_metadata_keyring(folder.path() / "other"));
  const auto ring = tacit::crypto::MetadataKeyring::load(folder.path() / "other");
  BOOST_REQUIRE(ring);
  fixture.put(Table::api_keys, forged.id, as_string(encode_api_key(forged, *ring)));
  BOOST_TEST(!find_api_key(fixture.store(), forged.id));
  fixture.put(Table::api_keys, forged.id, as_string(encode_api_key(forged, *all_keys().metadata)));
  BOOST_TEST(find_api_key(fixture.store(), forged.id).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
