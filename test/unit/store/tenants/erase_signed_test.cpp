// The erasure of a tenant once the root signing key signs its mark.
#include <boost/test/unit_test.hpp>

#include "store/rows/erasure.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

const crypto::Uuid tenant = tenant_id(1);

AuditContext an_operator() { return {.plane = "operator", .actor = "operator:test", .peer = {}, .request_id = {}}; }

struct EraseFixture : StoreFixture {
  EraseFixture() : StoreFixture(signed_store()) {
    Tenant made = new_tenant(*keys_of_phase(SigningPhase::required).metadata, tenant);
    made.record.format = 3;
    made.record.changes = 0;
    made.record.key = certified_key();
    put(Table::tenants, record_key(),
        std::string(crypto::as_text(encode_tenant_record(made.record, tenant, *made.keys))));
  }
  static std::string record_key() { return std::string(crypto::as_text(record_row_key(tenant).view())); }
  Outcome<Erased> erase() { return wait(store().tenants().erase(tenant, {}, an_operator())); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(erase_signed)

BOOST_AUTO_TEST_CASE(without_the_root_signing_key_nothing_is_erased) {
  EraseFixture fixture;
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.root_signing = nullptr;
  fixture.reopen_with(keys);
  const Rows before = fixture.rows(Table::tenants);
  const auto refused = fixture.erase();
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
  BOOST_TEST(refused.error().subject == "root-signing-keyring is needed to erase a tenant");
  BOOST_TEST((fixture.rows(Table::tenants) == before));
  BOOST_TEST(fixture.audit().empty());
  fixture.reopen_with(keys_of_phase(SigningPhase::required));
  BOOST_TEST(fixture.erase().has_value());
  BOOST_TEST(fixture.rows(Table::tenants).empty());
}

BOOST_AUTO_TEST_CASE(a_forged_mark_is_no_beginning_of_an_erasure) {
  EraseFixture fixture;
  // An attacker removed the record and left a mark: the erasure is recorded all the same.
  fixture.put(Table::tenants, fixture.record_key(), std::nullopt);
  fixture.put(Table::meta, "erasing" + std::string(crypto::as_text(tenant.view())), std::string(89, '\x02'));
  BOOST_REQUIRE(fixture.erase());
  const auto entries = fixture.audit();
  BOOST_REQUIRE_EQUAL(entries.size(), 1U);
  BOOST_TEST(entries.front().find("\"action\":\"tenant.erase\"") != std::string::npos);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
