#include "store/audit_log.hpp"
#include "store/operations.hpp"
#include "store/tenant_record.hpp"

namespace tacit::store {
namespace {

struct QuotaPlan {
  ContextPtr store;
  crypto::Uuid tenant;
  std::optional<std::uint64_t> limit;
  AuditEvent event;
  AuditContext who;
};

Task<Outcome<QuotaState>> read_quota(Transaction& transaction, ContextPtr store, crypto::Uuid tenant) {
  const auto loaded = co_await load_tenant(transaction, store->metadata(), tenant);
  if (!loaded) co_return loaded.error();
  QuotaState state;
  state.limit = store->quota_default;
  if (*loaded) {
    const TenantRecord& record = (*loaded)->record;
    state.limit = record.limit(store->quota_default);
    state.used = record.used;
    state.count = record.count;
    state.limit_is_own = record.own_limit.has_value();
  }
  co_return state;
}

Task<Outcome<void>> change_limit(Transaction& transaction, const QuotaPlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant);
  if (!loaded) co_return loaded.error();
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant);
  tenant.record.own_limit = plan.limit;
  save_tenant(transaction, tenant);
  co_return co_await append_audit(transaction, plan.event, plan.who);
}

Task<Outcome<bool>> find_record(Transaction& transaction, crypto::Uuid tenant) {
  const RowKey key = record_key(tenant);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  co_return row.has_value();
}

/// Whether something is stored of that tenant already.
Outcome<bool> record_exists(const StoreContext& store, const crypto::Uuid& tenant) {
  return read<bool>(*store.engine, [&tenant](Transaction& transaction) { return find_record(transaction, tenant); });
}

}  // namespace

WorkBody<QuotaState> quota_body(ContextPtr store, crypto::Uuid tenant) {
  return
      [store = std::move(store), tenant](Transaction& transaction) { return read_quota(transaction, store, tenant); };
}

Async<void> set_quota(ContextPtr store, crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who) {
  const auto has_record = record_exists(*store, tenant);
  if (!has_record) co_return has_record.error();
  const auto plan = std::make_shared<QuotaPlan>();
  plan->store = store;
  plan->tenant = tenant;
  plan->limit = limit;
  plan->event.action = "quota.set";
  plan->event.tenant = tenant;
  plan->event.reason = limit ? std::to_string(*limit) : "default";
  plan->who = std::move(who);
  WorkBody<void> body = [plan](Transaction& transaction) { return change_limit(transaction, *plan); };
  WriteTerms terms;
  terms.growth = *has_record ? Growth::logs : Growth::grows;
  terms.bytes = sizeof(QuotaPlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<void>(*store, std::move(body), terms);
}

}  // namespace tacit::store
