// What a rekey (store/keys/rekey.hpp) needs to know of key pairs: whether they are done, and how a value gets from one
// to the other.
#pragma once

#include <memory>
#include <optional>

#include "store/engine/context.hpp"
#include "store/keys/rekey.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {

/// Succeeds if a root signing key is primary and this process has its private half, and that of the primary root key.
Outcome<void> check_rekey_halves(const StoreKeys& keys);
/// Succeeds if the store takes rows of format 3 and the primary root key and root signing key are the newest that it
/// names.
Task<Outcome<void>> check_rekey(Transaction& transaction, const StoreKeys& keys);

/// Whether there is such a pair, certified, and values may be sealed to it.
bool is_certified_pair(const StoreKeys& keys, const std::optional<crypto::TenantKey>& pair);
/// Whether the tenant needs no new pair according to the order, and has no previous one.
bool has_done_pair(const RekeyOrder& order, const TenantRecord& record);
/// The same without verifying the certificate: if false, it is certain.
bool may_have_done_pair(const RekeyOrder& order, const TenantRecord& record);

/// Seals values of one tenant again. The constructor opens the previous private half; `store` and `tenant`, which has
/// both pairs, must outlive it.
class PairChange {
 public:
  PairChange(const StoreContext& store, const Tenant& tenant);

  /// The row after the change: the same metadata under the same metadata key, the same version; strict if the tenant's
  /// values are sealed with their binding now. Fails with `integrity`, in words about the secret.
  Outcome<Bytes> seal(const crypto::Uuid& id, ByteView row) const;
  /// The same for the row of a previous value.
  Outcome<Bytes> seal_previous(const VersionKey& key, ByteView row) const;

 private:
  struct BoxedValue {
    ByteView box;
    Bytes binding;
    std::size_t size = 0;
  };
  Outcome<Bytes> seal_again(const crypto::ValueAddress& address, const BoxedValue& value, ByteView binding) const;
  std::shared_ptr<const crypto::TenantKeys> keys_of(const crypto::KeyId& metadata_key) const;

  const StoreContext& store_;
  const Tenant& tenant_;
  const bool strict_;
  std::optional<crypto::PrivateKey> private_key_;  ///< std::nullopt: it cannot be opened
};

}  // namespace tacit::store
