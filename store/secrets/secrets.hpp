// The secrets of tenants: what the API plane stores, lists, changes and deletes, and what the tool plane releases.
#pragma once

#include <vector>

#include "crypto/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/release.hpp"
#include "store/model/secret.hpp"
#include "store/model/secret_list.hpp"

namespace tacit::store {

class CurrentContext;
class SecretListReader;

/// A part of the store (store/store.hpp). Each change is one transaction with its audit entry in it. Reads take the
/// AuditContext for the entry of an integrity failure.
class Secrets {
 public:
  explicit Secrets(const CurrentContext& context) : context_(context) {}

  Async<SecretInfo> create(crypto::Uuid tenant, NewSecret secret, AuditContext who);
  Async<SecretInfo> get(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) const;
  /// The whole list at once, however long. What is sent while it is read: `read`.
  Async<SecretList> list(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  /// The same piece by piece (store/secrets/secret_list_reader.hpp).
  SecretListReader read(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  Async<SecretInfo> update(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who);
  /// Answers the secret as it was.
  Async<SecretInfo> remove(crypto::Uuid tenant, crypto::Uuid id, AuditContext who);

  /// For the tool plane: needs the root private keyring. The release's audit entry is durable before this answers.
  /// Fails with not_found (a named secret does not exist), not_allowed, too_many_arguments (more than 256), integrity,
  /// conflict (what it is of changes all the time), …; then nothing is released. Refusals are audited ("tool.refused")
  /// before this answers; if that fails, so does this.
  Async<std::vector<ReleasedValue>> resolve(ResolveQuery query, AuditContext who);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
