// The keys that the store names, and their changes by an operator.
#include <algorithm>
#include <limits>

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/model/failures.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/named_primaries.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

using Ids = std::vector<crypto::KeyId>;

struct NamedKeysPlan {
  ContextPtr store;
  KeyChange change{};
  KeyKind kind{};
  crypto::KeyId id{};
  AuditEvent event;
  AuditContext who;
};

Task<Outcome<NamedKeys>> load(Transaction& transaction, const StoreContext& store) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return altered({}, "the store's keys are not recorded");
  co_return read_named_keys(*row, store.keys);
}

bool contains(const Ids& ids, const crypto::KeyId& id) { return std::ranges::find(ids, id) != ids.end(); }

/// Of a root key or a metadata key.
bool has_key(const StoreKeys& keys, KeyKind kind, const crypto::KeyId& id) {
  return kind == KeyKind::root ? keys.root_public->find(id) != nullptr : keys.metadata->find(id) != nullptr;
}

/// Changes the lists; returns whether anything changed.
Outcome<bool> changed(NamedKeys& named, const NamedKeysPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  Ids& ids = named.of(plan.kind);
  const crypto::KeyId& primary = primary_of(keys, plan.kind);
  const bool retired = contains(named.retired, plan.id);
  switch (plan.change) {
    case KeyChange::promote:
      if (retired) return failed(Errc::not_allowed, "the key " + crypto::to_hex(plan.id) + " was retired");
      if (!has_key(keys, plan.kind, plan.id)) return failed(Errc::not_found, "the keyring has no such key");
      if (!ids.empty() && ids.front() == plan.id) return false;
      std::erase(ids, plan.id);
      ids.insert(ids.begin(), plan.id);
      return true;
    case KeyChange::retire:
      if (plan.id == primary) return failed(Errc::not_allowed, "it is the primary key");
      if (retired) return false;
      // Before the first promotion the store names no root signing key.
      if (plan.kind == KeyKind::signing && ids.empty()) return false;
      if (plan.kind == KeyKind::signing && primary == crypto::KeyId{}) {
        return failed(Errc::not_allowed, "no root signing key is primary: run the interrupted tacit key promote again");
      }
      // The list below must not name a retired primary key again, nor a root key of an edited public keyring at all.
      if (contains(named.retired, primary) || (plan.kind != KeyKind::metadata && !contains(ids, primary))) {
        return check_newest(named, keys, plan.kind).error();
      }
      std::erase(ids, plan.id);
      if (!contains(ids, primary)) ids.insert(ids.begin(), primary);
      named.retired.push_back(plan.id);
      return true;
    case KeyChange::keep:
      if (!retired) return false;
      std::erase(named.retired, plan.id);
      ids.push_back(plan.id);
      return true;
  }
  return false;
}

Task<Outcome<void>> apply(Transaction& transaction, const NamedKeysPlan& plan) {
  auto named = co_await load(transaction, *plan.store);
  if (!named) co_return named.error();
  const auto differs = changed(*named, plan);
  if (!differs) co_return differs.error();
  if (!*differs) co_return Outcome<void>();
  const auto value = next_keys_value(std::move(*named), plan.store->keys);
  if (!value) co_return value.error();
  transaction.put(Table::meta, keys_row_key(), *value);
  AuditEvent event = plan.event;
  event.rows.push_back(row_digest(*value));
  co_return co_await append_audit(transaction, event, plan.who);
}

/// The marks of interrupted erasures are few, so all are rewritten at once. Other rows of the table may be many.
/// Signed marks name no metadata key.
Task<void> renew_erasure_marks(Transaction& transaction, const StoreKeys& keys) {
  const ByteView marks = erasure_mark_prefix();
  const auto rows = co_await transaction.scan(Table::meta, marks, marks, std::numeric_limits<std::size_t>::max());
  std::vector<crypto::Uuid> tenants;
  for (const Row& row : rows) {
    const auto tenant = tenant_of_erasure_mark(row.key);
    const auto named = metadata_key_of_erasure_mark(row.value);
    if (!tenant || !named || *named == keys.metadata->primary().id) continue;
    if (is_good_erasure_mark(row, keys)) tenants.push_back(*tenant);
  }
  if (keys.phase() != crypto::SigningPhase::none) co_return;  // the first promotion of a root signing key signs them
  for (const crypto::Uuid& tenant : tenants) put_erasure_mark(transaction, tenant, *keys.metadata);
}

/// Puts a key that the list lacks at its beginning; returns whether it did.
bool name_key(Ids& ids, const crypto::KeyId& id) {
  if (contains(ids, id)) return false;
  ids.insert(ids.begin(), id);
  return true;
}

bool signs(const NamedKeysPlan& plan) {
  return plan.kind == KeyKind::root && plan.store->keys.phase() != crypto::SigningPhase::none;
}

/// Names the primary keys if an operator edited the keyrings by hand. A root rewrap also signs the list if another key
/// signed it. Adds the digest of a new row to `event`. Fails for rings that lack a key which the store names, or whose
/// primary key is retired: they were loaded before another process changed the keys.
Task<Outcome<NamedKeys>> load_for_rewrap(Transaction& transaction, const NamedKeysPlan& plan, AuditEvent& event) {
  const StoreKeys& keys = plan.store->keys;
  const auto fits = co_await check_meta(transaction, keys);
  if (!fits) co_return fits.error();
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  const bool has_other_signer = signs(plan) && (!row || signer_of_row(*row) != primary_of(keys, KeyKind::signing));
  auto named = co_await load(transaction, *plan.store);
  if (!named) co_return named.error();
  bool differs = name_key(named->of(plan.kind), plan.id) || has_other_signer;
  if (signs(plan)) differs = name_key(named->signing, primary_of(keys, KeyKind::signing)) || differs;
  if (!differs) co_return named;
  const auto value = next_keys_value(*named, keys);
  if (!value) co_return value.error();
  transaction.put(Table::meta, keys_row_key(), *value);
  event.rows.push_back(row_digest(*value));
  co_return named;
}

