#include <algorithm>

#include "store/audit_log.hpp"
#include "store/failures.hpp"
#include "store/operations.hpp"
#include "store/quota.hpp"
#include "store/secret_index.hpp"
#include "store/timestamp.hpp"

namespace tacit::store {
namespace {

/// A new value, sealed before the transaction for the version and the key that were stored then.
struct SealedValue {
  std::uint32_t version = 0;
  crypto::PublicKey sealed_to{};
  Bytes box;
  std::string display;
};

struct UpdatePlan {
  ContextPtr store;
  crypto::Uuid tenant;
  crypto::Uuid id;
  SecretUpdate update;  ///< without the value, which is in `value`
  std::optional<SealedValue> value;
  std::shared_ptr<const crypto::TenantKeys> keys;
  std::int64_t now = 0;
  AuditEvent event;
  AuditContext who;
};

/// Where a new value would go: what it has to be sealed for.
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

Outcome<void> prepare_value(UpdatePlan& plan, crypto::ByteView value) {
  WorkBody<ValueSlot> body = [&plan](Transaction& transaction) { return find_slot(transaction, plan); };
  auto slot = read<ValueSlot>(*plan.store->engine, std::move(body));
  if (!slot) return slot.error();
  const auto& key = slot->tenant.record.key;
  if (!key) return altered(plan.id, "the tenant has no key pair");
  auto& sealed = plan.value.emplace();
  sealed.version = slot->version + 1;
  sealed.sealed_to = key->public_key;
  sealed.display = mask(crypto::as_text(value));
  auto box = crypto::seal_value(*key, {plan.tenant, plan.id, sealed.version}, value);
  crypto::burn_stack();
  if (!box) return altered(plan.id, "the tenant's public key is not a key");
  sealed.box = std::move(*box);
  plan.keys = slot->tenant.keys;
  return {};
}

bool still_fits(const SealedValue& value, const Tenant& tenant, const SecretHeader& header) {
  return header.value_version + 1 == value.version && tenant.record.key &&
         tenant.record.key->public_key == value.sealed_to;
}

/// The header after the change. The instant always rises, so that it can tell versions of a secret apart.
SecretHeader next_header(const UpdatePlan& plan, const SecretHeader& before, std::uint64_t accounted) {
  SecretHeader header = before;
  if (plan.value) header.value_version = plan.value->version;
  header.updated_at = std::max(plan.now, before.updated_at + 1);
  header.accounted = static_cast<std::uint32_t>(accounted);
  return header;
}

/// Nothing if the change keeps the rules.
Task<Outcome<void>> check_rules(Transaction& transaction, const UpdatePlan& plan, const Tenant& tenant,
                                const Metadata& after, std::uint64_t before_bytes, std::uint64_t after_bytes) {
  if (!after.default_is_bound()) co_return failed(Errc::default_unbound);
  const auto unique = co_await check_unique(transaction, tenant, plan.id, after);
  if (!unique) co_return unique.error();
  const std::uint64_t limit = tenant.record.limit(plan.store->quota_default);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, before_bytes, after_bytes)) {
    co_return Failure{Errc::quota_exceeded, *refusal, {}, {}};
  }
  co_return Outcome<void>();
}

Task<Outcome<SecretInfo>> change(Transaction& transaction, const UpdatePlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, plan.keys);
  auto tenant = must_exist(std::move(loaded));
  if (!tenant) co_return tenant.error();
  const MetadataOpener opener = MetadataOpener{plan.store->metadata(), plan.tenant, tenant->keys.get()};
  const auto secret = co_await load_secret(transaction, opener, plan.id);
  if (!secret) co_return secret.error();
  if (plan.value && !still_fits(*plan.value, *tenant, secret->header)) co_return failed(Errc::conflict);

  const Metadata before = secret->metadata;
  const std::optional<std::string> display =
      plan.value ? std::optional<std::string>(plan.value->display) : std::nullopt;
  const Metadata after = updated(before, plan.update, display);
  if (!plan.value && after == before) co_return secret_info(plan.tenant, plan.id, secret->header, before);
  // Copied: what is stored moves with the first change.
  const Bytes box = plan.value ? plan.value->box : Bytes(secret->value_box.begin(), secret->value_box.end());
  const std::uint64_t before_bytes = secret->header.accounted;
  const std::uint64_t after_bytes = after.accounted(box.size() - crypto::value_box_overhead);
  const auto allowed = co_await check_rules(transaction, plan, *tenant, after, before_bytes, after_bytes);
  if (!allowed) co_return allowed.error();

  const SecretHeader header = next_header(plan, secret->header, after_bytes);
  const Bytes row = seal_secret(*tenant->keys, plan.id, header, box, after);
  transaction.put(Table::tenants, secret_key(plan.tenant, plan.id).view(), row);
  reindex(transaction, *tenant, plan.id, &before, &after);
  tenant->record.used = used_after(tenant->record.used, before_bytes, after_bytes);
  save_tenant(transaction, *tenant);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who);
  if (!recorded) co_return recorded.error();
  co_return secret_info(plan.tenant, plan.id, header, after);
}

}  // namespace

Async<SecretInfo> update_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update,
                                AuditContext who) {
  const auto plan = std::make_shared<UpdatePlan>();
  const std::optional<crypto::WipedBytes> value = std::exchange(update.value, std::nullopt);
  plan->store = store;
  plan->tenant = tenant;
  plan->id = id;
  plan->update = std::move(update);
  plan->now = now_microseconds();
  plan->event.action = "secret.update";
  plan->event.tenant = tenant;
  plan->event.secrets.push_back(id);
  plan->who = std::move(who);

  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    if (value) {
      const auto ready = prepare_value(*plan, value->view());
      if (!ready) co_return ready.error();
    }
    WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return change(transaction, *plan); };
    WriteTerms terms;
    terms.bytes = sizeof(UpdatePlan) + (plan->value ? plan->value->box.size() : 0) + 1024;
    auto outcome = co_await write<SecretInfo>(*store->engine, std::move(body), terms);
    if (outcome || outcome.error().code != Errc::conflict) co_return outcome;
  }
  co_return failed(Errc::conflict);
}

}  // namespace tacit::store
