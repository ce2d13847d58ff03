// The pool of prekeys: its figures, additions and removals; and the tenants whose key pair is not signed.
#include "store/keys/prekeys.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
// Whichever comes first: on a slow disk each tenant may cost a read.
constexpr std::size_t tenants_at_a_time = 4096;
constexpr std::chrono::milliseconds time_of_tenants{50};
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

/// Whether a walk may continue.
bool goes_on(const Keys::Rest& rest) { return !rest || rest(); }

Failure was_ended() { return failed(Errc::unavailable, "the count was ended"); }

/// Calls `use` for the row of each prekey, on successive snapshots.
Outcome<void> use_all(const StoreContext& store, const UseRow& use, const Keys::Rest& rest = {}) {
  Bytes start(prekey_prefix().begin(), prekey_prefix().end());
  for (;;) {
    const auto more =
        read<bool>(*store.engine, [&](Transaction& transaction) { return use_some(transaction, start, use); });
    if (!more) return more.error();
    if (!*more) return {};
    if (!goes_on(rest)) return was_ended();
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
  if (rows < store_format) co_return failed(Errc::unavailable, "the store's format is being raised");
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
  for (const auto& [key, value] : plan.rows) {
    const auto row = co_await transaction.get(Table::meta, key);
    if (!row || !std::ranges::equal(*row, value)) continue;
    transaction.erase(Table::meta, key);
    ++removed;
  }
  co_return removed;
}

struct UnsignedCount {
  Bytes start;
  std::uint64_t tenants = 0;
};

/// Returns whether there may be further tenants.
Task<Outcome<bool>> count_some(Transaction& transaction, UnsignedCount& count) {
  const auto until = std::chrono::steady_clock::now() + time_of_tenants;
  for (std::size_t seen = 0; seen < tenants_at_a_time; ++seen) {
    if (seen > 0 && std::chrono::steady_clock::now() >= until) break;
    const auto rows = co_await transaction.scan(Table::tenants, {}, count.start, 1);
    if (rows.empty()) co_return false;
    ParsedKey key;
    const bool has_tenant = parse_key(rows.front().key, key);
    pass_tenant(count.start, rows.front().key);
    if (!has_tenant || key.kind != static_cast<std::uint8_t>(RowKind::record)) continue;
    const auto record = peek_tenant_record(rows.front().value);
    if (record && record->key && !record->key->certificate) ++count.tenants;
  }
  co_return true;
}

Task<Outcome<std::uint64_t>> count_meta(Transaction& transaction) { co_return co_await transaction.count(Table::meta); }

}  // namespace

bool Keys::makes_prekeys() const {
  const ContextPtr store = context_;
  return store->keys.phase() != crypto::SigningPhase::none && store->keys.root_signer() != nullptr;
}

Outcome<PrekeyFigures> Keys::prekeys(const Rest& rest) const {
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

Async<void> Keys::add_prekeys(std::size_t number) {
  const auto plan = std::make_shared<AddPlan>();
  plan->store = context_;
  const StoreKeys& keys = plan->store->keys;
  const auto* const signer = keys.root_signer();
  if (signer == nullptr) {
    co_return failed(Errc::not_allowed, "root-signing-keyring is needed to make key pairs for new tenants");
  }
  const std::int64_t now = now_microseconds();
  for (std::size_t i = 0; i < std::min(number, most_prekeys_at_once); ++i) {
    plan->keys.push_back(crypto::make_certified_key(*keys.root_public, *signer, keys.store(), now));
  }
  crypto::burn_stack();
  WorkBody<void> body = [plan](Transaction& transaction) { return add_all(transaction, *plan); };
  const std::size_t bytes = sizeof(AddPlan) + bytes_of_one * plan->keys.size();
  co_return co_await write<void>(*plan->store->engine, std::move(body), Growth::grows, bytes);
}

Async<std::uint64_t> Keys::remove_bad_prekeys() {
  const auto plan = std::make_shared<RemovePlan>();
  plan->store = context_;
  const UseRow collect = [&plan](const Row& row) {
    if (plan->rows.size() == most_removed || usable_pair(plan->store->keys, row)) return;
    plan->rows.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()));
  };
  const auto walked = use_all(*plan->store, collect);
  if (!walked) co_return walked.error();
  if (plan->rows.empty()) co_return std::uint64_t{0};
  WorkBody<std::uint64_t> body = [plan](Transaction& transaction) { return remove_all(transaction, *plan); };
  const std::size_t bytes = sizeof(RemovePlan) + bytes_of_one * plan->rows.size();
  co_return co_await write<std::uint64_t>(*plan->store->engine, std::move(body), Growth::shrinks, bytes);
}

Outcome<std::uint64_t> Keys::pool_rows() const {
  const ContextPtr store = context_;
  return read<std::uint64_t>(*store->engine, count_meta);
}

Outcome<std::uint64_t> Keys::unsigned_tenants(const Rest& rest) const {
  const ContextPtr store = context_;
  UnsignedCount count;
  for (;;) {
    const auto more =
        read<bool>(*store->engine, [&count](Transaction& transaction) { return count_some(transaction, count); });
    if (!more) return more.error();
    if (!*more) return count.tenants;
    if (!goes_on(rest)) return was_ended();
  }
}

}  // namespace tacit::store
