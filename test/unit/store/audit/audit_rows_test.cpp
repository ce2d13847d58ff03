// What entries record of the rows that they are about, once the store takes rows of format 3.
#include "crypto/text/base64.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/api_key_row.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/keys/own_keyrings_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const std::string id = "AAAAAAAAAAA";

std::string text_of_digest(const crypto::Digest& digest) {
  return std::string(crypto::base64url_encode(digest).text());
}

bool ends_with_row(const std::string& body, const crypto::Digest& digest) {
  BOOST_TEST_MESSAGE(body);
  return body.ends_with(",\"rows\":[\"" + text_of_digest(digest) + "\"]}");
}

/// An API key and the digest of what is stored of it.
struct KeyFixture : StoreFixture {
  explicit KeyFixture(StoreFixtureOptions options = signed_store()) : StoreFixture(std::move(options)) {
    BOOST_REQUIRE(wait(store().api_keys().add(some_api_key(id), who())));
  }
  crypto::Digest digest() {
    const auto key = find_api_key(store(), id);
    BOOST_REQUIRE(key);
    return api_key_digest(*key);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_rows)

BOOST_AUTO_TEST_CASE(a_body_has_the_members_of_rows_after_all_others) {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  event.rows.resize(2);
  event.rows.back().fill(0xff);
  event.versions = {1, 4'294'967'295};
  event.tenant_key.emplace().fill(0xab);
  event.moved.resize(2);
  event.moved.front().tenant = tenant_id(1);
  event.moved.front().after.fill(0xff);
  const std::string zeros(43, 'A');
  const std::string ones = std::string(42, '_') + '8';
  const std::string id_of_zeros(22, 'A');
  const std::string with = audit_body(event, who(), 0, true);
  const std::string without = audit_body(event, who(), 0);
  BOOST_TEST(without.ends_with(",\"request_id\":\"request-1\"}"));
  BOOST_TEST(with == without.substr(0, without.size() - 1) + ",\"rows\":[\"" + zeros + "\",\"" + ones +
                         "\"],\"versions\":[1,4294967295],\"tenant_key\":\"abababababababababababababababab\"," +
                         "\"moved\":[\"AQEBAQEBAQEBAQEBAQEBAQ" + id_of_zeros + zeros + ones + "\",\"" + id_of_zeros +
                         id_of_zeros + zeros + zeros + "\"]}");
  BOOST_TEST(with.size() <= audit_bytes(event, who()));
  event.moved.resize(48);
  BOOST_TEST(audit_body(event, who(), 0, true).size() < 8192U - 512U);
}

BOOST_AUTO_TEST_CASE(changes_of_an_api_key_record_its_content) {
  KeyFixture fixture;
  BOOST_TEST(ends_with_row(fixture.audit().back(), fixture.digest()));
  const crypto::Digest first = fixture.digest();
  ApiKeyUpdate update;
  update.name = "another name";
  const auto updated = fixture.wait(
      fixture.store().api_keys().update_of_tenant(tenant_id(1), id, update, Authority{every_scope}, who()));
  BOOST_REQUIRE(updated);
  BOOST_CHECK(fixture.digest() != first);
  BOOST_TEST(ends_with_row(fixture.audit().back(), fixture.digest()));
  const std::size_t entries = fixture.audit().size();
  const crypto::Digest before_use = fixture.digest();
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().record_uses({{id, 1'750'000'000'000'000}})));
  BOOST_CHECK(fixture.digest() == before_use);
  BOOST_TEST(fixture.audit().size() == entries);
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(id, who())));
  BOOST_CHECK(fixture.digest() != before_use);
  BOOST_TEST(ends_with_row(fixture.audit().back(), fixture.digest()));
}

BOOST_AUTO_TEST_CASE(every_field_of_an_api_key_but_its_use_and_its_metadata_key_is_in_the_digest) {
  const ApiKey key = some_api_key(id);
  std::vector<ApiKey> others(9, key);
  others[0].id.back() = 'B';
  others[1].tenant = tenant_id(2);
  others[2].name += '.';
  others[3].scopes = Scope::tools_use;
  others[4].secret_hash[31] ^= 1U;
  others[5].created_at += 1;
  others[6].expires_at.reset();
  others[7].revoked_at = 0;
  others[8].changed_at = 1;
  for (const ApiKey& other : others) BOOST_CHECK(api_key_digest(other) != api_key_digest(key));
  ApiKey same = key;
  same.last_used_at = 1;
  same.metadata_key.emplace().fill(1);
  BOOST_CHECK(api_key_digest(same) == api_key_digest(key));
}

BOOST_AUTO_TEST_CASE(a_store_of_an_older_format_records_no_rows) {
  StoreFixtureOptions options = signed_store();
  options.keys = keys_of_phase(crypto::SigningPhase::none);
  options.new_format = 2;
  KeyFixture fixture(options);
  BOOST_TEST(fixture.audit().back().find("\"rows\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rewrap_records_the_list_of_keys) {
  OwnKeyrings rings;
  StoreFixtureOptions options;
  options.keys = rings.load();
  StoreFixture fixture(std::move(options));
  BOOST_REQUIRE(fixture.wait(fixture.store().keys().begin_rewrap(KeyKind::metadata, who())));
  BOOST_TEST(fixture.audit().back().find("\"rows\"") == std::string::npos);  // the list stays as it is
  rings.promote(KeyKind::metadata, rings.add(KeyKind::metadata));
  fixture.reopen_with(rings.load());
  BOOST_REQUIRE(fixture.wait(fixture.store().keys().begin_rewrap(KeyKind::metadata, who())));
  const std::string list = fixture.rows(Table::meta).at("keys");
  BOOST_TEST(ends_with_row(fixture.audit().back(), crypto::sha256(crypto::as_bytes(list))));
}

BOOST_AUTO_TEST_SUITE_END()
