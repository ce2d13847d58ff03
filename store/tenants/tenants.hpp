// An operator's work on tenants: limits, export, erasure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/bytes.hpp"
#include "store/engine/async.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/model/quota.hpp"
#include "store/model/tenant_limits.hpp"

namespace tacit::store {

class CurrentContext;
struct SecretRow;   // store/rows/secret_row.hpp
struct VersionRow;  // store/rows/version_row.hpp

/// The result of an erasure.
struct Erased {
  std::uint64_t secrets = 0;   ///< as its record counted them
  std::uint64_t api_keys = 0;  ///< revoked ones included
  bool resumed = false;        ///< continued an interrupted erasure
};

/// Takes a tenant's exported rows, as stored: data that is sealed in the store stays sealed. Views, valid during the
/// call. False ends the export.
struct TenantSink {
  std::function<bool(crypto::ByteView record)> record;  ///< once, first (store/rows/tenant_record.hpp)
  std::function<bool(const crypto::Uuid& id, const SecretRow& row)> secret;
  std::function<bool(const crypto::Uuid& id, const VersionRow& row)> previous_value;
  std::function<bool(const crypto::Uuid& id, crypto::ByteView row)> uses;  ///< of a secret (store/rows/uses_row.hpp)
  std::function<bool(const ApiKey& key)> api_key;                          ///< unverified; revoked ones included
};

/// A part of the store (store/store.hpp). Each change of a limit is one transaction that includes its audit entry.
class Tenants {
 public:
  explicit Tenants(const CurrentContext& context) : context_(context) {}

  Async<QuotaState> quota(crypto::Uuid tenant, AuditContext who) const;
  /// `limit` std::nullopt: back to the default.
  Async<void> set_quota(crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who);
  /// The limits that an operator set for the tenant.
  Async<TenantLimits> limits(crypto::Uuid tenant) const;
  /// The same on the calling thread, without waiting: from the engine's cache, or from an engine that never waits.
  /// std::nullopt: only `limits` can tell.
  std::optional<Outcome<TenantLimits>> limits_at_once(crypto::Uuid tenant) const;
  /// Replaces all limits. Fails with `unavailable` for a strict binding of its own while the store does not take rows
  /// of format 3.
  Async<void> set_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who);
  /// Passes all rows of a tenant on one snapshot to the sink. Blocks on an engine that waits. False if the sink ended
  /// it. Fails with not_found, unavailable (it is being erased) or integrity.
  Outcome<bool> export_rows(const crypto::Uuid& tenant, const TenantSink& sink) const;
  /// Erases all rows of a tenant, including its API keys; the private key of its values is erased first and at once.
  /// Uses many transactions if there are many rows; `progress` receives the number of rows erased so far. Another call
  /// finishes an interrupted erasure. Fails with not_found if the tenant has no rows.
  Async<Erased> erase(crypto::Uuid tenant, std::function<void(std::uint64_t)> progress, AuditContext who);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
