// A tenant's quota and limits: reading them, and an operator's changes.
#include <functional>

#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
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

/// The limits in a copy of the tenant's record. std::nullopt: it cannot be verified with the tenant's keys alone; then
/// load_tenant says why.
std::optional<Outcome<TenantLimits>> limits_in(ByteView row, const StoreContext& store, const crypto::Uuid& tenant) {
  const auto key_id = metadata_key_of_record(row);
  const auto* const entry = key_id ? store.metadata().find(*key_id) : nullptr;
  if (entry == nullptr) return std::nullopt;
  const crypto::TenantKeys keys(*entry, tenant);
  const auto record = decode_tenant_record(row, tenant, keys);
  if (!record) return std::nullopt;
  return record->limits;
}

Async<TenantLimits> read_stored_limits(ContextPtr store, crypto::Uuid tenant) {
  const StoreContext& context = *store;
  WorkBody<TenantLimits> body = [&context, tenant](Transaction& transaction) {
    return read_limits(transaction, context, tenant);
  };
  co_return co_await read<TenantLimits>(*context.engine, std::move(body));
}

Task<Outcome<void>> change_record(Transaction& transaction, SettingPlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant);
  if (!loaded) co_return loaded.error();
  if (!*loaded) {
    const auto allowed = co_await check_primaries(transaction, plan.store->keys);
    if (!allowed) co_return allowed.error();
  }
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant);
  plan.change(tenant.record);
  if (transaction.traits().shared) tenant.record.note_change();  // it orders the entries of all hosts
  co_await save_tenant(transaction, tenant);
  number_event(plan.event, transaction, tenant.record);
  // A record of an older format has no place for it.
  const bool lost = tenant.record.limits.strict_binding && tenant.record.format < third_rows_format;
  if (lost) co_return failed(Errc::unavailable, "the store's format is being raised");
  co_return co_await append_audit(transaction, plan.event, plan.who);
}

/// Whether the tenant already has a record.
Task<Outcome<bool>> find_record(Transaction& transaction, crypto::Uuid tenant) {
  const RowKey key = record_row_key(tenant);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  co_return row.has_value();
}

/// `reason` is the new setting, for the audit.
Async<void> set(ContextPtr store, crypto::Uuid tenant, AuditAction action, std::string reason,
                std::function<void(TenantRecord&)> change, AuditContext who) {
  WorkBody<bool> reading = [tenant](Transaction& transaction) { return find_record(transaction, tenant); };
  const auto has_record = co_await read<bool>(*store->engine, std::move(reading));
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

std::optional<Outcome<TenantLimits>> Tenants::limits_at_once(crypto::Uuid tenant) const {
  const StoreContext& store = *context_;
  if (store.engine->traits().waits) {
    const RowKey key = record_row_key(tenant);
    const auto row = store.engine->cached(Table::tenants, key.view());
    if (!row) return std::nullopt;
    if (!row->value) return TenantLimits();  // a tenant without rows, or one that is being erased
    return limits_in(*row->value, store, tenant);
  }
  return read_blocking<TenantLimits>(
      *store.engine, [&store, tenant](Transaction& transaction) { return read_limits(transaction, store, tenant); });
}

Async<TenantLimits> Tenants::limits(crypto::Uuid tenant) const {
  auto at_once = limits_at_once(tenant);
  if (at_once) co_return std::move(*at_once);
  co_return co_await read_stored_limits(context_, tenant);
}

Async<void> Tenants::set_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who) {
  std::function<void(TenantRecord&)> change = [limits](TenantRecord& record) { record.limits = limits; };
  return recording(context_, tenant, who,
                   set(context_, tenant, AuditAction::limits_set, words(limits), std::move(change), who));
}

}  // namespace tacit::store
