// Seals the private halves of tenants' key pairs to the primary root key, and signs certified pairs with the primary
// root signing key. The work, a few elliptic curve operations for each, is done before the transaction, so that
// servers' changes do not wait for it.
#include <algorithm>
#include <utility>

#include "store/engine/await.hpp"
#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/model/failures.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

/// Tenants per snapshot.
constexpr std::size_t tenants_at_a_time = 4096;
/// On an engine that waits for each.
constexpr std::size_t tenants_of_waiting_snapshot = 256;
/// Rows that a tenant's renewal reads and writes.
constexpr std::size_t rows_of_one = 4;
/// The cost of replacing a record in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;

struct PlannedTenant {
  crypto::Uuid id;
  Bytes before;  ///< the record as it was read
  Tenant tenant;
  Bytes after{};
  std::vector<std::pair<crypto::TenantKey, crypto::TenantKey>> pairs{};  ///< as they were read, and renewed
};

struct RootPlan {
  ContextPtr store;
  std::vector<PlannedTenant> tenants;
  RewrapStep step;
  bool more = false;  ///< there may be tenants after those that were read
};

std::string problem_of(const crypto::Uuid& tenant, const std::string& what) {
  return "tenant " + tenant.str() + ": " + what;
}

Task<void> plan_record(Transaction& transaction, const StoreContext& store, crypto::Uuid id, ByteView row,
                       RootPlan& plan) {
  auto loaded = co_await load_tenant(transaction, store.metadata(), id);
  if (!loaded) {
    plan.step.problems.push_back(problem_of(id, loaded.error().subject));
  } else if (*loaded) {
    plan.tenants.push_back({.id = id, .before = Bytes(row.begin(), row.end()), .tenant = std::move(**loaded)});
  }
}

/// Whether the pair is sealed to another root key than the primary one, or signed by another key.
bool is_stale(const StoreKeys& keys, const std::optional<crypto::TenantKey>& pair) {
  if (!pair) return false;
  if (pair->root_key_id() != keys.root_public->primary().id) return true;
  const auto* const signer = keys.root_signer();
  return pair->certificate && signer != nullptr && pair->certificate->signer != signer->id;
}

/// Collects up to `most` tenants with a stale pair.
Task<Outcome<void>> gather(Transaction& transaction, RewrapPosition from, std::size_t most, RootPlan& plan) {
  const StoreContext& store = *plan.store;
  Bytes start = std::move(from.key);
  plan.more = true;
  plan.tenants.clear();  // the engine may run this more than once
  plan.step.problems.clear();
  const std::size_t seen_at_most = transaction.traits().waits ? tenants_of_waiting_snapshot : tenants_at_a_time;
  for (std::size_t seen = 0; seen < seen_at_most && plan.tenants.size() < most; ++seen) {
    const auto rows = co_await transaction.scan(Table::tenants, {}, start, 1);
    note_step();
    plan.more = !rows.empty();
    if (!plan.more) break;
    ParsedKey key;
    const bool has_tenant = parse_key(rows.front().key, key);
    pass_tenant(start, rows.front().key);
    if (!has_tenant || key.kind != static_cast<std::uint8_t>(RowKind::record)) continue;
    const auto record = peek_tenant_record(rows.front().value);
    if (record && !is_stale(store.keys, record->key) && !is_stale(store.keys, record->previous_key)) continue;
    co_await plan_record(transaction, store, key.tenant, rows.front().value, plan);
  }
  plan.step.next.key = std::move(start);
  co_return Outcome<void>();
}

/// Renews a pair if it is stale. A pair whose certificate is not acceptable, or that cannot be opened, is a problem and
/// stays as it is.
void renew(PlannedTenant& planned, std::optional<crypto::TenantKey>& pair, const char* name, RootPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  if (!is_stale(keys, pair)) return;
  const auto accepted = check_tenant_key(keys, *pair);
  if (!accepted) {
    plan.step.problems.push_back(problem_of(planned.id, accepted.error().subject));
    return;
  }
  if (is_from_the_future(*pair)) {
    plan.step.problems.push_back(problem_of(
        planned.id, std::string("its ") + name + " says that it was made in the future: run tacit tenant rekey"));
    return;
  }
  auto renewed = crypto::rewrap_tenant_key(*keys.root_private, keys.root_public->primary(), keys.root_signer(),
                                           keys.store(), planned.id, *pair);
  if (!renewed) {
    plan.step.problems.push_back(problem_of(planned.id, std::string("its ") + name + " cannot be opened"));
    return;
  }
  planned.pairs.emplace_back(*pair, *renewed);
  pair = std::move(*renewed);
}