/// Succeeds if this process has the private halves that a rewrap of that kind needs.
Outcome<void> check_halves(const StoreKeys& keys, KeyKind kind) {
  if (kind != KeyKind::root) return {};
  const crypto::KeyId& root = primary_of(keys, kind);
  if (!keys.root_private || keys.root_private->find(root) == nullptr) {
    return failed(Errc::not_found, "the root private keyring lacks the primary key " + crypto::to_hex(root));
  }
  if (keys.phase() != crypto::SigningPhase::none && keys.root_signer() == nullptr) {
    return failed(Errc::not_found, "the root signing keyring lacks the primary key " +
                                       crypto::to_hex(primary_of(keys, KeyKind::signing)));
  }
  return {};
}

Task<Outcome<crypto::KeyId>> begin(Transaction& transaction, const NamedKeysPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  const auto has_halves = check_halves(keys, plan.kind);
  if (!has_halves) co_return has_halves.error();
  AuditEvent event = plan.event;
  const auto named = co_await load_for_rewrap(transaction, plan, event);
  if (!named) co_return named.error();
  auto newest = check_newest(*named, keys, plan.kind);
  if (newest && signs(plan)) newest = check_newest(*named, keys, KeyKind::signing);
  if (!newest) co_return newest.error();
  if (plan.kind == KeyKind::metadata) co_await renew_erasure_marks(transaction, keys);
  const auto recorded = co_await append_audit(transaction, event, plan.who);
  if (!recorded) co_return recorded.error();
  co_return plan.id;
}

std::shared_ptr<NamedKeysPlan> make_plan(ContextPtr store, KeyKind kind, const crypto::KeyId& id, AuditAction action,
                                         AuditContext who) {
  auto plan = std::make_shared<NamedKeysPlan>();
  plan->store = std::move(store);
  plan->kind = kind;
  plan->id = id;
  plan->event.action = action;
  plan->event.reason = std::string(to_string(kind)) + " " + crypto::to_hex(id);
  plan->who = std::move(who);
  return plan;
}

template <class T>
Async<T> submit_plan(const NamedKeysPlan& plan, WorkBody<T> body) {
  const std::size_t bytes = sizeof(NamedKeysPlan) + audit_bytes(plan.event, plan.who);
  return write<T>(*plan.store->engine, std::move(body), growth_of(plan.event.action), bytes);
}

}  // namespace

Task<Outcome<void>> check_primary_root(Transaction& transaction, const StoreKeys& keys) {
  const auto unnamed = co_await unnamed_primaries(transaction, keys);
  if (!unnamed) co_return unnamed.error();
  if (unnamed->empty()) co_return Outcome<void>();
  co_return failed(Errc::integrity, about_unnamed(unnamed->front().kind, unnamed->front().id));
}

Outcome<void> Keys::check_primary_root() const {
  const ContextPtr store = context_;
  return read_blocking<void>(*store->engine, [&store](Transaction& transaction) {
    return tacit::store::check_primary_root(transaction, store->keys);
  });
}

Outcome<std::vector<UnnamedKey>> Keys::unnamed_primaries() const {
  const ContextPtr store = context_;
  return read_blocking<std::vector<UnnamedKey>>(*store->engine, [&store](Transaction& transaction) {
    return tacit::store::unnamed_primaries(transaction, store->keys);
  });
}

Outcome<void> Keys::check_rewrap_halves(KeyKind kind) const {
  const ContextPtr store = context_;
  return check_halves(store->keys, kind);
}

ContextPtr Keys::context() const { return context_; }

Async<void> Keys::change(KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who) {
  if (how == KeyChange::promote && kind == KeyKind::signing) return promote_signing(id, std::move(who));
  const AuditAction action = how == KeyChange::promote ? AuditAction::key_promote : AuditAction::key_retire;
  const auto plan = make_plan(context_, kind, id, action, std::move(who));
  plan->change = how;
  if (how == KeyChange::keep) plan->event.outcome = AuditOutcome::denied;
  return submit_plan<void>(*plan, [plan](Transaction& transaction) { return apply(transaction, *plan); });
}

Async<crypto::KeyId> Keys::begin_rewrap(KeyKind kind, AuditContext who) {
  const ContextPtr store = context_;
  const auto plan = make_plan(store, kind, primary_of(store->keys, kind), AuditAction::key_rewrap, std::move(who));
  plan->event.reason += ": begun";
  return submit_plan<crypto::KeyId>(*plan, [plan](Transaction& transaction) { return begin(transaction, *plan); });
}

Async<RewrapStep> Keys::rewrap_step(KeyKind kind, RewrapPosition from, std::size_t most, AuditContext who) {
  if (kind == KeyKind::root) return rewrap_root(context_, std::move(from), most);
  return rewrap_metadata(context_, std::move(from), most, std::move(who));
}

}  // namespace tacit::store
