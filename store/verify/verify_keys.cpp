#include "store/verify/verify_keys.hpp"

#include "store/rows/prekey.hpp"

namespace tacit::store {
namespace {

std::string prekey_words(ByteView number) { return "prekey " + crypto::to_hex(number) + ": "; }

std::string is_signed_by_other(const crypto::TenantKey& key) {
  return "is signed by the key " + crypto::to_hex(key.certificate->signer) +
         ", which root-public-keyring does not accept";
}

}  // namespace

KeyCheck::Certificate KeyCheck::judge(const crypto::TenantKey& key) const {
  if (!key.certificate) return Certificate::missing;
  const crypto::Signer* const signer = keys_.signers().find(key.certificate->signer);
  const bool accepted = signer != nullptr && signer->role == crypto::SigningRole::root &&
                        (signer->state != crypto::SignerState::retired || keys_.accept_retired);
  if (!accepted) return Certificate::not_accepted;
  return crypto::is_certified(key, keys_.store(), signer->key) ? Certificate::right : Certificate::wrong;
}

void KeyCheck::prekey(const Row& row) {
  ++report_.prekeys;
  const std::string prekey = prekey_words(row.key.subspan(prekey_prefix().size()));
  const auto key = decode_prekey(row.key, row.value);
  if (!key) return report_.add(prekey + "its row was altered");
  numbers_.emplace(key->certificate->number, std::nullopt);
  const Certificate certificate = judge(*key);
  if (certificate == Certificate::not_accepted) return report_.add(prekey + is_signed_by_other(*key));
  if (certificate != Certificate::right) return report_.add(prekey + "its row was altered");
  if (!keys_.root_private) return;
  // Its box names no tenant.
  if (!crypto::open_tenant_key(*keys_.root_private, keys_.store(), {}, *key)) {
    report_.add(prekey + "its private key cannot be opened");
  }
}

void KeyCheck::given(const crypto::KeyNumber& number, const crypto::Uuid& tenant) {
  if (numbers_.erase(number) == 0) return;
  report_.add(prekey_words(number) + "its number is also that of tenant " + tenant.str() + "'s key");
}

void KeyCheck::tenant_key(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate) {
  ++report_.keys;
  if (judge(tenant, key, certificate, "key")) ++report_.keys_signed;
}

void KeyCheck::previous_key(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate) {
  judge(tenant, key, certificate, "previous key");
}

bool KeyCheck::judge(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate,
                     const std::string& name) {
  const std::string subject = "tenant " + tenant.str() + ": ";
  if (key.certificate) take_number(tenant, key.certificate->number, name);
  switch (certificate) {
    case Certificate::right:
      return true;
    case Certificate::missing:
      if (keys_.phase() == crypto::SigningPhase::required) report_.add(subject + "its " + name + " is not signed");
      return false;
    case Certificate::not_accepted:
      report_.add(subject + "its " + name + " " + is_signed_by_other(key));
      return false;
    case Certificate::wrong:
      report_.add(subject + "the signature of its " + name + " is wrong");
      return false;
  }
  return false;
}

void KeyCheck::take_number(const crypto::Uuid& tenant, const crypto::KeyNumber& number, const std::string& name) {
  const auto [at, fresh] = numbers_.emplace(number, tenant);
  if (fresh) return;
  const auto other = at->second;
  at->second = tenant;
  if (other) {
    return report_.add("tenant " + tenant.str() + ": its " + name + "'s number is also that of tenant " + other->str() +
                       "'s key");
  }
  report_.add(prekey_words(number) + "its number is also that of tenant " + tenant.str() + "'s key");
}

}  // namespace tacit::store
