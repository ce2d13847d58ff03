// API keys for authentication and for the operator.
#include "store/api_keys/api_keys.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <unordered_map>

#include "store/api_keys/api_key_limit.hpp"
#include "store/api_keys/api_key_table.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 1024;

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

/// Not a coroutine: one that waits may be resumed on another thread, with the address of the first one's variable.
Outcome<ApiKey> verified_key(const StoreContext& store, std::string_view id, ByteView row) {
  thread_local VerifiedRows verified;
  auto key = verified.decode(store, id, row);
  if (!key) return api_key_altered(id);
  return std::move(*key);
}

Task<Outcome<ApiKey>> look_up(Transaction& transaction, const StoreContext& store, std::string_view id) {
  const auto row = co_await transaction.get(Table::api_keys, crypto::as_bytes(id));
  if (!row) co_return failed(Errc::not_found);
  co_return verified_key(store, id, *row);
}

/// One of a number of things that may happen at the same time, as long as it exists.
class InFlight {
 public:
  explicit InFlight(std::shared_ptr<std::atomic<std::size_t>> number) : number_(std::move(number)) {
    before_ = number_->fetch_add(1, std::memory_order_relaxed);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { number_->fetch_sub(1, std::memory_order_relaxed); }
  std::size_t others() const { return before_; }

 private:
  std::shared_ptr<std::atomic<std::size_t>> number_;
  std::size_t before_ = 0;
};

Async<ApiKey> find_stored(ContextPtr store, std::string id, std::shared_ptr<std::atomic<std::size_t>> look_ups) {
  const InFlight in_flight(std::move(look_ups));
  if (in_flight.others() >= ApiKeys::most_look_ups) co_return failed(Errc::overloaded);
  const StoreContext& context = *store;
  WorkBody<ApiKey> body = [&context, &id](Transaction& transaction) { return look_up(transaction, context, id); };
  co_return co_await read<ApiKey>(*context.engine, std::move(body));
}

/// The first possible key after that one.
Bytes after(ByteView key) {
  Bytes next(key.begin(), key.end());
  next.push_back(0);
  return next;
}

/// Gives the keys their uses that have rows of their own.
Task<void> add_last_uses(Transaction& transaction, const StoreContext& store, std::vector<ApiKey>& keys) {
  std::unordered_map<std::string, ApiKey*> by_id;
  for (ApiKey& key : keys) by_id.emplace(key.id, &key);
  Bytes start;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::meta, api_key_use_prefix(), start, rows_at_a_time);
    for (const Row& row : rows) {
      const std::string id(api_key_of_use(row.key));
      const auto found = by_id.find(id);
      const auto use = decode_api_key_use(id, row.value, store.metadata());
      if (found == by_id.end() || !use) continue;
      ApiKey& key = *found->second;
      key.last_used_at = std::max(*use, key.last_used_at.value_or(*use));
    }
    if (rows.size() < rows_at_a_time) co_return;
    start = after(rows.back().key);
    transaction.release_rows();
  }
}

Task<Outcome<std::vector<ApiKey>>> read_all(Transaction& transaction, const StoreContext& store,
                                            std::optional<crypto::Uuid> tenant) {
  std::vector<ApiKey> keys;
  Bytes start;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::api_keys, {}, start, rows_at_a_time);
    for (const Row& row : rows) {
      auto key = decode_api_key(row.key, row.value, store.metadata());
      if (!key) co_return api_key_altered(crypto::as_text(row.key));
      if (!tenant || key->tenant == *tenant) keys.push_back(std::move(*key));
    }
    if (rows.size() < rows_at_a_time) break;
    start = after(rows.back().key);
    transaction.release_rows();
  }
  if (transaction.traits().shared) co_await add_last_uses(transaction, store, keys);
  co_return keys;
}

