#include "store/keys/prekeys.hpp"

#include <algorithm>
#include <vector>

#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/engine/walk_size.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
/// Rows to remove in one call.
constexpr std::size_t most_removed = 4096;
/// The cost of a prekey in the map: a share of its page and of the pages above it.
constexpr std::size_t bytes_of_one = 1024;

using UseRow = std::function<void(const Row&)>;

Task<Outcome<bool>> use_some(Transaction& transaction, Bytes& start, const UseRow& use) {
  const auto rows = co_await scan_prekeys(transaction, start, rows_at_a_time);
  for (const Row& row : rows) use(row);
  if (rows.size() < rows_at_a_time) co_return false;
  start.assign(rows.back().key.begin(), rows.back().key.end());
  start.push_back(0);  // the next possible key
  co_return true;
}

/// Calls `use` for the row of each prekey, on successive snapshots.
Outcome<void> use_all(const StoreContext& store, const UseRow& use, const WalkRest& rest = {}) {
  Bytes start(prekey_prefix().begin(), prekey_prefix().end());
  for (;;) {
    const auto more =
        read_blocking<bool>(*store.engine, [&](Transaction& transaction) { return use_some(transaction, start, use); });
    if (!more) return more.error();
    if (!*more) return {};
    if (!goes_on(rest)) return walk_was_ended();
  }
}

/// The key pair of a row, if values may be sealed to it.
std::optional<crypto::TenantKey> usable_pair(const StoreKeys& keys, const Row& row) {
  auto key = decode_prekey(row.key, row.value);
  if (!key || !is_usable_prekey(keys, *key)) return std::nullopt;
  return key;
}

struct AddPlan {
  ContextPtr store;
  std::vector<crypto::TenantKey> keys;
};

/// Succeeds if the loaded keyrings are the newest that the store has seen.
Task<Outcome<void>> check_rings(Transaction& transaction, const StoreKeys& keys) {
  const auto root = co_await check_newest(transaction, keys, KeyKind::root);
  if (!root) co_return root.error();
  co_return co_await check_newest(transaction, keys, KeyKind::signing);
}

Task<Outcome<void>> add_all(Transaction& transaction, const AddPlan& plan) {
  const std::uint32_t rows = co_await rows_format(transaction);
  if (rows < third_rows_format) co_return failed(Errc::unavailable, "the store's format is being raised");
  // Pairs that name an older root key would have to be sealed again at once.
  const auto newest = co_await check_rings(transaction, plan.store->keys);
  if (!newest) co_return newest.error();
  for (const crypto::TenantKey& key : plan.keys) put_prekey(transaction, key);
  co_return Outcome<void>();
}

struct RemovePlan {
  ContextPtr store;
  std::vector<std::pair<Bytes, Bytes>> rows;  ///< keys and values, as read
};

Task<Outcome<std::uint64_t>> remove_all(Transaction& transaction, const RemovePlan& plan) {
  // To a process with older keyrings a new pair looks like one with an unknown signer.
  const auto newest = co_await check_rings(transaction, plan.store->keys);
  if (!newest) co_return newest.error();
  std::uint64_t removed = 0;
  for (const auto& row : plan.rows) transaction.expect(Table::meta, row.first);
  for (const auto& [key, value] : plan.rows) {
    const auto row = co_await transaction.get(Table::meta, key);
    if (!row || !std::ranges::equal(*row, value)) continue;
    transaction.erase(Table::meta, key);
    ++removed;
  }
  co_return removed;
}

Task<Outcome<std::uint64_t>> count_meta(Transaction& transaction) {
  co_return co_await transaction.estimate(Table::meta);
}

}  // namespace

std::vector<crypto::TenantKey> make_prekeys(const StoreKeys& keys, const crypto::SigningKeyring::Entry& signer,
                                            std::size_t number) {
  std::vector<crypto::TenantKey> pairs;
  pairs.reserve(number);
  const std::int64_t now = now_microseconds();
  while (pairs.size() < number) {
    pairs.push_back(crypto::make_certified_key(*keys.root_public, signer, keys.store(), now));
  }
  crypto::burn_stack();
  return pairs;
}

Outcome<std::vector<crypto::TenantKey>> make_prekeys(const StoreKeys& keys, std::size_t number) {
  const auto* const signer = keys.root_signer();
  if (signer == nullptr) {
    return failed(Errc::not_allowed, "root-signing-keyring is needed to make key pairs for new tenants");
  }
  return make_prekeys(keys, *signer, number);
}

bool Prekeys::are_made() const {
  const ContextPtr store = context_;
  return store->keys.phase() != crypto::SigningPhase::none && store->keys.root_signer() != nullptr;
}

Outcome<PrekeyFigures> Prekeys::figures(const WalkRest& rest) const {
  const ContextPtr store = context_;
  PrekeyFigures figures;
  const UseRow judge = [&](const Row& row) {
    const auto key = usable_pair(store->keys, row);
    if (!key) {
      ++figures.unusable;
      return;
    }
    ++figures.usable;
    ++figures.by_key[{key->root_key_id(), key->certificate->signer}];
  };
  const auto walked = use_all(*store, judge, rest);
  if (!walked) return walked.error();
  return figures;
}

Async<void> Prekeys::add(std::size_t number) {
  const auto plan = std::make_shared<AddPlan>();
  plan->store = context_;
  auto made = make_prekeys(plan->store->keys, std::min(number, most_prekeys_at_once));
  if (!made) co_return made.error();
  plan->keys = std::move(*made);
  WorkBody<void> body = [plan](Transaction& transaction) { return add_all(transaction, *plan); };
  const std::size_t bytes = sizeof(AddPlan) + bytes_of_one * plan->keys.size();
  co_return co_await write<void>(*plan->store->engine, std::move(body), Growth::grows, bytes);
}

Async<std::uint64_t> Prekeys::remove_bad() {
  const auto plan = std::make_shared<RemovePlan>();
  plan->store = context_;
  const std::size_t most = items_of_write(plan->store->engine->traits(), most_removed, 2);
  const UseRow collect = [&plan, most](const Row& row) {
    if (plan->rows.size() == most || usable_pair(plan->store->keys, row)) return;
    plan->rows.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()));
  };
  const auto walked = use_all(*plan->store, collect);
  if (!walked) co_return walked.error();
  if (plan->rows.empty()) co_return std::uint64_t{0};
  WorkBody<std::uint64_t> body = [plan](Transaction& transaction) { return remove_all(transaction, *plan); };
  const std::size_t bytes = sizeof(RemovePlan) + bytes_of_one * plan->rows.size();
  co_return co_await write<std::uint64_t>(*plan->store->engine, std::move(body), Growth::shrinks, bytes);
}

Outcome<std::uint64_t> Prekeys::pool_rows() const {
  const ContextPtr store = context_;
  if (!store->engine->traits().shared) return read_blocking<std::uint64_t>(*store->engine, count_meta);
  std::uint64_t rows = 0;
  const auto walked = use_all(*store, [&rows](const Row&) { ++rows; });
  if (!walked) return walked.error();
  return rows;
}

}  // namespace tacit::store
