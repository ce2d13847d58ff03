#include "store/model/store_keys.hpp"

namespace tacit::store {
namespace {

const crypto::SigningKeyring::Entry* primary_half(const crypto::Signers& signers, crypto::SigningRole role,
                                                  const crypto::SigningKeyring* ring) {
  const crypto::Signer* const primary = signers.primary(role);
  return primary == nullptr || ring == nullptr ? nullptr : ring->find(primary->id);
}

}  // namespace

const crypto::SigningKeyring::Entry* StoreKeys::root_signer() const {
  return primary_half(signers(), crypto::SigningRole::root, root_signing.get());
}

const crypto::SigningKeyring::Entry* StoreKeys::audit_signer(crypto::SigningRole role) const {
  switch (role) {
    case crypto::SigningRole::api:
      return primary_half(signers(), role, audit_api.get());
    case crypto::SigningRole::tools:
      return primary_half(signers(), role, audit_tools.get());
    case crypto::SigningRole::operators:
      return primary_half(signers(), role, audit_operator.get());
    case crypto::SigningRole::root:
      break;
  }
  return nullptr;
}

}  // namespace tacit::store