struct ApiKeyPlan {
  ContextPtr store;
  ApiKey key;
  std::optional<ApiKeyCount> counted{};  ///< of the tenant's keys, on a shared engine
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
  const auto allowed_more = co_await check_api_key_limit(transaction, *plan.store, *tenant, plan.counted);
  if (!allowed_more) co_return allowed_more.error();
  ApiKey key = plan.key;
  key.changed_at = now_microseconds();
  put_api_key(transaction, *plan.store, key);
  put_api_key_entry(transaction, key);
  AuditEvent event = plan.event;
  event.tenant = key.tenant;
  event.rows.push_back(api_key_digest(key));
  if (transaction.traits().shared) {
    const auto numbered = co_await number_api_key_event(transaction, *plan.store, key.tenant, event);
    if (!numbered) co_return numbered.error();
  }
  co_return co_await append_audit(transaction, event, plan.who, key.changed_at);
}

/// How often a key is added again after a conflict.
constexpr int max_attempts = 8;

Async<void> add_stored(std::shared_ptr<ApiKeyPlan> plan) {
  Engine& engine = *plan->store->engine;
  const std::size_t bytes = sizeof(ApiKeyPlan) + plan->key.name.size() + audit_bytes(plan->event, plan->who);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    if (engine.traits().shared) {
      WorkBody<ApiKeyCount> count = [plan](Transaction& transaction) {
        return count_api_keys(transaction, *plan->store, plan->key.tenant);
      };
      const auto counted = co_await read<ApiKeyCount>(engine, std::move(count));
      if (!counted) co_return counted.error();
      plan->counted = *counted;
    }
    WorkBody<void> body = [plan](Transaction& transaction) { return add_api_key(transaction, *plan); };
    auto added = co_await write<void>(engine, std::move(body), growth_of(plan->event.action), bytes);
    const bool counts_again = engine.traits().shared && !added && added.error().code == Errc::conflict;
    if (!counts_again) co_return added;
  }
  co_return failed(Errc::conflict);
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
  if (transaction.traits().shared) {
    const auto numbered = co_await number_api_key_event(transaction, *plan.store, key.tenant, event);
    if (!numbered) co_return numbered.error();
  }
  co_return co_await append_audit(transaction, event, plan.who, *key.revoked_at);
}

Async<void> revoke_stored(std::shared_ptr<const ApiKeyPlan> plan) {
  if (!is_api_key_id(plan->key.id)) co_return failed(Errc::not_found);
  WorkBody<void> body = [plan](Transaction& transaction) { return revoke_api_key(transaction, *plan); };
  const std::size_t bytes = sizeof(ApiKeyPlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<void>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

}  // namespace

std::optional<Outcome<ApiKey>> ApiKeys::find_at_once(std::string_view id) const {
  if (!is_api_key_id(id)) return failed(Errc::not_found);
  const StoreContext& store = *context_;
  if (store.engine->traits().waits) {
    const auto row = store.engine->cached(Table::api_keys, crypto::as_bytes(id));
    if (!row) return std::nullopt;
    if (!row->value) return failed(Errc::not_found);
    return verified_key(store, id, *row->value);
  }
  WorkBody<ApiKey> body = [&store, id](Transaction& transaction) { return look_up(transaction, store, id); };
  return read_blocking<ApiKey>(*store.engine, std::move(body));
}

Async<ApiKey> ApiKeys::find(std::string id) const {
  auto at_once = find_at_once(id);
  if (at_once) co_return std::move(*at_once);
  co_return co_await find_stored(context_, std::move(id), look_ups_);
}

Outcome<std::vector<ApiKey>> ApiKeys::list(std::optional<crypto::Uuid> tenant) const {
  const StoreContext& store = *context_;
  return read_blocking<std::vector<ApiKey>>(
      *store.engine, [&store, tenant](Transaction& transaction) { return read_all(transaction, store, tenant); });
}

Async<void> ApiKeys::add(ApiKey key, AuditContext who) {
  if (!is_api_key_id(key.id)) throw std::invalid_argument("an API key has an id that no row can have");
  return add_stored(api_key_plan(context_, std::move(key), AuditAction::api_key_create, std::move(who)));
}

Async<void> ApiKeys::revoke(std::string id, AuditContext who) {
  ApiKey key;
  key.id = std::move(id);
  return revoke_stored(api_key_plan(context_, std::move(key), AuditAction::api_key_revoke, std::move(who)));
}

}  // namespace tacit::store
