// API keys for authentication and for the operator.
#include "store/api_keys/api_keys.hpp"

#include <array>
#include <functional>
#include <limits>

#include "store/api_keys/api_key_limit.hpp"
#include "store/api_keys/api_key_table.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// The rows that this thread verified recently, complete. The MAC of an identical row is right, so a request costs a
/// comparison instead of hashes; any change of the row is detected.
class VerifiedRows {
 public:
  std::optional<ApiKey> decode(const StoreContext& store, std::string_view id, ByteView row) {
    Verified& slot = slots_[std::hash<std::string_view>()(id) % slots_.size()];
    if (slot.store == store.serial && slot.id == id && std::ranges::equal(slot.row, row)) {
      return decode_verified_api_key(crypto::as_bytes(id), row);
    }
    auto key = decode_api_key(crypto::as_bytes(id), row, store.metadata());
    if (key) {
      slot.store = store.serial;
      slot.id = id;
      slot.row.assign(row.begin(), row.end());
    }
    return key;
  }

 private:
  struct Verified {
    std::uint64_t store = 0;
    std::string id;
    Bytes row;
  };
  std::array<Verified, 256> slots_;
};

Task<Outcome<ApiKey>> look_up(Transaction& transaction, const StoreContext& store, std::string_view id) {
  thread_local VerifiedRows verified;
  const auto row = co_await transaction.get(Table::api_keys, crypto::as_bytes(id));
  if (!row) co_return failed(Errc::not_found);
  auto key = verified.decode(store, id, *row);
  if (!key) co_return api_key_altered(id);
  co_return std::move(*key);
}

Task<Outcome<std::vector<ApiKey>>> read_all(Transaction& transaction, const StoreContext& store,
                                            std::optional<crypto::Uuid> tenant) {
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  const auto rows = co_await transaction.scan(Table::api_keys, {}, {}, all);
  std::vector<ApiKey> keys;
  for (const Row& row : rows) {
    auto key = decode_api_key(row.key, row.value, store.metadata());
    if (!key) co_return api_key_altered(crypto::as_text(row.key));
    if (!tenant || key->tenant == *tenant) keys.push_back(std::move(*key));
  }
  co_return keys;
}

struct ApiKeyPlan {
  ContextPtr store;
  ApiKey key;
  AuditEvent event;
  AuditContext who;
};

std::shared_ptr<ApiKeyPlan> api_key_plan(ContextPtr store, ApiKey key, AuditAction action, AuditContext who) {
  auto plan = std::make_shared<ApiKeyPlan>();
  plan->store = std::move(store);
  plan->key = std::move(key);
  plan->event.action = action;
  plan->event.reason = plan->key.id;
  plan->who = std::move(who);
  return plan;
}

Task<Outcome<void>> add_api_key(Transaction& transaction, const ApiKeyPlan& plan) {
  const auto row = co_await transaction.get(Table::api_keys, crypto::as_bytes(plan.key.id));
  if (row) co_return failed(Errc::conflict);
  const auto allowed = co_await check_primaries(transaction, plan.store->keys);
  if (!allowed) co_return allowed.error();
  const auto tenant = co_await load_or_make_tenant(transaction, *plan.store, plan.key.tenant);
  if (!tenant) co_return tenant.error();
  const auto allowed_more = co_await check_api_key_limit(transaction, *plan.store, *tenant);
  if (!allowed_more) co_return allowed_more.error();
  ApiKey key = plan.key;
  key.changed_at = now_microseconds();
  put_api_key(transaction, *plan.store, key);
  put_api_key_entry(transaction, key);
  AuditEvent event = plan.event;
  event.tenant = key.tenant;
  event.rows.push_back(api_key_digest(key));
  co_return co_await append_audit(transaction, event, plan.who, key.changed_at);
}

Task<Outcome<void>> revoke_api_key(Transaction& transaction, const ApiKeyPlan& plan) {
  auto stored = co_await load_api_key(transaction, *plan.store, plan.key.id);
  if (!stored) co_return stored.error();
  ApiKey& key = stored->key;
  if (key.revoked_at) co_return Outcome<void>();
  key.revoked_at = now_microseconds();
  put_api_key(transaction, *plan.store, key);
  erase_api_key_entry(transaction, key);
  AuditEvent event = plan.event;
  event.tenant = key.tenant;
  event.rows.push_back(api_key_digest(key));
  co_return co_await append_audit(transaction, event, plan.who, *key.revoked_at);
}

Async<void> revoke_stored(std::shared_ptr<const ApiKeyPlan> plan) {
  if (!is_api_key_id(plan->key.id)) co_return failed(Errc::not_found);
  WorkBody<void> body = [plan](Transaction& transaction) { return revoke_api_key(transaction, *plan); };
  const std::size_t bytes = sizeof(ApiKeyPlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<void>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

}  // namespace

Outcome<ApiKey> ApiKeys::find(std::string_view id) const {
  if (!is_api_key_id(id)) return failed(Errc::not_found);
  const StoreContext& store = *context_;
  WorkBody<ApiKey> body = [&store, id](Transaction& transaction) { return look_up(transaction, store, id); };
  return read<ApiKey>(*store.engine, std::move(body));
}

Outcome<std::vector<ApiKey>> ApiKeys::list(std::optional<crypto::Uuid> tenant) const {
  const StoreContext& store = *context_;
  return read<std::vector<ApiKey>>(
      *store.engine, [&store, tenant](Transaction& transaction) { return read_all(transaction, store, tenant); });
}

Async<void> ApiKeys::add(ApiKey key, AuditContext who) {
  if (!is_api_key_id(key.id)) throw std::invalid_argument("an API key has an id that no row can have");
  const auto plan = api_key_plan(context_, std::move(key), AuditAction::api_key_create, std::move(who));
  WorkBody<void> body = [plan](Transaction& transaction) { return add_api_key(transaction, *plan); };
  const std::size_t bytes = sizeof(ApiKeyPlan) + plan->key.name.size() + audit_bytes(plan->event, plan->who);
  return write<void>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

Async<void> ApiKeys::revoke(std::string id, AuditContext who) {
  ApiKey key;
  key.id = std::move(id);
  return revoke_stored(api_key_plan(context_, std::move(key), AuditAction::api_key_revoke, std::move(who)));
}

}  // namespace tacit::store
