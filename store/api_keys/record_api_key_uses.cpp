// When API keys were last used. Callers collect uses in memory (auth/api_keys/api_key_uses.hpp) and submit them from
// time to time, so a request costs no write; a stored time is not rewritten for a difference of a minute. On an engine
// that several hosts share, a use has a row of its own (store/rows/api_key_use.hpp).
#include <algorithm>
#include <chrono>

#include "store/api_keys/api_key_table.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/engine/await.hpp"
#include "store/rows/api_key_use.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t most_at_once = 1024;  // keys in one transaction
constexpr std::int64_t worth_writing = std::chrono::microseconds(std::chrono::seconds(60)).count();
constexpr std::size_t bytes_of_one = 4096;  // each row is on another page, which is copied

struct UsesPlan {
  ContextPtr store;
  std::vector<ApiKeyUse> uses;
};

Task<void> note(Transaction& transaction, const StoreContext& store, const ApiKeyUse& use) {
  auto stored = co_await load_api_key(transaction, store, use.id);
  if (!stored || stored->key.revoked_at) co_return;
  const auto last = stored->key.last_used_at;
  if (last && use.at - *last <= worth_writing) co_return;
  if (!stored->indexed) {
    const auto tenant = co_await load_or_make_tenant(transaction, store, stored->key.tenant);
    if (!tenant) co_return;
    put_api_key_entry(transaction, stored->key);
  }
  stored->key.last_used_at = use.at;
  put_api_key(transaction, store, stored->key);
}

/// On a shared engine. The key's row is read, so that no use stays behind when the key is erased at the same time.
Task<void> note_apart(Transaction& transaction, const StoreContext& store, const ApiKeyUse& use) {
  auto stored = co_await load_api_key(transaction, store, use.id);
  if (!stored || stored->key.revoked_at) co_return;
  co_await add_last_use(transaction, store, stored->key);
  const auto last = stored->key.last_used_at;
  if (last && use.at - *last <= worth_writing) co_return;
  put_api_key_use(transaction, store.metadata(), use.id, use.at);
}

Task<Outcome<void>> note_all(Transaction& transaction, const UsesPlan& plan) {
  if (transaction.traits().shared) {
    for (const ApiKeyUse& use : plan.uses) {
      transaction.expect(Table::api_keys, crypto::as_bytes(use.id));
      transaction.expect(Table::meta, api_key_use_row_key(use.id));
    }
  }
  for (const ApiKeyUse& use : plan.uses) {
    if (!is_api_key_id(use.id)) continue;
    if (transaction.traits().shared) {
      co_await note_apart(transaction, *plan.store, use);
    } else {
      co_await note(transaction, *plan.store, use);
    }
  }
  co_return Outcome<void>();
}

Async<void> store_uses(ContextPtr store, std::vector<ApiKeyUse> uses) {
  const std::size_t at_once = std::max<std::size_t>(std::min(most_at_once, store->engine->traits().rows_per_write), 1);
  for (std::size_t done = 0; done < uses.size(); done += at_once) {
    const auto plan = std::make_shared<UsesPlan>();
    plan->store = store;
    const std::size_t end = std::min(uses.size(), done + at_once);
    for (std::size_t i = done; i < end; ++i) plan->uses.push_back(std::move(uses[i]));
    WorkBody<void> body = [plan](Transaction& transaction) { return note_all(transaction, *plan); };
    const std::size_t bytes = sizeof(UsesPlan) + bytes_of_one * plan->uses.size();
    const auto written = co_await write<void>(*store->engine, std::move(body), Growth::refuses, bytes);
    if (!written) co_return written;
  }
  co_return Outcome<void>();
}

}  // namespace

Async<void> ApiKeys::record_uses(std::vector<ApiKeyUse> uses) { return store_uses(context_, std::move(uses)); }

}  // namespace tacit::store
