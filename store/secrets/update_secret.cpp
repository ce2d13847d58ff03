// Changes a secret: its value, its name or its bindings, with its index entries, in one write.
#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_index.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/value_sealing.hpp"

namespace tacit::store {
namespace {

/// Everything that the seal of a new value is bound to.
struct ValueSlot {
  std::uint32_t version = 0;
  crypto::PublicKey key{};  ///< zeros for a tenant without a key pair
  SealingRules rules;
  Bytes binding;

  bool operator==(const ValueSlot&) const = default;
};

/// A new value, sealed for a slot.
struct SealedValue {
  ValueSlot slot;
  Bytes box;
  std::size_t length = 0;
  std::string display;
};

/// The maximum size of a row's other part: three texts of 1024 characters.
constexpr std::size_t most_metadata = 3 * 4 * 1024;

struct UpdatePlan {
  ContextPtr store;
  crypto::Uuid tenant;
  crypto::Uuid id;
  SecretUpdate update;
  /// The value, sealed before the transaction for the stored state of that time, so that the writer thread has less
  /// work. Without it the transaction seals: then a concurrent change cannot interfere.
  std::optional<SealedValue> sealed;
  std::shared_ptr<const crypto::TenantKeys> keys;
  std::int64_t now = 0;
  AuditEvent event;
  AuditContext who;
};

/// The stored state that a change begins with. `secret` has views of the stored row.
struct Stored {
  Tenant tenant;
  StoredSecret secret;
  SealingRules rules;
};

Task<Outcome<Stored>> load(Transaction& transaction, const UpdatePlan& plan) {
  transaction.expect(Table::tenants, secret_row_key(plan.tenant, plan.id).view());
  auto tenant = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, plan.keys);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return failed(Errc::not_found);
  Stored stored;
  stored.tenant = std::move(**tenant);
  const MetadataOpener opener = MetadataOpener{plan.store->metadata(), plan.tenant, stored.tenant.keys.get()};
  auto secret = co_await load_secret(transaction, opener, plan.id);
  if (!secret) co_return secret.error();
  stored.secret = std::move(*secret);
  stored.rules = co_await sealing_rules(transaction, *plan.store, stored.tenant.record);
  co_return stored;
}

/// The slot of the secret's next value. `after`: its metadata after the change.
ValueSlot next_slot(const Stored& stored, const Metadata& after) {
  ValueSlot slot;
  slot.version = stored.secret.header.value_version + 1;
  if (const auto& key = stored.tenant.record.key) slot.key = key->public_key;
  slot.rules = stored.rules;
  slot.binding = binding_for(stored.rules, after);
  return slot;
}

Outcome<SealedValue> seal(ValueSlot slot, const UpdatePlan& plan, const TenantRecord& record) {
  const crypto::ValueAddress address{plan.tenant, plan.id, slot.version};
  auto box = seal_new_value(plan.store->keys, record, address, plan.update.value->view(), slot.rules, slot.binding);
  if (!box) return box.error();
  SealedValue sealed;
  sealed.slot = std::move(slot);
  sealed.box = std::move(*box);
  sealed.length = plan.update.value->size();
  sealed.display = mask(plan.update.value->text());
  return sealed;
}

/// What a seal needs of the stored state, copied from the snapshot.
struct ToSeal {
  Tenant tenant;
  ValueSlot slot;
};

Task<Outcome<ToSeal>> find_slot(Transaction& transaction, const UpdatePlan& plan) {
  auto stored = co_await load(transaction, plan);
  if (!stored) co_return stored.error();
  ToSeal found;
  found.slot = next_slot(*stored, updated(stored->secret.metadata, plan.update, std::nullopt));
  found.tenant = std::move(stored->tenant);
  co_return found;
}

/// Seals for the present stored state, as it was read.
Outcome<void> prepare_value(UpdatePlan& plan, Outcome<ToSeal> found) {
  if (!found) return found.error();
  auto sealed = seal(std::move(found->slot), plan, found->tenant.record);
  if (!sealed) return sealed.error();
  plan.sealed = std::move(*sealed);
  plan.keys = found->tenant.keys;
  return {};
}

/// The new value: sealed, or std::nullopt if it stays. Fails with `conflict` if the value sealed before the transaction
/// no longer fits.
Outcome<std::optional<SealedValue>> next_value(const UpdatePlan& plan, const Stored& stored, const Metadata& after) {
  if (!plan.update.value) return std::optional<SealedValue>();
  ValueSlot slot = next_slot(stored, after);
  if (plan.sealed) {
    if (plan.sealed->slot != slot) return failed(Errc::conflict);
    return plan.sealed;
  }
  auto sealed = seal(std::move(slot), plan, stored.tenant.record);
  if (!sealed) return sealed.error();
  return std::optional<SealedValue>(std::move(*sealed));
}

/// Whether the secret's bindings change that its value is sealed with, or would have to be.
bool rebinds_a_sealed_value(const Stored& stored, const Metadata& after) {
  const Metadata& before = stored.secret.metadata;
  if (before.tool_name == after.tool_name && before.tool_arg == after.tool_arg) return false;
  return stored.secret.header.strict || stored.rules.binding;
}

/// Succeeds if the change satisfies the rules.
Task<Outcome<void>> check_rules(Transaction& transaction, const UpdatePlan& plan, const Stored& stored,
                                const Metadata& after, std::uint64_t after_bytes) {
  if (!after.default_is_bound()) co_return failed(Errc::default_unbound);
  if (!plan.update.value && rebinds_a_sealed_value(stored, after)) co_return failed(Errc::value_needed);
  const Tenant& tenant = stored.tenant;
  const auto unique = co_await check_unique(transaction, tenant, plan.id, after);
  if (!unique) co_return unique.error();
  const std::uint64_t limit = tenant.record.limit(plan.store->quota_default);
  const std::uint64_t before_bytes = accounted_of(stored.secret);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, before_bytes, after_bytes)) {
    co_return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  co_return Outcome<void>();
}

