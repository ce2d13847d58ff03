// The API keys of tenants, as their tenants see them and as the operator does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

class CurrentContext;
class TenantKeyReader;

/// A part of the store (store/store.hpp). Each change is one transaction with its audit entry in it.
class ApiKeys {
 public:
  explicit ApiKeys(const CurrentContext& context) : context_(context) {}

  /// The key of that id whatever its state. Fails with not_found, integrity (its record was altered), or the engine's
  /// failure, which says nothing of the key. Runs on the calling thread.
  Outcome<ApiKey> find(std::string_view id) const;
  /// Fails with too_many_keys if the tenant has as many as it may have, with conflict if there is a key of that id.
  Async<void> add(ApiKey key, AuditContext who);
  /// Notes when keys were last used, in one transaction for 1024 of them and without audit entries. A key whose noted
  /// use is hardly older stays as it is, and so do keys that are gone or altered; if all do, nothing is written.
  Async<void> record_uses(std::vector<ApiKeyUse> uses);

  // A tenant's own view.
  /// Those of a tenant that are not revoked, in the order of their creation; expired ones too.
  Async<std::vector<ApiKey>> list_of_tenant(crypto::Uuid tenant, AuditContext who) const;
  /// The same piece by piece (store/api_keys/tenant_api_key_reader.hpp).
  TenantKeyReader read_of_tenant(crypto::Uuid tenant, AuditContext who) const;
  /// One of them. Fails with not_found if there is none, or it is revoked, or another tenant's; likewise the next two.
  Async<ApiKey> get_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who) const;
  /// Answers the key as it is then. Fails with scope_lacking or outlives if that takes more than `authority` has
  /// (store/model/api_key_grant.hpp). Without a change nothing is written.
  Async<ApiKey> update_of_tenant(crypto::Uuid tenant, std::string id, ApiKeyUpdate update, Authority authority,
                                 AuditContext who);
  /// Answers the key as it was.
  Async<ApiKey> revoke_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who);

  // The operator's view: of all tenants, and revoked ones too.
  Outcome<std::vector<ApiKey>> list(std::optional<crypto::Uuid> tenant) const;
  /// Revoking again changes nothing.
  Async<void> revoke(std::string id, AuditContext who);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
