// Seals tenants' private keys to the primary root key. The work, a few elliptic curve operations for each, is done
// before the transaction, so that servers' changes do not wait for it.
#include "store/engine/await.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/model/failures.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

/// Tenants per snapshot.
constexpr std::size_t tenants_at_a_time = 4096;
/// The cost of replacing a record in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;

struct PlannedTenant {
  crypto::Uuid id;
  Bytes before;  ///< the record as it was read
  Tenant tenant;
  Bytes after;
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
    plan.tenants.push_back({id, Bytes(row.begin(), row.end()), std::move(**loaded), {}});
  }
}

/// Collects up to `most` tenants whose key is sealed to another root key than the primary one.
Task<Outcome<void>> gather(Transaction& transaction, RewrapPosition from, std::size_t most, RootPlan& plan) {
  const StoreContext& store = *plan.store;
  const crypto::KeyId& target = store.keys.root_public->primary().id;
  Bytes start = std::move(from.key);
  plan.more = true;
  for (std::size_t seen = 0; seen < tenants_at_a_time && plan.tenants.size() < most; ++seen) {
    const auto rows = co_await transaction.scan(Table::tenants, {}, start, 1);
    note_step();
    plan.more = !rows.empty();
    ParsedKey key;
    if (!plan.more || !parse_key(rows.front().key, key)) break;
    const RowKey next = after_tenant(key.tenant);
    start.assign(next.view().begin(), next.view().end());
    if (key.kind != static_cast<std::uint8_t>(RowKind::record)) continue;
    const auto record = peek_tenant_record(rows.front().value);
    if (record && (!record->key || record->key->root_key_id() == target)) continue;
    co_await plan_record(transaction, store, key.tenant, rows.front().value, plan);
  }
  plan.step.next.key = std::move(start);
  co_return Outcome<void>();
}

/// Seals the collected keys again. Leaves out those that cannot be opened.
void seal(RootPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  std::vector<PlannedTenant> sealed;
  for (PlannedTenant& planned : plan.tenants) {
    TenantRecord& record = planned.tenant.record;
    if (!record.key) continue;
    auto key = crypto::rewrap_tenant_key(*keys.root_private, keys.root_public->primary(), keys.root_signer(),
                                         keys.store(), planned.id, *record.key);
    if (!key) {
      plan.step.problems.push_back(problem_of(planned.id, "its private key cannot be opened"));
      continue;
    }
    record.key = std::move(*key);
    planned.after = encode_tenant_record(record, planned.id, *planned.tenant.keys);
    sealed.push_back(std::move(planned));
  }
  crypto::burn_stack();
  plan.tenants = std::move(sealed);
}

/// The opened box is the one in `before`: if other parts of the record have changed, only the box is replaced.
Task<Outcome<bool>> replace(Transaction& transaction, const StoreContext& store, const PlannedTenant& planned) {
  const RowKey key = record_row_key(planned.id);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (row && std::ranges::equal(*row, planned.before)) {
    transaction.put(Table::tenants, key.view(), planned.after);
    co_return true;
  }
  auto loaded = co_await load_tenant(transaction, store.metadata(), planned.id);
  if (!loaded) co_return loaded.error();
  const auto before = peek_tenant_record(planned.before);
  if (!*loaded || !(*loaded)->record.key || !before || (*loaded)->record.key->box != before->key->box) co_return false;
  (*loaded)->record.key = planned.tenant.record.key;
  co_await save_tenant(transaction, **loaded);
  co_return true;
}

Task<Outcome<RewrapStep>> replace_all(Transaction& transaction, const RootPlan& plan) {
  // The target key may have been retired meanwhile.
  const auto newest = co_await check_newest(transaction, plan.store->keys, KeyKind::root);
  if (!newest) co_return newest.error();
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

}  // namespace

Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most) {
  if (!store->keys.root_private) co_return failed(Errc::unavailable, "this process has no root private key");
  const auto plan = std::make_shared<RootPlan>();
  plan->store = store;
  plan->step.next = std::move(from);
  do {
    WorkBody<void> gathering = [&plan, most](Transaction& transaction) {
      return gather(transaction, plan->step.next, most, *plan);
    };
    const auto gathered = read<void>(*store->engine, std::move(gathering));
    if (!gathered) co_return gathered.error();
  } while (plan->tenants.empty() && plan->step.problems.empty() && plan->more);
  plan->step.finished = !plan->more;
  seal(*plan);
  if (plan->tenants.empty()) co_return plan->step;
  WorkBody<RewrapStep> body = [plan](Transaction& transaction) { return replace_all(transaction, *plan); };
  const std::size_t bytes = sizeof(RootPlan) + bytes_of_one * plan->tenants.size();
  co_return co_await write<RewrapStep>(*store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace tacit::store
