#include "store/rows/tenant_key_check.hpp"

#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/signed_memory.hpp"

namespace tacit::store {
namespace {

bool is_right(const StoreKeys& keys, const crypto::TenantKey& key, const crypto::VerifyingKey& signer) {
  if (!keys.memory) return crypto::is_certified(key, keys.store(), signer);
  const crypto::KeyCertificate& certificate = *key.certificate;
  crypto::Bytes made;
  Encoder(made).i64(certificate.made);
  const auto remembered = [&](auto use) {
    return use({crypto::as_bytes("tenant key"), crypto::ByteView(certificate.number), crypto::ByteView(made),
                crypto::ByteView(certificate.signer), crypto::ByteView(certificate.signature),
                crypto::ByteView(key.public_key), crypto::ByteView(key.box)});
  };
  using Parts = std::initializer_list<crypto::ByteView>;
  if (remembered([&](Parts parts) { return keys.memory->knows(parts); })) return true;
  if (!crypto::is_certified(key, keys.store(), signer)) return false;
  remembered([&](Parts parts) { keys.memory->learn(parts); });
  return true;
}

Outcome<void> judge(const StoreKeys& keys, const crypto::TenantKey& key) {
  const crypto::SigningPhase phase = keys.phase();
  if (phase == crypto::SigningPhase::none) return {};
  if (!key.certificate) {
    if (phase == crypto::SigningPhase::required) return altered({}, "the tenant's key is not signed");
    return {};
  }
  const crypto::Signer* const signer = keys.signers().find(key.certificate->signer);
  const bool is_retired = signer != nullptr && signer->state == crypto::SignerState::retired && !keys.accept_retired;
  if (signer == nullptr || signer->role != crypto::SigningRole::root || is_retired) {
    return altered({}, "the tenant's key is signed by the key " + crypto::to_hex(key.certificate->signer) +
                           ", which root-public-keyring does not accept");
  }
  if (!is_right(keys, key, signer->key)) return altered({}, "the signature of the tenant's key is wrong");
  return {};
}

}  // namespace

Outcome<void> check_tenant_key(const StoreKeys& keys, const crypto::TenantKey& key) {
  auto accepted = judge(keys, key);
  if (!accepted && keys.memory) keys.memory->count_refusal();
  return accepted;
}

bool is_usable_prekey(const StoreKeys& keys, const crypto::TenantKey& key) {
  return key.certificate && keys.root_public->find(key.root_key_id()) != nullptr &&
         check_tenant_key(keys, key).has_value();
}

bool is_from_the_future(const crypto::TenantKey& key) {
  return key.certificate && key.certificate->made > now_microseconds();
}

}  // namespace tacit::store