/// Renews the collected pairs. Leaves out tenants that have none to renew.
void seal(RootPlan& plan) {
  std::vector<PlannedTenant> sealed;
  for (PlannedTenant& planned : plan.tenants) {
    TenantRecord& record = planned.tenant.record;
    renew(planned, record.key, "private key", plan);
    renew(planned, record.previous_key, "previous private key", plan);
    if (planned.pairs.empty()) continue;
    planned.after = encode_tenant_record(record, planned.id, *planned.tenant.keys);
    sealed.push_back(std::move(planned));
  }
  crypto::burn_stack();
  plan.tenants = std::move(sealed);
}

/// A rekey may have made the pair the previous one meanwhile.
bool put_pair(TenantRecord& record, const crypto::TenantKey& before, const crypto::TenantKey& after) {
  for (std::optional<crypto::TenantKey>* pair : {&record.key, &record.previous_key}) {
    if (*pair != before) continue;
    *pair = after;
    return true;
  }
  return false;
}

/// If other parts of the record have changed, only the pairs are replaced.
Task<Outcome<bool>> replace(Transaction& transaction, const StoreContext& store, const PlannedTenant& planned) {
  const RowKey key = record_row_key(planned.id);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (row && std::ranges::equal(*row, planned.before)) {
    transaction.put(Table::tenants, key.view(), planned.after);
    co_return true;
  }
  auto loaded = co_await load_tenant(transaction, store.metadata(), planned.id);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return false;
  bool replaced = false;
  for (const auto& [before, after] : planned.pairs) {
    replaced = put_pair((*loaded)->record, before, after) || replaced;
  }
  if (replaced) co_await save_tenant(transaction, **loaded);
  co_return replaced;
}

Task<Outcome<RewrapStep>> replace_all(Transaction& transaction, const RootPlan& plan) {
  // The target keys may have been retired meanwhile.
  const StoreKeys& keys = plan.store->keys;
  const auto newest = co_await check_newest(transaction, keys, KeyKind::root);
  if (!newest) co_return newest.error();
  if (keys.phase() != crypto::SigningPhase::none) {
    const auto newest_signer = co_await check_newest(transaction, keys, KeyKind::signing);
    if (!newest_signer) co_return newest_signer.error();
  }
  RewrapStep step = plan.step;
  for (const PlannedTenant& planned : plan.tenants) {
    const auto replaced = co_await replace(transaction, *plan.store, planned);
    if (replaced) {
      if (*replaced) ++step.tenants;
    } else if (replaced.error().code != Errc::unavailable) {  // a tenant that is being erased has no key any more
      step.problems.push_back(problem_of(planned.id, replaced.error().subject));
    }
  }
  co_return step;
}

Async<RewrapStep> rewrap_tenants(ContextPtr store, RewrapPosition from, std::size_t most) {
  const auto plan = std::make_shared<RootPlan>();
  plan->store = store;
  plan->step.next = std::move(from);
  most = items_of_write(store->engine->traits(), most, rows_of_one);
  do {
    WorkBody<void> gathering = [&plan, most](Transaction& transaction) {
      return gather(transaction, plan->step.next, most, *plan);
    };
    const auto gathered = read_blocking<void>(*store->engine, std::move(gathering));
    if (!gathered) co_return gathered.error();
  } while (plan->tenants.empty() && plan->step.problems.empty() && plan->more);
  plan->step.finished = !plan->more;
  seal(*plan);
  if (plan->tenants.empty()) co_return plan->step;
  WorkBody<RewrapStep> body = [plan](Transaction& transaction) { return replace_all(transaction, *plan); };
  const std::size_t bytes = sizeof(RootPlan) + bytes_of_one * plan->tenants.size();
  co_return co_await write<RewrapStep>(*store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace

Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most) {
  const StoreKeys& keys = store->keys;
  if (!keys.root_private) co_return failed(Errc::unavailable, "this process has no root private key");
  const bool is_signing = keys.phase() != crypto::SigningPhase::none;
  if (is_signing && keys.root_signer() == nullptr) {
    co_return failed(Errc::unavailable, "this process has no root signing key");
  }
  if (is_signing && from.table == Table::tenants && from.key.empty()) from.table = Table::meta;
  std::vector<std::string> problems;
  if (from.table == Table::meta) {
    auto step = co_await rewrap_signed_rows(store, std::move(from), most);
    if (!step || step->rows() > 0 || step->next.table == Table::meta) co_return step;
    from = std::move(step->next);
    problems = std::move(step->problems);
  }
  auto step = co_await rewrap_tenants(store, std::move(from), most);
  if (step) step->problems.insert(step->problems.begin(), problems.begin(), problems.end());
  co_return step;
}

}  // namespace tacit::store
