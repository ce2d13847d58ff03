// Changes a secret: its value, its name or its bindings, with its index entries, in one write.
#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_index.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

/// A new value, sealed with the given version and key.
struct SealedValue {
  std::uint32_t version = 0;
  crypto::PublicKey sealed_to{};
  Bytes box;
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

/// The target of a new value: everything that its seal is bound to.
struct ValueSlot {
  std::uint32_t version = 0;
  Tenant tenant;
};

Outcome<Tenant> must_exist(Outcome<std::optional<Tenant>> loaded) {
  if (!loaded) return loaded.error();
  if (!*loaded) return failed(Errc::not_found);
  return std::move(**loaded);
}

Task<Outcome<ValueSlot>> find_slot(Transaction& transaction, const UpdatePlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, plan.keys);
  auto tenant = must_exist(std::move(loaded));
  if (!tenant) co_return tenant.error();
  const MetadataOpener opener = MetadataOpener{plan.store->metadata(), plan.tenant, tenant->keys.get()};
  const auto secret = co_await load_secret(transaction, opener, plan.id);
  if (!secret) co_return secret.error();
  ValueSlot slot;
  slot.version = secret->header.value_version;
  slot.tenant = std::move(*tenant);
  co_return slot;
}

/// Seals the plan's value as the version after `version`.
Outcome<SealedValue> seal_after(std::uint32_t version, const UpdatePlan& plan, const Tenant& tenant) {
  const auto& key = tenant.record.key;
  if (!key) return altered(plan.id, "the tenant has no key pair");
  SealedValue sealed;
  sealed.version = version + 1;
  sealed.sealed_to = key->public_key;
  sealed.display = mask(plan.update.value->text());
  const crypto::ValueAddress address{plan.tenant, plan.id, sealed.version};
  auto box = crypto::seal_value(*key, address, plan.update.value->view(), crypto::ValueFormat::first, {});
  crypto::burn_stack();
  if (!box) return altered(plan.id, "the tenant's public key is not a valid key");
  sealed.box = std::move(*box);
  return sealed;
}

/// Seals for the present stored state.
Outcome<void> prepare_value(UpdatePlan& plan) {
  WorkBody<ValueSlot> body = [&plan](Transaction& transaction) { return find_slot(transaction, plan); };
  auto slot = read<ValueSlot>(*plan.store->engine, std::move(body));
  if (!slot) return slot.error();
  auto sealed = seal_after(slot->version, plan, slot->tenant);
  if (!sealed) return sealed.error();
  plan.sealed = std::move(*sealed);
  plan.keys = slot->tenant.keys;
  return {};
}

bool still_fits(const SealedValue& value, const Tenant& tenant, const SecretHeader& header) {
  return header.value_version + 1 == value.version && tenant.record.key &&
         tenant.record.key->public_key == value.sealed_to;
}

/// The new value: sealed, or std::nullopt if it stays. Fails with `conflict` if the value sealed before the transaction
/// no longer fits.
Outcome<std::optional<SealedValue>> next_value(const UpdatePlan& plan, const Tenant& tenant,
                                               const SecretHeader& before) {
  if (!plan.update.value) return std::optional<SealedValue>();
  if (plan.sealed) {
    if (!still_fits(*plan.sealed, tenant, before)) return failed(Errc::conflict);
    return plan.sealed;
  }
  auto sealed = seal_after(before.value_version, plan, tenant);
  if (!sealed) return sealed.error();
  return std::optional<SealedValue>(std::move(*sealed));
}

/// The header after the change. The instant always increases, so that it distinguishes versions of a secret.
SecretHeader next_header(const UpdatePlan& plan, const std::optional<SealedValue>& value, const SecretHeader& before,
                         std::uint64_t accounted) {
  SecretHeader header = before;
  if (value) header.value_version = value->version;
  if (value) header.strict = false;  // it is sealed without a binding
  header.updated_at = std::max(plan.now, before.updated_at + 1);
  header.accounted = static_cast<std::uint32_t>(accounted);
  return header;
}

/// Succeeds if the change satisfies the rules.
Task<Outcome<void>> check_rules(Transaction& transaction, const UpdatePlan& plan, const Tenant& tenant,
                                const Metadata& after, std::uint64_t before_bytes, std::uint64_t after_bytes) {
  if (!after.default_is_bound()) co_return failed(Errc::default_unbound);
  const auto unique = co_await check_unique(transaction, tenant, plan.id, after);
  if (!unique) co_return unique.error();
  const std::uint64_t limit = tenant.record.limit(plan.store->quota_default);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, before_bytes, after_bytes)) {
    co_return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  co_return Outcome<void>();
}

std::uint32_t first_format_length(const Bytes& box) {
  return static_cast<std::uint32_t>(box.size() - crypto::value_box_overhead);
}

std::optional<std::string> display_of(const std::optional<SealedValue>& value) {
  if (!value) return std::nullopt;
  return value->display;
}

Task<Outcome<SecretInfo>> change(Transaction& transaction, const UpdatePlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, plan.keys);
  auto tenant = must_exist(std::move(loaded));
  if (!tenant) co_return tenant.error();
  const MetadataOpener opener = MetadataOpener{plan.store->metadata(), plan.tenant, tenant->keys.get()};
  const auto secret = co_await load_secret(transaction, opener, plan.id);
  if (!secret) co_return secret.error();
  const auto value = next_value(plan, *tenant, secret->header);
  if (!value) co_return value.error();

  const Metadata before = secret->metadata;
  Metadata after = updated(before, plan.update, display_of(*value));
  // The new value is in a box of the first format, whose overhead is constant.
  if (*value && after.value_length) after.value_length = first_format_length((*value)->box);
  if (!*value && after == before) co_return secret_info(plan.tenant, plan.id, secret->header, before);
  // Copied, because stored rows move with the first change.
  const Bytes box = *value ? (*value)->box : Bytes(secret->value_box.begin(), secret->value_box.end());
  const std::uint64_t before_bytes = accounted_of(*secret);
  const std::uint64_t after_bytes = after.accounted(after.value_length.value_or(first_format_length(box)));
  const auto allowed = co_await check_rules(transaction, plan, *tenant, after, before_bytes, after_bytes);
  if (!allowed) co_return allowed.error();

  const SecretHeader header = next_header(plan, *value, secret->header, after_bytes);
  const Bytes row = seal_secret(*tenant->keys, plan.id, header, box, after);
  transaction.put(Table::tenants, secret_row_key(plan.tenant, plan.id).view(), row);
  const auto indexed = reindex(transaction, *tenant, plan.id, &*secret, &after);
  if (!indexed) co_return indexed.error();
  tenant->record.used = used_after(tenant->record.used, before_bytes, after_bytes);
  tenant->record.note_change();
  co_await save_tenant(transaction, *tenant);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who, header.updated_at);
  if (!recorded) co_return recorded.error();
  co_return secret_info(plan.tenant, plan.id, header, after);
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
    const auto ready = prepare_value(*plan);
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
