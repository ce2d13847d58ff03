// The steps that changes of all kinds of keys have in common: in the store, and in the keyrings' files.
#pragma once

#include "crypto/files/keyring_result.hpp"
#include "crypto/ids/key_id.hpp"
#include "server/config/config.hpp"
#include "store/model/audit_action.hpp"
#include "store/model/key_kind.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// After the keyrings' files were written: if that failed, audits the failure, because the change was audited before,
/// and throws. `keyring`: as in the audit log.
void finish_change(const crypto::KeyringResult<void>& written, const Config& config, store::AuditAction action,
                   const char* keyring, const crypto::KeyId& id);

/// Throws CommandFailed.
void change_in_store(store::Store& store, store::KeyChange how, store::KeyKind kind, const crypto::KeyId& id);

/// Throws if stored data may use the key. In that case, undoes a retirement recorded in the store by this command or by
/// an earlier one that was killed before its check.
void expect_unused(store::Store& store, store::KeyKind kind, const crypto::KeyId& id);

/// The same for --dry-run, without a change.
void expect_retirable(const store::Store& store, store::KeyKind kind, const crypto::KeyId& id);

}  // namespace tacit::server
