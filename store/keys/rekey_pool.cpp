#include "store/keys/rekey_pool.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "store/engine/await.hpp"
#include "store/engine/walk_size.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// Rows per snapshot.
constexpr std::size_t rows_of_snapshot = 4096;
/// The cost of a prekey in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;

struct PoolPlan {
  RekeyOrderPtr order;
  std::vector<std::pair<Bytes, Bytes>> old{};  ///< keys and values, as read
  std::vector<crypto::TenantKey> fresh{};      ///< as many
  RekeyPoolStep step{};
};

/// As with tenants' pairs (may_have_done_pair): one of an earlier root signing key is old, whatever instant it names.
bool is_old(const RekeyOrder& order, const Row& row) {
  const auto key = decode_prekey(row.key, row.value);
  if (!key || key->certificate->signer != primary_of(order.store->keys, KeyKind::signing)) return true;
  return key->certificate->made < order.started || order.repeated.contains(key->certificate->number);
}

Task<Outcome<void>> gather(Transaction& transaction, PoolPlan& plan) {
  Bytes& at = plan.step.next;
  if (at.empty()) at.assign(prekey_prefix().begin(), prekey_prefix().end());
  const EngineTraits& traits = transaction.traits();
  const std::size_t ask = rows_of_scan(traits, rows_of_snapshot);
  const std::size_t most = items_of_write(traits, most_prekeys_at_once, 4);
  const auto rows = co_await scan_prekeys(transaction, at, ask);
  for (const Row& row : rows) {
    if (plan.old.size() == most) co_return Outcome<void>();
    if (is_old(*plan.order, row)) {
      plan.old.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()));
    }
    go_on_after(at, row.key);
  }
  plan.step.ended = rows.size() < ask;
  co_return Outcome<void>();
}

Task<Outcome<void>> replace(Transaction& transaction, const PoolPlan& plan) {
  const auto allowed = co_await check_rekey(transaction, plan.order->store->keys);
  if (!allowed) co_return allowed.error();
  for (const auto& row : plan.old) transaction.expect(Table::meta, row.first);
  for (std::size_t i = 0; i < plan.old.size(); ++i) {
    const auto& [key, value] = plan.old[i];
    const auto row = co_await transaction.get(Table::meta, key);
    if (!row || !std::ranges::equal(*row, value)) continue;  // a tenant took it
    transaction.erase(Table::meta, key);
    put_prekey(transaction, plan.fresh[i]);
  }
  co_return Outcome<void>();
}

}  // namespace

Async<RekeyPoolStep> renew_some_prekeys(RekeyOrderPtr order, Bytes start) {
  const StoreKeys& keys = order->store->keys;
  const auto plan = std::make_shared<PoolPlan>();
  plan->order = order;
  plan->step.next = std::move(start);
  WorkBody<void> gathering = [&plan](Transaction& transaction) { return gather(transaction, *plan); };
  const auto gathered = read_blocking<void>(*order->store->engine, std::move(gathering));
  if (!gathered) co_return gathered.error();
  if (plan->old.empty()) co_return plan->step;
  const std::int64_t made = std::max(now_microseconds(), order->started);
  for (std::size_t i = 0; i < plan->old.size(); ++i) {
    plan->fresh.push_back(crypto::make_certified_key(*keys.root_public, *keys.root_signer(), keys.store(), made));
  }
  crypto::burn_stack();
  WorkBody<void> body = [plan](Transaction& transaction) { return replace(transaction, *plan); };
  const std::size_t bytes = sizeof(PoolPlan) + 2 * bytes_of_one * plan->old.size();
  const auto replaced = co_await write<void>(*order->store->engine, std::move(body), Growth::grows, bytes);
  if (!replaced) co_return replaced.error();
  co_return plan->step;
}

}  // namespace tacit::store
