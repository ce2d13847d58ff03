// The check of key pairs: certificates of tenants' pairs and of prekeys, and numbers that are used twice.
#include "store/rows/prekey.hpp"
#include "test/unit/store/verify/verify_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

const crypto::Uuid tenant = tenant_id(1);
const std::string its = "tenant " + tenant_id(1).str() + ": ";

Texts with_key(const crypto::TenantKey& key, const StoreKeys& keys = keys_of_phase(SigningPhase::required)) {
  VerifyParts parts(keys);
  parts.pairs.tenant_key(tenant, key);
  BOOST_TEST(parts.report.keys == 1U);
  BOOST_TEST(parts.report.keys_signed == (parts.report.problems.empty() && key.certificate ? 1U : 0U));
  return parts.report.problems;
}

Texts with_previous_key(const crypto::TenantKey& key) {
  VerifyParts parts;
  parts.pairs.previous_key(tenant, key);
  return parts.report.problems;
}

Texts with_prekey(const std::string& key, const std::string& value,
                  const StoreKeys& keys = keys_of_phase(SigningPhase::required)) {
  VerifyParts parts(keys);
  parts.pairs.prekey({.key = crypto::as_bytes(key), .value = crypto::as_bytes(value)});
  return parts.report.problems;
}

std::string row_key(const crypto::TenantKey& key) { return row_text(prekey_row_key(key.certificate->number)); }
std::string words(const crypto::TenantKey& key) { return "prekey " + crypto::to_hex(key.certificate->number) + ": "; }

/// A pair that another process made with a key of its own.
crypto::TenantKey signed_by(const crypto::SigningKeyring::Entry& signer) {
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  return crypto::make_certified_key(*keys.root_public, signer, keys.store(), 1);
}

crypto::TenantKey uncertified() { return crypto::make_tenant_key(*all_keys().root_public, tenant); }

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_keys)

BOOST_AUTO_TEST_CASE(a_pair_without_a_signature_is_found_once_signatures_are_required) {
  expect(with_key(certified_key()), {});
  expect(with_key(uncertified()), {its + "its key is not signed"});
  expect(with_previous_key(uncertified()), {its + "its previous key is not signed"});
  expect(with_key(uncertified(), keys_of_phase(SigningPhase::signing)), {});
  expect(with_key(uncertified(), keys_of_phase(SigningPhase::none)), {});
  expect(with_key(uncertified(), all_keys()), {});
}

BOOST_AUTO_TEST_CASE(a_pair_that_another_key_signed_is_found) {
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  for (const auto* const signer :
       {keys_of_another_deployment().root_signer(), keys.audit_signer(crypto::SigningRole::api),
        keys.audit_signer(crypto::SigningRole::operators)}) {
    expect(with_key(signed_by(*signer)), {its + "its key " + not_accepted(signer->id)});
    expect(with_previous_key(signed_by(*signer)), {its + "its previous key " + not_accepted(signer->id)});
  }
}

BOOST_AUTO_TEST_CASE(a_pair_of_a_retired_signer_is_accepted_only_in_backups) {
  const RetiredSigner deployment;
  const StoreKeys& before = deployment.before;
  const crypto::TenantKey key =
      crypto::make_certified_key(*before.root_public, *before.root_signer(), before.store(), 1);
  expect(with_key(key, before), {});
  StoreKeys keys = deployment.after;
  expect(with_key(key, keys), {its + "its key " + not_accepted(deployment.old)});
  keys.accept_retired = true;
  expect(with_key(key, keys), {});
}

