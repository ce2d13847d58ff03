// Commands that began before the first promotion of a root signing key: after it, a row with a MAC would be refused.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_checkpoint.hpp"
#include "store/keys/keys.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

const crypto::Uuid tenant = tenant_id(1);
constexpr std::string_view refusal =
    "the keyrings were changed; run the command again, after an interrupted tacit key promote";

StoreFixtureOptions not_signed_yet() {
  StoreFixtureOptions options = signed_store();
  options.keys = keys_of_phase(SigningPhase::none);
  return options;
}

AuditContext an_operator() { return {.plane = "operator", .actor = "operator:test", .peer = {}, .request_id = {}}; }

/// Promotes the first root signing key in the store; the loaded keyrings stay.
bool promote(StoreFixture& fixture) {
  const crypto::KeyId signer = keys_of_phase(SigningPhase::required).root_signer()->id;
  return fixture.wait(fixture.store().keys().promote_signing(signer, an_operator())).has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(first_promotion)

BOOST_AUTO_TEST_CASE(an_erasure_does_not_begin_after_it) {
  StoreFixture fixture(not_signed_yet());
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant, new_secret("a"), who())));
  BOOST_REQUIRE(promote(fixture));
  const Rows before = fixture.rows(Table::tenants);
  const auto refused = fixture.wait(fixture.store().tenants().erase(tenant, {}, an_operator()));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
  BOOST_TEST(refused.error().subject == refusal);
  BOOST_TEST((fixture.rows(Table::tenants) == before));
  BOOST_TEST(fixture.audit().size() == 2U);
  fixture.reopen_with(keys_of_phase(SigningPhase::signing));
  BOOST_TEST(fixture.wait(fixture.store().tenants().erase(tenant, {}, an_operator())).has_value());
}

BOOST_AUTO_TEST_CASE(a_pruning_under_way_ends) {
  AuditFixture fixture(1200, not_signed_yet());
  AuditPoint point;
  point.sequence = 1100;
  const auto through = fixture.plan(point).through;
  bool promoted = false;
  const auto refused = fixture.wait(fixture.store().audit().prune(
      through, an_operator(), [&](std::uint64_t) { promoted = promote(fixture) || promoted; }));
  BOOST_TEST(promoted);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
  BOOST_TEST(refused.error().subject == refusal);
  const std::string row = fixture.rows(Table::meta).at(AuditFixture::checkpoint());
  BOOST_TEST(is_signed_checkpoint(crypto::as_bytes(row)));
  fixture.reopen_with(keys_of_phase(SigningPhase::signing));
  BOOST_TEST(fixture.prune(1100) > 0U);
  BOOST_TEST(fixture.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
