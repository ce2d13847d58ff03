// The stored state with which a change of a secret begins, and storing the secret's next row with all that belongs to
// it. What changes have in common.
#pragma once

#include <cstdint>
#include <memory>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/value_sealing.hpp"
#include "store/secrets/version_changes.hpp"

namespace tacit::store {

/// `secret` has views of the stored row.
struct StoredState {
  Tenant tenant;
  StoredSecret secret;
  SealingRules rules;
};

/// What a change is of, and by whom.
struct ChangePlace {
  ContextPtr store;
  crypto::Uuid tenant;
  crypto::Uuid id;
  std::shared_ptr<const crypto::TenantKeys> keys{};  ///< if they were made before
  std::int64_t now = 0;                              ///< microseconds since the Unix epoch
  AuditEvent event{};
  AuditContext who{};
};

/// With the action, the tenant and the secret in its event.
ChangePlace change_place(ContextPtr store, const crypto::Uuid& tenant, const crypto::Uuid& id, AuditAction action,
                         AuditContext who);

// Below, `place`, `stored` and `next` must outlive the task.

/// The tenant, which must exist: else not_found.
Task<Outcome<Tenant>> load_owner(Transaction& transaction, const ChangePlace& place);
/// Its secret. Fails with not_found or integrity.
Task<Outcome<StoredState>> load_state(Transaction& transaction, const ChangePlace& place, Tenant tenant);
/// Both.
Task<Outcome<StoredState>> load_state(Transaction& transaction, const ChangePlace& place);

/// The secret's row after a change.
struct NextRow {
  SecretHeader header;
  Metadata metadata;
  std::uint64_t accounted = 0;
  Bytes box;
  VersionChanges versions;
};
/// The row as it is, of the newest format that the store takes, at the instant of the change. The instant always
/// increases, so that it distinguishes states of a secret.
NextRow next_row(const ChangePlace& place, const StoredState& stored);

/// Stores the row with its index entries, its previous values, the tenant's record and the audit entry of that reason.
Task<Outcome<SecretInfo>> store_row(Transaction& transaction, const ChangePlace& place, StoredState& stored,
                                    const NextRow& next, std::string reason = {});

/// Adds the last use, or that the row of the secret's uses was altered, which hides nothing else of the secret. `info`
/// must outlive the task.
Task<void> add_last_use(Transaction& transaction, const StoreContext& store, SecretInfo& info);
/// Records SecretInfo::damage, if there is any.
boost::asio::awaitable<void> record_damage(ContextPtr store, SecretInfo info, AuditContext who);

}  // namespace tacit::store