/// The secret's row after the change.
struct NextRow {
  SecretHeader header;
  Metadata metadata;
  std::uint64_t accounted = 0;
  Bytes box;
};

/// A row keeps its value box if the value stays, whatever format the row gets. The instant always increases, so that it
/// distinguishes versions of a secret.
NextRow next_row(const UpdatePlan& plan, const Stored& stored, std::optional<SealedValue> value, Metadata after) {
  NextRow next;
  next.header = stored.secret.header;
  next.header.updated_at = std::max(plan.now, next.header.updated_at + 1);
  next.metadata = std::move(after);
  const std::size_t length = value ? value->length : stored.secret.value_size();
  next.accounted = next.metadata.accounted(length);
  if (value) {
    next.header.value_version = value->slot.version;
    next.metadata.display = std::move(value->display);
    describe_value(next.header, next.metadata, stored.rules, length);
    next.box = std::move(value->box);
    return next;
  }
  next.box.assign(stored.secret.value_box.begin(), stored.secret.value_box.end());  // stored rows move with a change
  if (stored.rules.padded) use_second_format(next.header, next.metadata, next.box);
  if (next.header.format == first_secret_format) next.header.accounted = static_cast<std::uint32_t>(next.accounted);
  return next;
}

/// Stores the row with its index entries, the tenant's record and the audit entry.
Task<Outcome<SecretInfo>> store_row(Transaction& transaction, const UpdatePlan& plan, Stored& stored,
                                    const NextRow& next) {
  Tenant& tenant = stored.tenant;
  const std::uint64_t before_bytes = accounted_of(stored.secret);
  const Bytes row = seal_secret(*tenant.keys, plan.id, next.header, next.box, next.metadata);
  transaction.put(Table::tenants, secret_row_key(plan.tenant, plan.id).view(), row);
  const auto indexed = reindex(transaction, tenant, plan.id, &stored.secret, &next.metadata);
  if (!indexed) co_return indexed.error();
  tenant.record.used = used_after(tenant.record.used, before_bytes, next.accounted);
  tenant.record.note_change();
  co_await save_tenant(transaction, tenant);
  AuditEvent event = plan.event;
  event.rows.push_back(row_digest(row));
  event.versions.push_back(next.header.value_version);
  number_event(event, transaction, tenant.record);
  const auto recorded = co_await append_audit(transaction, event, plan.who, next.header.updated_at);
  if (!recorded) co_return recorded.error();
  co_return secret_info(plan.tenant, plan.id, next.header, next.metadata);
}

Task<Outcome<SecretInfo>> change(Transaction& transaction, const UpdatePlan& plan) {
  auto stored = co_await load(transaction, plan);
  if (!stored) co_return stored.error();
  const StoredSecret& secret = stored->secret;
  Metadata after = updated(secret.metadata, plan.update, std::nullopt);
  auto value = next_value(plan, *stored, after);
  if (!value) co_return value.error();
  if (!*value && after == secret.metadata) {
    co_return secret_info(plan.tenant, plan.id, secret.header, secret.metadata);
  }
  const NextRow next = next_row(plan, *stored, std::move(*value), std::move(after));
  const auto allowed = co_await check_rules(transaction, plan, *stored, next.metadata, next.accounted);
  if (!allowed) co_return allowed.error();
  co_return co_await store_row(transaction, plan, *stored, next);
}

Async<SecretInfo> submit_change(std::shared_ptr<const UpdatePlan> plan) {
  WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return change(transaction, *plan); };
  const std::size_t bytes = sizeof(UpdatePlan) + 2 * (plan->update.value ? plan->update.value->size() : 0) +
                            most_metadata + audit_bytes(plan->event, plan->who);
  return write<SecretInfo>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

Async<SecretInfo> update_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update,
                                AuditContext who) {
  const auto plan = std::make_shared<UpdatePlan>();
  plan->store = store;
  plan->tenant = tenant;
  plan->id = id;
  plan->update = std::move(update);
  plan->now = now_microseconds();
  plan->event.action = AuditAction::secret_update;
  plan->event.tenant = tenant;
  plan->event.secrets.push_back(id);
  plan->who = std::move(who);

  if (plan->update.value) {
    WorkBody<ToSeal> body = [plan](Transaction& transaction) { return find_slot(transaction, *plan); };
    auto found = co_await read<ToSeal>(*plan->store->engine, std::move(body));
    const auto ready = prepare_value(*plan, std::move(found));
    if (!ready) co_return ready.error();
  }
  auto outcome = co_await submit_change(plan);
  if (outcome || outcome.error().code != Errc::conflict) co_return outcome;
  // Another request changed the value meanwhile. The last one wins.
  plan->sealed.reset();
  co_return co_await submit_change(plan);
}

}  // namespace

Async<SecretInfo> Secrets::update(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who) {
  return recording(context_, tenant, who, update_secret(context_, tenant, id, std::move(update), who));
}

}  // namespace tacit::store
