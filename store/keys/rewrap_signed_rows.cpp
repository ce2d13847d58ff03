// The part of a root rewrap before the tenants: rows about the whole store, and prekeys. A prekey is opened, sealed to
// the primary root key and signed with the primary root signing key, outside the transaction. One that is not
// acceptable is removed: nothing is sealed to it, but new tenants would meet it again and again.
#include <algorithm>

#include "store/engine/await.hpp"
#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/keys/signed_rows.hpp"
#include "store/model/failures.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"

namespace tacit::store {
namespace {

/// Prekeys per snapshot: the signature of each is verified.
constexpr std::size_t prekeys_at_a_time = 512;
/// The cost of replacing a prekey in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;

struct PlannedPrekey {
  Bytes key;     ///< of its row
  Bytes before;  ///< as it was read
  Bytes after;   ///< empty: it is removed
  std::string why_removed{};
};

struct PrekeyPlan {
  ContextPtr store;
  std::vector<PlannedPrekey> prekeys;
  RewrapStep step;
  bool more = false;  ///< there may be prekeys after those that were read
};

/// Signs the single rows, before all other work of the rewrap.
Task<Outcome<RewrapStep>> do_first(Transaction& transaction, ContextPtr store) {
  const auto newest = co_await check_newest(transaction, store->keys, KeyKind::signing);
  if (!newest) co_return newest.error();
  RewrapStep step;
  const SignedRowFaults faults = co_await sign_store_rows(transaction, store->keys, *store->keys.root_signer());
  step.problems = faults.sentences();
  co_return step;
}

/// Whether the prekey stays as it is.
bool is_good(const StoreKeys& keys, const Row& row) {
  const auto key = decode_prekey(row.key, row.value);
  return key && key->root_key_id() == keys.root_public->primary().id &&
         key->certificate->signer == keys.root_signer()->id && check_tenant_key(keys, *key);
}

/// Collects up to `most` prekeys that need work.
Task<Outcome<void>> gather(Transaction& transaction, std::size_t most, PrekeyPlan& plan) {
  Bytes& at = plan.step.next.key;
  if (at.empty()) at.assign(prekey_prefix().begin(), prekey_prefix().end());
  const auto rows = co_await scan_prekeys(transaction, at, prekeys_at_a_time);
  plan.more = rows.size() == prekeys_at_a_time;
  for (const Row& row : rows) {
    note_step();
    if (plan.prekeys.size() == most) {
      at.assign(row.key.begin(), row.key.end());
      plan.more = true;
      co_return Outcome<void>();
    }
    if (is_good(plan.store->keys, row)) continue;
    plan.prekeys.push_back(
        {Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()), Bytes(), {}});
  }
  if (!rows.empty()) go_on_after(at, rows.back().key);
  co_return Outcome<void>();
}

void seal(const StoreKeys& keys, PlannedPrekey& planned) {
  const auto key = decode_prekey(planned.key, planned.before);
  if (!key) {
    planned.why_removed = "a prekey that cannot be read was removed";
  } else if (!check_tenant_key(keys, *key)) {
    planned.why_removed = "a prekey with a wrong signature was removed";
  } else if (is_from_the_future(*key)) {
    planned.why_removed = "a prekey that says that it was made in the future was removed";
  } else {
    const auto sealed = crypto::rewrap_tenant_key(*keys.root_private, keys.root_public->primary(), keys.root_signer(),
                                                  keys.store(), keys.store(), *key);
    if (sealed) planned.after = encode_prekey(*sealed);
    if (!sealed) planned.why_removed = "a prekey whose private key cannot be opened was removed";
  }
}

Task<Outcome<RewrapStep>> replace_all(Transaction& transaction, const PrekeyPlan& plan) {
  for (const KeyKind kind : {KeyKind::root, KeyKind::signing}) {
    const auto newest = co_await check_newest(transaction, plan.store->keys, kind);
    if (!newest) co_return newest.error();
  }
  RewrapStep step = plan.step;
  for (const PlannedPrekey& planned : plan.prekeys) transaction.expect(Table::meta, planned.key);
  for (const PlannedPrekey& planned : plan.prekeys) {
    const auto row = co_await transaction.get(Table::meta, planned.key);
    if (!row || !std::ranges::equal(*row, planned.before)) continue;  // a tenant took it
    if (planned.after.empty()) {
      transaction.erase(Table::meta, planned.key);
      step.problems.push_back(planned.why_removed);
    } else {
      transaction.put(Table::meta, planned.key, planned.after);
      ++step.prekeys;
    }
  }
  co_return step;
}

/// A position at the tenants, but not the beginning of the rewrap.
RewrapPosition first_tenant() { return {.table = Table::tenants, .key = Bytes(1)}; }

Async<RewrapStep> rewrap_prekeys(ContextPtr store, RewrapPosition from, std::size_t most) {
  const auto plan = std::make_shared<PrekeyPlan>();
  plan->store = store;
  plan->step.next = std::move(from);
  const std::size_t at_once = items_of_write(store->engine->traits(), std::min(most, most_prekeys_at_once), 2);
  do {
    WorkBody<void> gathering = [&plan, at_once](Transaction& transaction) {
      return gather(transaction, at_once, *plan);
    };
    const auto gathered = read_blocking<void>(*store->engine, std::move(gathering));
    if (!gathered) co_return gathered.error();
  } while (plan->prekeys.empty() && plan->more);
  if (!plan->more) plan->step.next = first_tenant();
  if (plan->prekeys.empty()) co_return plan->step;
  for (PlannedPrekey& planned : plan->prekeys) seal(store->keys, planned);
  crypto::burn_stack();
  WorkBody<RewrapStep> body = [plan](Transaction& transaction) { return replace_all(transaction, *plan); };
  const std::size_t bytes = sizeof(PrekeyPlan) + bytes_of_one * plan->prekeys.size();
  co_return co_await write<RewrapStep>(*store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace

Async<RewrapStep> rewrap_signed_rows(ContextPtr store, RewrapPosition from, std::size_t most) {
  RewrapStep first;
  if (from.key.empty()) {
    WorkBody<RewrapStep> body = [store](Transaction& transaction) { return do_first(transaction, store); };
    auto done = co_await write<RewrapStep>(*store->engine, std::move(body));
    if (!done) co_return done.error();
    first = std::move(*done);
  }
  auto step = co_await rewrap_prekeys(std::move(store), std::move(from), most);
  if (step) step->problems.insert(step->problems.begin(), first.problems.begin(), first.problems.end());
  co_return step;
}

}  // namespace tacit::store
