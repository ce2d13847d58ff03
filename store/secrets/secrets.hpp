// The secrets of tenants, as the API plane stores, lists, changes and deletes them. The tool plane releases them:
// store/secrets/releases.hpp.
#pragma once

#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/change_terms.hpp"
#include "store/model/secret.hpp"
#include "store/model/secret_list.hpp"
#include "store/model/secret_version.hpp"

namespace tacit::store {

class CurrentContext;
class SecretListReader;

/// A part of the store (store/store.hpp). Each change is one transaction that includes its audit entry. Reads take the
/// AuditContext for the entry of an integrity failure.
class Secrets {
 public:
  explicit Secrets(const CurrentContext& context) : context_(context) {}

  /// Each change below keeps to its terms (store/model/change_terms.hpp): it fails with precondition_failed, or with
  /// key_reused.
  Async<ChangedSecret> create(crypto::Uuid tenant, NewSecret secret, AuditContext who, ChangeTerms terms = {});
  /// All or none, in one transaction. Failure::item names the secret that cannot be stored.
  Async<ChangedSecrets> create_batch(crypto::Uuid tenant, std::vector<NewSecret> secrets, AuditContext who,
                                     ChangeTerms terms = {});
  /// Creates the secret of that name, or replaces everything of it.
  Async<ChangedSecret> put_by_name(crypto::Uuid tenant, NewSecret secret, AuditContext who, ChangeTerms terms = {});
  Async<SecretInfo> get(crypto::Uuid tenant, crypto::Uuid id, AuditContext who, bool with_last_use = false) const;
  /// The whole list at once, of any length. To send a list while it is read, use `read`.
  Async<SecretList> list(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  /// The same list in slices (store/secrets/secret_list_reader.hpp).
  SecretListReader read(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  Async<ChangedSecret> update(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who,
                              ChangeTerms terms = {});
  /// Returns the secret as it was. All its versions and uses go with it.
  Async<SecretInfo> remove(crypto::Uuid tenant, crypto::Uuid id, AuditContext who, ChangeTerms terms = {});

  /// The stored values, the newest first.
  Async<std::vector<SecretVersion>> versions(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) const;
  /// Makes a previous value the present one, as a new version. Fails with not_found, version_rebound or
  /// version_current, and with unavailable while a rekey of the tenant has not moved that value.
  Async<ChangedSecret> rollback(crypto::Uuid tenant, crypto::Uuid id, std::uint32_t version, AuditContext who,
                                ChangeTerms terms = {});
  /// Removes a previous value. Returns what it was. Fails with not_found or version_current.
  Async<SecretVersion> remove_version(crypto::Uuid tenant, crypto::Uuid id, std::uint32_t version, AuditContext who,
                                      ChangeTerms terms = {});

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
