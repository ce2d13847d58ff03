// A tenant's view of one of its API keys: keys that are not revoked, found through its index.
#include <tuple>

#include "store/api_keys/api_key_table.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/api_key_grant.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"

namespace tacit::store {
namespace {

struct TenantApiKeyPlan {
  ContextPtr store;
  crypto::Uuid tenant;
  std::string id;
  ApiKeyUpdate update;
  Authority authority;
  AuditEvent event;
  AuditContext who;
};

std::shared_ptr<TenantApiKeyPlan> tenant_api_key_plan(ContextPtr store, crypto::Uuid tenant, std::string id,
                                                      AuditAction action, AuditContext who) {
  auto plan = std::make_shared<TenantApiKeyPlan>();
  plan->store = std::move(store);
  plan->tenant = tenant;
  plan->event.action = action;
  plan->event.tenant = tenant;
  plan->event.reason = id;
  plan->id = std::move(id);
  plan->who = std::move(who);
  return plan;
}

Task<Outcome<ApiKey>> get(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, std::string id) {
  if (!is_api_key_id(id)) co_return failed(Errc::not_found);
  auto key = co_await load_tenant_api_key(transaction, *store, tenant, id);
  if (key && transaction.traits().shared) co_await add_last_use(transaction, *store, *key);
  co_return key;
}

ApiKey updated(const ApiKey& key, const ApiKeyUpdate& update) {
  ApiKey after = key;
  if (update.name) after.name = *update.name;
  if (update.scopes) after.scopes = *update.scopes;
  if (update.expires_at) after.expires_at = *update.expires_at;
  return after;
}

AuditEvent with_row(AuditEvent event, const ApiKey& key) {
  event.rows.push_back(api_key_digest(key));
  return event;
}

Task<Outcome<ApiKey>> update(Transaction& transaction, const TenantApiKeyPlan& plan) {
  auto key = co_await load_tenant_api_key(transaction, *plan.store, plan.tenant, plan.id);
  if (!key) co_return key.error();
  ApiKey after = updated(*key, plan.update);
  const auto refusal = grant_refusal(plan.authority, &*key, after);
  if (refusal) co_return *refusal;
  const bool differs =
      std::tie(after.name, after.scopes, after.expires_at) != std::tie(key->name, key->scopes, key->expires_at);
  const bool shared = transaction.traits().shared;
  if (differs) {
    after.changed_at = now_microseconds();
    put_api_key(transaction, *plan.store, after);
  }
  if (shared) co_await add_last_use(transaction, *plan.store, after);
  if (!differs) co_return after;
  AuditEvent event = with_row(plan.event, after);
  if (shared) {
    const auto numbered = co_await number_api_key_event(transaction, *plan.store, plan.tenant, event);
    if (!numbered) co_return numbered.error();
  }
  const auto recorded = co_await append_audit(transaction, event, plan.who, after.changed_at);
  if (!recorded) co_return recorded.error();
  co_return after;
}

Task<Outcome<ApiKey>> revoke(Transaction& transaction, const TenantApiKeyPlan& plan) {
  auto key = co_await load_tenant_api_key(transaction, *plan.store, plan.tenant, plan.id);
  if (!key) co_return key.error();
  ApiKey revoked = *key;
  revoked.revoked_at = now_microseconds();
  put_api_key(transaction, *plan.store, revoked);
  erase_api_key_entry(transaction, revoked);
  AuditEvent event = with_row(plan.event, revoked);
  if (transaction.traits().shared) {
    co_await add_last_use(transaction, *plan.store, *key);
    const auto numbered = co_await number_api_key_event(transaction, *plan.store, plan.tenant, event);
    if (!numbered) co_return numbered.error();
  }
  const auto recorded = co_await append_audit(transaction, event, plan.who, *revoked.revoked_at);
  if (!recorded) co_return recorded.error();
  co_return key;
}

std::size_t bytes_of(const TenantApiKeyPlan& plan) {
  return sizeof(TenantApiKeyPlan) + (plan.update.name ? plan.update.name->size() : 0) +
         audit_bytes(plan.event, plan.who);
}

Async<ApiKey> update_tenant_api_key(ContextPtr store, crypto::Uuid tenant, std::string id, ApiKeyUpdate changes,
                                    Authority authority, AuditContext who) {
  if (!is_api_key_id(id)) co_return failed(Errc::not_found);
  const auto plan = tenant_api_key_plan(store, tenant, std::move(id), AuditAction::api_key_update, std::move(who));
  plan->update = std::move(changes);
  plan->authority = authority;
  WorkBody<ApiKey> body = [plan](Transaction& transaction) { return update(transaction, *plan); };
  co_return co_await write<ApiKey>(*store->engine, std::move(body), growth_of(plan->event.action), bytes_of(*plan));
}

Async<ApiKey> revoke_tenant_api_key(ContextPtr store, crypto::Uuid tenant, std::string id, AuditContext who) {
  if (!is_api_key_id(id)) co_return failed(Errc::not_found);
  const auto plan = tenant_api_key_plan(store, tenant, std::move(id), AuditAction::api_key_revoke, std::move(who));
  WorkBody<ApiKey> body = [plan](Transaction& transaction) { return revoke(transaction, *plan); };
  co_return co_await write<ApiKey>(*store->engine, std::move(body), growth_of(plan->event.action), bytes_of(*plan));
}

}  // namespace

Async<ApiKey> ApiKeys::get_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who) const {
  const ContextPtr store = context_;
  WorkBody<ApiKey> body = [store, tenant, id = std::move(id)](Transaction& transaction) {
    return get(transaction, store, tenant, id);
  };
  return recording_read(store, tenant, std::move(who), std::move(body), AuditAction::api_key_integrity);
}

Async<ApiKey> ApiKeys::update_of_tenant(crypto::Uuid tenant, std::string id, ApiKeyUpdate update, Authority authority,
                                        AuditContext who) {
  return recording(context_, tenant, who,
                   update_tenant_api_key(context_, tenant, std::move(id), std::move(update), authority, who),
                   AuditAction::api_key_integrity);
}

Async<ApiKey> ApiKeys::revoke_of_tenant(crypto::Uuid tenant, std::string id, AuditContext who) {
  return recording(context_, tenant, who, revoke_tenant_api_key(context_, tenant, std::move(id), who),
                   AuditAction::api_key_integrity);
}

}  // namespace tacit::store
