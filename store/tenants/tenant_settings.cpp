// A tenant's quota and limits: reading them, and an operator's changes.
#include <functional>

#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::store {
namespace {

/// A change of a tenant's limits by an operator.
struct SettingPlan {
  ContextPtr store;
  crypto::Uuid tenant;
  std::function<void(TenantRecord&)> change;
  AuditEvent event;
  AuditContext who;
};

Task<Outcome<QuotaState>> read_quota(Transaction& transaction, ContextPtr store, crypto::Uuid tenant) {
  const auto loaded = co_await load_tenant(transaction, store->metadata(), tenant);
  if (!loaded) co_return loaded.error();
  QuotaState state;
  state.limit = store->quota_default;
  state.count_limit = store->secrets_default;
  if (*loaded) {
    const TenantRecord& record = (*loaded)->record;
    state.limit = record.limit(store->quota_default);
    state.used = record.used;
    state.count = record.count;
    state.limit_is_own = record.own_limit.has_value();
    state.count_limit = record.limits.secrets.value_or(store->secrets_default);
    state.count_limit_is_own = record.limits.secrets.has_value();
  }
  co_return state;
}

Task<Outcome<TenantLimits>> read_limits(Transaction& transaction, const StoreContext& store, crypto::Uuid tenant) {
  const auto loaded = co_await load_tenant(transaction, store.metadata(), tenant);
  if (!loaded) co_return loaded.error();
  co_return *loaded ? (*loaded)->record.limits : TenantLimits();
}

Task<Outcome<void>> change_record(Transaction& transaction, const SettingPlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant);
  if (!loaded) co_return loaded.error();
  if (!*loaded) {
    const auto allowed = co_await check_primaries(transaction, plan.store->keys);
    if (!allowed) co_return allowed.error();
  }
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant);
  plan.change(tenant.record);
  co_await save_tenant(transaction, tenant);
  // A record of an older format has no place for it.
  const bool lost = tenant.record.limits.strict_binding && tenant.record.format < store_format;
  if (lost) co_return failed(Errc::unavailable, "the store's format is being raised");
  co_return co_await append_audit(transaction, plan.event, plan.who);
}

Task<Outcome<bool>> find_record(Transaction& transaction, crypto::Uuid tenant) {
  const RowKey key = record_row_key(tenant);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  co_return row.has_value();
}

/// Whether the tenant already has a record.
Outcome<bool> record_exists(const StoreContext& store, const crypto::Uuid& tenant) {
  return read<bool>(*store.engine, [&tenant](Transaction& transaction) { return find_record(transaction, tenant); });
}

/// `reason` is the new setting, for the audit.
Async<void> set(ContextPtr store, crypto::Uuid tenant, AuditAction action, std::string reason,
                std::function<void(TenantRecord&)> change, AuditContext who) {
  const auto has_record = record_exists(*store, tenant);
  if (!has_record) co_return has_record.error();
  const auto plan = std::make_shared<SettingPlan>();
  plan->store = store;
  plan->tenant = tenant;
  plan->change = std::move(change);
  plan->event.action = action;
  plan->event.tenant = tenant;
  plan->event.reason = std::move(reason);
  plan->who = std::move(who);
  WorkBody<void> body = [plan](Transaction& transaction) { return change_record(transaction, *plan); };
  const Growth growth = *has_record ? growth_of(action) : Growth::grows;
  const std::size_t bytes = sizeof(SettingPlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<void>(*store->engine, std::move(body), growth, bytes);
}

std::string words(const TenantLimits& limits) {
  const auto word = [](const char* name, const std::optional<std::uint32_t>& own) {
    return name + (own ? std::to_string(*own) : std::string("default"));
  };
  return word("requests_per_second=", limits.requests_per_second) + word(" request_burst=", limits.request_burst) +
         word(" api_keys=", limits.api_keys) + word(" secrets=", limits.secrets) +
         " strict_binding=" + (limits.strict_binding ? (*limits.strict_binding ? "on" : "off") : "default");
}

}  // namespace

Async<QuotaState> Tenants::quota(crypto::Uuid tenant, AuditContext who) const {
  const ContextPtr store = context_;
  WorkBody<QuotaState> body = [store, tenant](Transaction& transaction) {
    return read_quota(transaction, store, tenant);
  };
  return recording_read(store, tenant, std::move(who), std::move(body));
}

Async<void> Tenants::set_quota(crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who) {
  std::function<void(TenantRecord&)> change = [limit](TenantRecord& record) { record.own_limit = limit; };
  const std::string words = limit ? std::to_string(*limit) : "default";
  return recording(context_, tenant, who, set(context_, tenant, AuditAction::quota_set, words, std::move(change), who));
}

Outcome<TenantLimits> Tenants::limits(crypto::Uuid tenant) const {
  const StoreContext& store = *context_;
  return read<TenantLimits>(
      *store.engine, [&store, tenant](Transaction& transaction) { return read_limits(transaction, store, tenant); });
}

Async<void> Tenants::set_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who) {
  std::function<void(TenantRecord&)> change = [limits](TenantRecord& record) { record.limits = limits; };
  return recording(context_, tenant, who,
                   set(context_, tenant, AuditAction::limits_set, words(limits), std::move(change), who));
}

}  // namespace tacit::store
