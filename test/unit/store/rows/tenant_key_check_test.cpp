// Which key pairs of tenants are accepted, in each phase.
#include "store/rows/tenant_key_check.hpp"

#include <boost/test/unit_test.hpp>

#include "store/rows/signed_memory.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

/// Empty if the pair is accepted.
std::string refusal(SigningPhase phase, const crypto::TenantKey& key) {
  const auto checked = check_tenant_key(with_memory(keys_of_phase(phase)), key);
  if (checked) return "";
  BOOST_TEST((checked.error().code == Errc::integrity));
  return checked.error().subject;
}

crypto::TenantKey unsigned_key() { return crypto::make_tenant_key(*all_keys().root_public, tenant_id(1)); }

const std::string not_accepted = ", which root-public-keyring does not accept";

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_key_check)

BOOST_AUTO_TEST_CASE(a_certified_pair_is_accepted_in_each_phase) {
  const crypto::TenantKey key = certified_key();
  for (const SigningPhase phase : {SigningPhase::none, SigningPhase::signing, SigningPhase::required}) {
    BOOST_TEST(refusal(phase, key) == "");
  }
}

BOOST_AUTO_TEST_CASE(a_pair_without_a_certificate_is_accepted_until_signatures_are_required) {
  BOOST_TEST(refusal(SigningPhase::none, unsigned_key()) == "");
  BOOST_TEST(refusal(SigningPhase::signing, unsigned_key()) == "");
  BOOST_TEST(refusal(SigningPhase::required, unsigned_key()) == "the tenant's key is not signed");
}

BOOST_AUTO_TEST_CASE(a_pair_that_another_key_signed_is_refused) {
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  for (const auto& ring :
       {keys.audit_api, keys.audit_tools, keys.audit_operator, keys_of_another_deployment().root_signing}) {
    const auto& signer = ring->entries().front();
    const crypto::TenantKey planted = crypto::make_certified_key(*keys.root_public, signer, keys.store(), 1);
    const std::string expected = "the tenant's key is signed by the key " + crypto::to_hex(signer.id) + not_accepted;
    BOOST_TEST(refusal(SigningPhase::signing, planted) == expected);
    BOOST_TEST(refusal(SigningPhase::required, planted) == expected);
  }
}

BOOST_AUTO_TEST_CASE(an_altered_pair_is_refused) {
  const std::string wrong = "the signature of the tenant's key is wrong";
  crypto::TenantKey key = certified_key();
  key.box.back() ^= 1;
  BOOST_TEST(refusal(SigningPhase::required, key) == wrong);
  key = certified_key();
  key.public_key = certified_key().public_key;
  BOOST_TEST(refusal(SigningPhase::required, key) == wrong);
  key = certified_key();
  key.certificate->number[3] ^= 1;
  BOOST_TEST(refusal(SigningPhase::signing, key) == wrong);
  // A certificate does not make a pair that is altered one without a certificate.
  key = certified_key();
  ++key.certificate->made;
  BOOST_TEST(refusal(SigningPhase::signing, key) == wrong);
}

BOOST_AUTO_TEST_CASE(a_pair_of_another_store_is_refused) {
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  const crypto::TenantKey key =
      crypto::make_certified_key(*keys.root_public, *keys.root_signer(), crypto::make_uuid_v4(), 1);
  BOOST_TEST(refusal(SigningPhase::required, key) == "the signature of the tenant's key is wrong");
}

BOOST_AUTO_TEST_CASE(a_pair_is_verified_once) {
  const StoreKeys keys = with_memory(keys_of_phase(SigningPhase::required));
  const crypto::TenantKey key = certified_key();
  for (int i = 0; i < 3; ++i) BOOST_TEST(check_tenant_key(keys, key).has_value());
  BOOST_TEST(keys.memory->verifications() == 1U);
  crypto::TenantKey bad = key;
  bad.box.front() ^= 1;
  for (int i = 0; i < 3; ++i) BOOST_TEST(!check_tenant_key(keys, bad).has_value());
  BOOST_TEST(keys.memory->verifications() == 4U);
}

BOOST_AUTO_TEST_CASE(refusals_are_counted) {
  const StoreKeys keys = with_memory(keys_of_phase(SigningPhase::required));
  BOOST_TEST(check_tenant_key(keys, certified_key()).has_value());
  BOOST_TEST(keys.memory->refusals() == 0U);
  const crypto::TenantKey unsigned_key = crypto::make_tenant_key(*keys.root_public, tenant_id(1));
  for (int i = 0; i < 3; ++i) BOOST_TEST(!check_tenant_key(keys, unsigned_key).has_value());
  BOOST_TEST(keys.memory->refusals() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