BOOST_AUTO_TEST_CASE(each_field_of_a_certified_pair_is_signed) {
  const crypto::TenantKey good = certified_key();
  const auto changed = [&good](auto change) {
    crypto::TenantKey key = good;
    change(key);
    return key;
  };
  for (const crypto::TenantKey& key :
       {changed([](crypto::TenantKey& key) { key.certificate->number[3] ^= 1; }),
        changed([](crypto::TenantKey& key) { key.certificate->made += 1; }),
        changed([](crypto::TenantKey& key) { key.certificate->signature[63] ^= 1; }),
        changed([](crypto::TenantKey& key) { key.public_key[64] ^= 1; }),
        changed([](crypto::TenantKey& key) { key.box[5] ^= 1; }),
        changed([](crypto::TenantKey& key) { key.box.back() ^= 1; }),
        changed([](crypto::TenantKey& key) { key.box.push_back(0); }),
        changed([](crypto::TenantKey& key) { key.public_key = certified_key().public_key; })}) {
    expect(with_key(key), {its + "the signature of its key is wrong"});
    expect(with_previous_key(key), {its + "the signature of its previous key is wrong"});
  }
  const StoreKeys other = keys_of_another_deployment();
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  const auto of_other_store = crypto::make_certified_key(*keys.root_public, *keys.root_signer(), other.store(), 1);
  expect(with_key(of_other_store), {its + "the signature of its key is wrong"});
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_prekey) {
  const crypto::TenantKey key = certified_key();
  const std::string value = row_text(encode_prekey(key));
  expect(with_prekey(row_key(key), value), {});
  for_each_damage(value, [&](const std::string& damaged) {
    const Texts found = with_prekey(row_key(key), damaged);
    BOOST_TEST(found.size() == 1U);
    if (found.size() == 1 && found.front().find("is signed by the key") == std::string::npos) {
      BOOST_TEST(found.front() == words(key) + "its row was altered");
    }
  });
  std::string other_number = row_key(key);
  other_number.back() = static_cast<char>(other_number.back() ^ 1);
  BOOST_TEST(with_prekey(other_number, value).size() == 1U);
  BOOST_TEST(with_prekey(row_key(key) + "x", value).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_prekey_that_another_key_signed_or_sealed_is_found) {
  const auto& signer = *keys_of_another_deployment().root_signer();
  const crypto::TenantKey foreign = signed_by(signer);
  expect(with_prekey(row_key(foreign), row_text(encode_prekey(foreign))), {words(foreign) + not_accepted(signer.id)});
  // Signed, but its private half is lost.
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  const crypto::TenantKey lost =
      crypto::make_certified_key(*keys_of_another_deployment().root_public, *keys.root_signer(), keys.store(), 1);
  const std::string value = row_text(encode_prekey(lost));
  expect(with_prekey(row_key(lost), value), {words(lost) + "its private key cannot be opened"});
  StoreKeys without_root = keys;
  without_root.root_private = nullptr;
  expect(with_prekey(row_key(lost), value, without_root), {});
}

BOOST_AUTO_TEST_CASE(numbers_that_are_used_twice_are_found) {
  const crypto::TenantKey key = certified_key();
  const std::string row = row_key(key);
  const std::string value = row_text(encode_prekey(key));
  const std::string of_first = " of tenant " + tenant_id(1).str() + "'s key";
  VerifyParts parts;
  parts.pairs.prekey({.key = crypto::as_bytes(row), .value = crypto::as_bytes(value)});
  parts.pairs.tenant_key(tenant_id(1), key);
  parts.pairs.tenant_key(tenant_id(2), key);
  parts.pairs.tenant_key(tenant_id(3), certified_key());
  parts.pairs.previous_key(tenant_id(3), key);
  expect(parts.report.problems,
         {words(key) + "its number is also that" + of_first,
          "tenant " + tenant_id(2).str() + ": its key's number is also that" + of_first,
          "tenant " + tenant_id(3).str() + ": its previous key's number is also that of tenant " + tenant_id(2).str() +
              "'s key"});
  BOOST_TEST(parts.report.prekeys == 1U);
  BOOST_TEST(parts.report.keys == 3U);
  BOOST_TEST(parts.report.keys_signed == 3U);
}

BOOST_AUTO_TEST_CASE(a_prekey_that_a_tenant_had_once_is_found_once) {
  const crypto::TenantKey key = certified_key();
  const std::string row = row_key(key);
  const std::string value = row_text(encode_prekey(key));
  VerifyParts parts;
  parts.pairs.prekey({.key = crypto::as_bytes(row), .value = crypto::as_bytes(value)});
  parts.pairs.given(key.certificate->number, tenant);
  parts.pairs.given(certified_key().certificate->number, tenant);
  parts.pairs.tenant_key(tenant, key);
  expect(parts.report.problems, {words(key) + "its number is also that of tenant " + tenant.str() + "'s key"});
}

BOOST_AUTO_TEST_SUITE_END()
