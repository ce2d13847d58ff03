// The keyrings of a process for its store.
#pragma once

#include <memory>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/keyrings/signers.hpp"

namespace tacit::store {

class SignedMemory;  // store/rows/signed_memory.hpp

/// Shared, immutable.
struct StoreKeys {
  std::shared_ptr<const crypto::RootPublicKeyring> root_public;
  std::shared_ptr<const crypto::MetadataKeyring> metadata;
  std::shared_ptr<const crypto::RootPrivateKeyring> root_private{};  ///< null on the API plane
  std::shared_ptr<const crypto::SigningKeyring> root_signing{};      ///< on the tool plane, and of some commands
  // Each only in its own processes.
  std::shared_ptr<const crypto::SigningKeyring> audit_api{};
  std::shared_ptr<const crypto::SigningKeyring> audit_tools{};
  std::shared_ptr<const crypto::SigningKeyring> audit_operator{};
  std::shared_ptr<SignedMemory> memory{};  ///< made with the store's context; null: every signature is verified
  /// Whether rows that retired keys signed are accepted: restore, verify --backup, rewrap root --accept-retired.
  bool accept_retired = false;
  /// Whether rows from before there were signatures are accepted although signatures are required: restore, which then
  /// signs them.
  bool accept_unsigned = false;
  /// Whether an operator gave up rows that cannot be opened: they keep no metadata key in a tenant's record, and no key
  /// from being retired. key rewrap and key retire --discard-unreadable.
  bool discard_unreadable = false;

  const crypto::Signers& signers() const { return root_public->signers(); }
  crypto::SigningPhase phase() const { return crypto::phase_of(signers()); }
  /// Whether the rows that the root signing key signs are refused in the forms that have a MAC instead.
  bool refuses_unsigned() const { return phase() == crypto::SigningPhase::required && !accept_unsigned; }
  /// Zeros while the root public keyring names no store.
  const crypto::Uuid& store() const { return signers().store(); }
  /// The primary root signing key with its private half; null if this process lacks it.
  const crypto::SigningKeyring::Entry* root_signer() const;
  /// The primary audit key of that role, likewise.
  const crypto::SigningKeyring::Entry* audit_signer(crypto::SigningRole role) const;
};

}  // namespace tacit::store
