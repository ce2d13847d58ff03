// What an operator does with tenants: their limits, their export, their erasure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/model/quota.hpp"
#include "store/model/tenant_limits.hpp"

namespace tacit::store {

class CurrentContext;
struct SecretRow;

/// What became of a tenant that was erased.
struct Erased {
  std::uint64_t secrets = 0;   ///< as its record counted them
  std::uint64_t api_keys = 0;  ///< revoked ones too
  bool resumed = false;        ///< it had been begun before, and was cut short
};

/// Takes what is exported of a tenant, as stored: nothing in clear that is not in clear in the store. Views, valid
/// during the call. False ends the export.
struct TenantSink {
  std::function<bool(crypto::ByteView record)> record;  ///< once, first (store/rows/tenant_record.hpp)
  std::function<bool(const crypto::Uuid& id, const SecretRow& row)> secret;
  std::function<bool(const ApiKey& key)> api_key;  ///< unverified; revoked ones too
};

/// A part of the store (store/store.hpp). Each change of a limit is one transaction with its audit entry in it.
class Tenants {
 public:
  explicit Tenants(const CurrentContext& context) : context_(context) {}

  Async<QuotaState> quota(crypto::Uuid tenant, AuditContext who) const;
  /// `limit` nothing: back to the default.
  Async<void> set_quota(crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who);
  /// What an operator set for the tenant instead of the defaults. Runs on the calling thread.
  Outcome<TenantLimits> limits(crypto::Uuid tenant) const;
  /// Replaces all of them.
  Async<void> set_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who);
  /// Hands everything of a tenant on one snapshot to the sink. False if the sink ended it. Fails with not_found,
  /// unavailable (it is being erased) or integrity.
  Outcome<bool> export_rows(const crypto::Uuid& tenant, const TenantSink& sink) const;
  /// Erases everything of a tenant, its API keys too; the private key that its values are sealed to goes first and at
  /// once. In many transactions if it is much; `progress` is told how many rows are gone. What was cut short is
  /// finished by asking again. Fails with not_found if nothing is stored of the tenant.
  Async<Erased> erase(crypto::Uuid tenant, std::function<void(std::uint64_t)> progress, AuditContext who);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
