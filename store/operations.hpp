// The store's operations, one file each: what Store (store/store.hpp) answers. They keep the context alive, so that an
// operation that is under way when the store is closed ends well.
#pragma once

#include "store/context.hpp"

namespace tacit::store {

// store/create_secret.cpp, update_secret.cpp, delete_secret.cpp
Async<SecretInfo> create_secret(ContextPtr store, crypto::Uuid tenant, NewSecret secret, AuditContext who);
Async<SecretInfo> update_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update,
                                AuditContext who);
Async<SecretInfo> delete_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, AuditContext who);

// store/read_secrets.cpp
WorkBody<SecretInfo> get_body(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id);

// store/secret_list_reader.cpp
Async<SecretList> list_secrets(ContextPtr store, crypto::Uuid tenant, ListQuery query, AuditContext who);

// store/tenant_settings.cpp
WorkBody<QuotaState> quota_body(ContextPtr store, crypto::Uuid tenant);
Async<void> set_quota(ContextPtr store, crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who);
Outcome<TenantLimits> tenant_limits(const StoreContext& store, crypto::Uuid tenant);
Async<void> set_tenant_limits(ContextPtr store, crypto::Uuid tenant, TenantLimits limits, AuditContext who);

// store/resolve.cpp
Async<std::vector<ReleasedValue>> resolve(ContextPtr store, ResolveQuery query, AuditContext who);

// store/tenant_key_reader.cpp
Async<std::vector<ApiKey>> tenant_api_keys(ContextPtr store, crypto::Uuid tenant, AuditContext who);

// store/tenant_api_keys.cpp
WorkBody<ApiKey> tenant_api_key_body(ContextPtr store, crypto::Uuid tenant, std::string id);
Async<ApiKey> update_api_key(ContextPtr store, crypto::Uuid tenant, std::string id, ApiKeyUpdate update,
                             Authority authority, AuditContext who);
Async<ApiKey> revoke_tenant_api_key(ContextPtr store, crypto::Uuid tenant, std::string id, AuditContext who);

// store/key_uses.cpp
Async<void> record_api_key_uses(ContextPtr store, std::vector<ApiKeyUse> uses);

// store/api_keys.cpp
Outcome<ApiKey> find_api_key(const StoreContext& store, std::string_view id);
Outcome<std::vector<ApiKey>> list_api_keys(const StoreContext& store, std::optional<crypto::Uuid> tenant);
Async<void> add_api_key(ContextPtr store, ApiKey key, AuditContext who);
Async<void> revoke_api_key(ContextPtr store, std::string id, AuditContext who);

// store/named_keys.cpp
Async<void> change_named_keys(ContextPtr store, KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who);
Async<crypto::KeyId> begin_rewrap(ContextPtr store, KeyKind kind, AuditContext who);

// store/key_census.cpp
Outcome<KeyCensus> key_census(const StoreContext& store, KeyKind kind,
                              const std::function<void(const VerifyProgress&)>& progress);

// store/rewrap_root.cpp, rewrap_metadata.cpp
Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most);
Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most);

// store/erase_tenant.cpp, export_tenant.cpp
Async<Erased> erase_tenant(ContextPtr store, crypto::Uuid tenant, std::function<void(std::uint64_t)> progress,
                           AuditContext who);
Outcome<bool> export_tenant(const StoreContext& store, const crypto::Uuid& tenant, const TenantSink& sink);
// store/audit_verify.cpp, audit_prune.cpp
Outcome<AuditReport> verify_audit(ContextPtr store, const std::optional<AuditAnchor>& anchor,
                                  const std::function<void(const VerifyProgress&)>& progress);
Outcome<AuditPrunePlan> plan_audit_prune(ContextPtr store, const AuditPoint& before);
Async<std::uint64_t> prune_audit(ContextPtr store, AuditMark through, AuditContext who,
                                 std::function<void(std::uint64_t)> progress);

// store/verify.cpp
Outcome<VerifyReport> verify(const StoreContext& store, const std::function<void(const VerifyProgress&)>& progress);

}  // namespace tacit::store
