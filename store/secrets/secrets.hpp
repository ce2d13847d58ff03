// The secrets of tenants: the API plane stores, lists, changes and deletes them; the tool plane releases them.
#pragma once

#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/release.hpp"
#include "store/model/secret.hpp"
#include "store/model/secret_list.hpp"

namespace tacit::store {

class CurrentContext;
class SecretListReader;

/// A part of the store (store/store.hpp). Each change is one transaction that includes its audit entry. Reads take the
/// AuditContext for the entry of an integrity failure.
class Secrets {
 public:
  explicit Secrets(const CurrentContext& context) : context_(context) {}

  Async<SecretInfo> create(crypto::Uuid tenant, NewSecret secret, AuditContext who);
  Async<SecretInfo> get(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) const;
  /// The whole list at once, of any length. To send a list while it is read, use `read`.
  Async<SecretList> list(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  /// The same list in slices (store/secrets/secret_list_reader.hpp).
  SecretListReader read(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  Async<SecretInfo> update(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who);
  /// Returns the secret as it was.
  Async<SecretInfo> remove(crypto::Uuid tenant, crypto::Uuid id, AuditContext who);

  /// For the tool plane: needs the root private keyring. The release's audit entry is durable before this returns.
  /// Fails with not_found (a named secret does not exist), not_allowed, too_many_arguments (more than 256), integrity,
  /// conflict (its secrets keep changing), …; then nothing is released. Refusals are audited ("tool.refused") before
  /// this returns; if that fails, this fails too.
  Async<std::vector<ReleasedValue>> resolve(ResolveQuery query, AuditContext who);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
