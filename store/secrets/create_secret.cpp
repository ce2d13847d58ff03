// Stores a new secret: its row and its index entries in one write, after the limits and the unique names are checked.
#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

/// All inputs of the transaction, so that it does not seal or hash: all requests share the writer thread.
struct CreatePlan {
  ContextPtr store;
  Tenant tenant;           ///< as read before; with the key to which the value is sealed
  bool makes_key = false;  ///< the key is new and not yet stored
  crypto::Uuid id;
  SecretHeader header;
  Metadata metadata;
  Bytes row;
  AuditEvent event;
  AuditContext who;
};

/// The tenant as stored, or a new one.
Outcome<Tenant> tenant_to_seal_for(const StoreContext& store, const crypto::Uuid& id) {
  WorkBody<std::optional<Tenant>> body = [&](Transaction& transaction) {
    return load_tenant(transaction, store.metadata(), id);
  };
  auto stored = read<std::optional<Tenant>>(*store.engine, std::move(body));
  if (!stored) return stored.error();
  return *stored ? std::move(**stored) : new_tenant(store.metadata(), id);
}

/// Whether the plan still fits the stored tenant. A tenant without a key takes the plan's key if the plan made one. A
/// key that was stored before may be gone, because the tenant was erased meanwhile, and its root key may be gone too.
bool still_fits(const CreatePlan& plan, const Tenant& stored) {
  const TenantRecord& planned = plan.tenant.record;
  if (planned.metadata_key != stored.record.metadata_key) return false;
  return stored.record.key ? stored.record.key->public_key == planned.key->public_key : plan.makes_key;
}

Task<Outcome<SecretInfo>> insert(Transaction& transaction, const CreatePlan& plan) {
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant.id, plan.tenant.keys);
  if (!loaded) co_return loaded.error();
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant.id);
  if (!still_fits(plan, tenant)) co_return failed(Errc::conflict);
  if (!*loaded || !tenant.record.key) {
    const auto allowed = co_await check_primaries(transaction, plan.store->keys);
    if (!allowed) co_return allowed.error();
    tenant.record.key = plan.tenant.record.key;
  }

  const auto unique = co_await check_unique(transaction, tenant, plan.id, plan.metadata);
  if (!unique) co_return unique.error();
  const std::uint32_t most = tenant.record.limits.secrets.value_or(plan.store->secrets_default);
  if (const auto refusal = count_refusal(most, tenant.record.count)) {
    co_return Failure{.code = Errc::too_many_secrets, .quota = *refusal};
  }
  const std::uint64_t limit = tenant.record.limit(plan.store->quota_default);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, 0, plan.header.accounted)) {
    co_return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  transaction.put(Table::tenants, secret_row_key(tenant.id, plan.id).view(), plan.row);
  const auto indexed = reindex(transaction, tenant, plan.id, nullptr, &plan.metadata);
  if (!indexed) co_return indexed.error();
  tenant.record.used += plan.header.accounted;
  tenant.record.count += 1;
  tenant.record.note_change();
  co_await save_tenant(transaction, tenant);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who, plan.header.updated_at);
  if (!recorded) co_return recorded.error();
  co_return secret_info(tenant.id, plan.id, plan.header, plan.metadata);
}

Metadata metadata_of(NewSecret& secret) {
  Metadata metadata;
  metadata.name = std::move(secret.name);
  metadata.display = mask(secret.value.text());
  metadata.tool_name = std::move(secret.tool_name);
  metadata.tool_arg = std::move(secret.tool_arg);
  metadata.is_default = secret.is_default_for_tool;
  return metadata;
}

/// Seals for the tenant's present state.
Outcome<void> prepare(CreatePlan& plan, crypto::ByteView value) {
  auto tenant = tenant_to_seal_for(*plan.store, plan.tenant.id);
  if (!tenant) return tenant.error();
  plan.tenant = std::move(*tenant);
  plan.makes_key = !plan.tenant.record.key;
  if (plan.makes_key) plan.tenant.record.key = crypto::make_tenant_key(*plan.store->keys.root_public, plan.tenant.id);
  const crypto::ValueAddress address{plan.tenant.id, plan.id, 1};
  const auto box = crypto::seal_value(*plan.tenant.record.key, address, value, crypto::ValueFormat::first, {});
  crypto::burn_stack();
  if (!box) return altered({}, "the tenant's public key is not a valid key");
  plan.row = seal_secret(*plan.tenant.keys, plan.id, plan.header, *box, plan.metadata);
  return {};
}

Async<SecretInfo> create_secret(ContextPtr store, crypto::Uuid tenant, NewSecret secret, AuditContext who) {
  const auto plan = std::make_shared<CreatePlan>();
  const auto now = std::chrono::system_clock::now();
  plan->store = store;
  plan->tenant.id = tenant;
  plan->id = crypto::make_uuid_v7(now);
  plan->metadata = metadata_of(secret);
  if (!plan->metadata.default_is_bound()) co_return failed(Errc::default_unbound);
  plan->header.created_at = plan->header.updated_at = to_microseconds(now);
  plan->header.accounted = static_cast<std::uint32_t>(plan->metadata.accounted(secret.value.size()));
  plan->event.action = AuditAction::secret_create;
  plan->event.tenant = tenant;
  plan->event.secrets.push_back(plan->id);
  plan->who = std::move(who);

  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    const auto ready = prepare(*plan, secret.value.view());
    if (!ready) co_return ready.error();
    WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return insert(transaction, *plan); };
    const std::size_t bytes =
        sizeof(CreatePlan) + plan->row.size() + plan->header.accounted + audit_bytes(plan->event, plan->who);
    auto outcome = co_await write<SecretInfo>(*store->engine, std::move(body), growth_of(plan->event.action), bytes);
    if (outcome || outcome.error().code != Errc::conflict) co_return outcome;
  }
  co_return failed(Errc::conflict);
}

}  // namespace

Async<SecretInfo> Secrets::create(crypto::Uuid tenant, NewSecret secret, AuditContext who) {
  return recording(context_, tenant, who, create_secret(context_, tenant, std::move(secret), who));
}

}  // namespace tacit::store
