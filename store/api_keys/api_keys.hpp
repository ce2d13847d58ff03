// The API keys of tenants, in the tenants' view and in the operator's view.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

class CurrentContext;
class TenantApiKeyReader;

/// A part of the store (store/store.hpp). Each change is one transaction with its audit entry in it.
class ApiKeys {
 public:
  explicit ApiKeys(const CurrentContext& context) : context_(context) {}

  /// Calls of `find` that may wait for the store at the same time. Requests with ids that no key has are refused before
  /// anybody is known, and each new id costs a read: they must not take the engine from the others.
  static constexpr std::size_t most_look_ups = 256;

  /// Finds a key in any state, for authentication: without a use that has a row of its own
  /// (store/rows/api_key_use.hpp). Fails with not_found, integrity (its record was altered), `overloaded` (see
  /// most_look_ups), or the engine's failure, which says nothing about the key.
  Async<ApiKey> find(std::string id) const;
  /// The same on the calling thread, without waiting: from the engine's cache, or from an engine that never waits.
  /// std::nullopt: only `find` can tell.
  std::optional<Outcome<ApiKey>> find_at_once(std::string_view id) const;
  /// Fails with too_many_api_keys if the tenant has its maximum, with conflict if the id is taken.
  Async<void> add(ApiKey key, AuditContext who);
  /// Records when keys were last used, 1024 keys in one transaction, without audit entries. A key is left as it is if
  /// its recorded use is almost as recent, or if it is missing or altered. If no key needs a change, nothing is
  /// written.
  Async<void> record_uses(std::vector<ApiKeyUse> uses);

  // A tenant's own view.
  /// A tenant's keys that are not revoked, expired ones included, in the order of their creation.
  Async<std::vector<ApiKey>> list_of_tenant(crypto::Uuid tenant, AuditContext who) const;
  /// The same list in slices (store/api_keys/tenant_api_key_reader.hpp).
  TenantApiKeyReader read_of_tenant(crypto::Uuid tenant, AuditContext who) const;
  /// One key of the tenant. This and the next two fail with not_found if the key does not exist, is revoked, or belongs
  /// to another tenant.
  Async<ApiKey> get_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who) const;
  /// Returns the key after the change. Fails with scope_lacking or outlives if the change needs more than `authority`
  /// has (store/model/api_key_grant.hpp). A change without effect is not written.
  Async<ApiKey> update_of_tenant(crypto::Uuid tenant, std::string id, ApiKeyUpdate update, Authority authority,
                                 AuditContext who);
  /// Returns the key as it was before.
  Async<ApiKey> revoke_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who);

  // The operator's view: all tenants, revoked keys included.
  /// Blocks on an engine that waits.
  Outcome<std::vector<ApiKey>> list(std::optional<crypto::Uuid> tenant) const;
  /// Revoking a revoked key changes nothing.
  Async<void> revoke(std::string id, AuditContext who);

 private:
  const CurrentContext& context_;
  const std::shared_ptr<std::atomic<std::size_t>> look_ups_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace tacit::store
