// Stores a new secret: its row and its index entries in one write, after the limits and the unique names are checked.
#include "crypto/primitives/random.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/value_sealing.hpp"

namespace tacit::store {
namespace {

/// What a seal depends on, as of one snapshot.
struct TenantState {
  Tenant tenant;  ///< as stored, or a new one
  SealingRules rules;
  std::optional<Prekey> prekey;          ///< for a tenant without a key pair, once key pairs are signed
  std::optional<crypto::Uuid> newest{};  ///< on a shared engine: the tenant's newest secret
};

/// All inputs of the transaction, so that it does not seal, verify or hash: all requests share the writer thread.
struct CreatePlan {
  ContextPtr store;
  TenantState state;       ///< as read before; the tenant has the key pair to which the value is sealed
  bool makes_key = false;  ///< the tenant gets that key pair by this write
  crypto::Uuid tenant;
  crypto::Uuid id;
  SecretHeader header;
  Metadata metadata;
  std::uint64_t accounted = 0;
  Bytes row;
  AuditEvent event;
  AuditContext who;
};

Task<Outcome<TenantState>> read_state(Transaction& transaction, const StoreContext& store, crypto::Uuid id) {
  if (transaction.traits().shared) transaction.expect(Table::tenants, newest_secret_row_key(id).view());
  auto stored = co_await load_tenant(transaction, store.metadata(), id);
  if (!stored) co_return stored.error();
  TenantState state;
  state.tenant = *stored ? std::move(**stored) : new_tenant(store.metadata(), id);
  state.rules = co_await sealing_rules(transaction, store, state.tenant.record);
  if (transaction.traits().shared) {
    const auto newest = co_await newest_secret(transaction, id);
    if (!newest) co_return newest.error();
    state.newest = *newest;
  }
  if (state.tenant.record.key || store.keys.phase() == crypto::SigningPhase::none) co_return state;
  if (!state.rules.padded) co_return failed(Errc::unavailable, "the store's format is being raised");
  // A random one, so that first writes that wait for the same transaction seldom want the same key pair.
  crypto::KeyNumber start{};
  crypto::random_bytes(start);
  state.prekey = co_await pick_prekey(transaction, start);
  if (!state.prekey) co_return failed(Errc::no_prekeys);
  co_return state;
}

/// Gives a tenant without a key pair the one of the pool, or a new one while nothing is signed. Fails with `conflict`
/// if that of the pool is unusable: another one may be usable.
Outcome<void> give_key(CreatePlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  auto& key = plan.state.tenant.record.key;
  plan.makes_key = !key;
  plan.event.tenant_key.reset();
  if (!plan.makes_key) return {};
  if (!plan.state.prekey) {
    key = crypto::make_tenant_key(*keys.root_public, plan.tenant);
    return {};
  }
  if (!is_usable_prekey(keys, plan.state.prekey->key)) return failed(Errc::conflict);
  key = plan.state.prekey->key;
  plan.event.tenant_key = key->certificate->number;
  return {};
}

/// On a shared engine: gives the secret an id above the tenant's newest, whatever this host's clock says.
Outcome<void> give_id(CreatePlan& plan) {
  const auto id = plan.store->given_ids->next(plan.tenant, plan.state.newest, std::chrono::system_clock::now());
  if (!id) return altered({}, "no secret of the tenant can have a larger id than its newest");
  plan.id = *id;
  plan.event.secrets.assign(1, plan.id);
  return {};
}

/// Seals for the tenant's present state, as it was read. Fails with `conflict` if another attempt may succeed.
Outcome<void> prepare(CreatePlan& plan, Outcome<TenantState> state, crypto::ByteView value) {
  const StoreContext& store = *plan.store;
  if (!state) return state.error();
  plan.state = std::move(*state);
  const auto given = give_key(plan);
  if (!given) return given.error();
  const auto named = store.engine->traits().shared ? give_id(plan) : Outcome<void>();
  if (!named) return named.error();
  const SealingRules& rules = plan.state.rules;
  describe_value(plan.header, plan.metadata, rules, value.size());
  const crypto::ValueAddress address{plan.tenant, plan.id, plan.header.value_version};
  const auto box =
      seal_new_value(store.keys, plan.state.tenant.record, address, value, rules, binding_for(rules, plan.metadata));
  if (!box) return box.error();
  plan.row = seal_secret(*plan.state.tenant.keys, plan.id, plan.header, *box, plan.metadata);
  plan.event.rows = {row_digest(plan.row)};
  return {};
}

/// Whether the plan still fits the stored tenant. A tenant without a key takes the plan's key if the plan made one. A
/// key that was stored before may be gone, because the tenant was erased meanwhile, and its root key may be gone too.
bool still_fits(const CreatePlan& plan, const Tenant& stored, const SealingRules& rules) {
  const TenantRecord& planned = plan.state.tenant.record;
  if (planned.metadata_key != stored.record.metadata_key || plan.state.rules != rules) return false;
  return stored.record.key ? stored.record.key->public_key == planned.key->public_key : plan.makes_key;
}

/// Gives the stored tenant the plan's key pair. Fails with `conflict` if another tenant got it.
Task<Outcome<void>> store_key(Transaction& transaction, const CreatePlan& plan, Tenant& tenant) {
  const auto allowed = co_await check_primaries(transaction, plan.store->keys);
  if (!allowed) co_return allowed.error();
  if (plan.state.prekey) {
    const bool taken = co_await take_prekey(transaction, *plan.state.prekey);
    if (!taken) co_return failed(Errc::conflict);
  }
  tenant.record.key = plan.state.tenant.record.key;
  co_return Outcome<void>();
}

/// Succeeds if the tenant may have one more secret, of that name and with those bindings.
Task<Outcome<void>> check_rules(Transaction& transaction, const CreatePlan& plan, const Tenant& tenant) {
  const auto unique = co_await check_unique(transaction, tenant, plan.id, plan.metadata);
  if (!unique) co_return unique.error();
  const std::uint32_t most = tenant.record.limits.secrets.value_or(plan.store->secrets_default);
  if (const auto refusal = count_refusal(most, tenant.record.count)) {
    co_return Failure{.code = Errc::too_many_secrets, .quota = *refusal};
  }
  const std::uint64_t limit = tenant.record.limit(plan.store->quota_default);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, 0, plan.accounted)) {
    co_return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  co_return Outcome<void>();
}

/// On a shared engine: the secret becomes the tenant's newest. Fails with `conflict` if a newer one was created since
/// its id was made.
Task<Outcome<void>> become_newest(Transaction& transaction, const CreatePlan& plan) {
  const auto newest = co_await newest_secret(transaction, plan.tenant);
  if (!newest) co_return newest.error();
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero that `<=>` compares with for a pointer
  if (*newest && **newest >= plan.id) co_return failed(Errc::conflict);
  put_newest_secret(transaction, plan.tenant, plan.id);
  co_return Outcome<void>();
}

/// What `insert` reads, if the tenant's metadata key is still that of the plan: an engine that waits reads it together.
void expect_rows(Transaction& transaction, const CreatePlan& plan) {
  const crypto::TenantKeys& keys = *plan.state.tenant.keys;
  const Metadata& metadata = plan.metadata;
  transaction.expect(Table::tenants, record_row_key(plan.tenant).view());
  transaction.expect(Table::tenants, newest_secret_row_key(plan.tenant).view());
  transaction.expect(Table::tenants, name_row_key(keys, plan.tenant, metadata.name).view());
  if (!metadata.is_default) return;
  const RowKey key = default_row_key(keys, plan.tenant, *metadata.tool_name, *metadata.tool_arg);
  transaction.expect(Table::tenants, key.view());
}

Task<Outcome<SecretInfo>> insert(Transaction& transaction, CreatePlan& plan) {
  const auto& known = plan.state.tenant.keys;
  if (transaction.traits().waits) expect_rows(transaction, plan);
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, known);
  if (!loaded) co_return loaded.error();
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant, known);
  const SealingRules rules = co_await sealing_rules(transaction, *plan.store, tenant.record);
  if (!still_fits(plan, tenant, rules)) co_return failed(Errc::conflict);
  if (!tenant.record.key) {
    const auto stored = co_await store_key(transaction, plan, tenant);
    if (!stored) co_return stored.error();
  }
  const auto allowed = co_await check_rules(transaction, plan, tenant);
  if (!allowed) co_return allowed.error();
  if (transaction.traits().shared) {
    const auto newest = co_await become_newest(transaction, plan);
    if (!newest) co_return newest.error();
  }
  transaction.put(Table::tenants, secret_row_key(plan.tenant, plan.id).view(), plan.row);
  const auto indexed = reindex(transaction, tenant, plan.id, nullptr, &plan.metadata);
  if (!indexed) co_return indexed.error();
  tenant.record.used += plan.accounted;
  tenant.record.count += 1;
  tenant.record.note_change();
  co_await save_tenant(transaction, tenant);
  number_event(plan.event, transaction, tenant.record);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who, plan.header.updated_at);
  if (!recorded) co_return recorded.error();
  co_return secret_info(plan.tenant, plan.id, plan.header, plan.metadata);
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

/// The plan without what depends on the tenant's state.
std::shared_ptr<CreatePlan> begin_plan(ContextPtr store, const crypto::Uuid& tenant, NewSecret& secret,
                                       AuditContext who) {
  auto plan = std::make_shared<CreatePlan>();
  const auto now = std::chrono::system_clock::now();
  plan->store = std::move(store);
  plan->tenant = tenant;
  plan->id = crypto::make_uuid_v7(now);
  plan->metadata = metadata_of(secret);
  plan->header.created_at = plan->header.updated_at = to_microseconds(now);
  plan->accounted = plan->metadata.accounted(secret.value.size());
  plan->event.action = AuditAction::secret_create;
  plan->event.tenant = tenant;
  plan->event.secrets.push_back(plan->id);
  plan->event.versions.push_back(plan->header.value_version);
  plan->who = std::move(who);
  return plan;
}

Async<SecretInfo> submit_insertion(std::shared_ptr<CreatePlan> plan) {
  WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return insert(transaction, *plan); };
  const std::size_t bytes = sizeof(CreatePlan) + plan->row.size() + plan->accounted +
                            (plan->state.prekey ? 2 * plan->state.prekey->row.size() : 0) +
                            audit_bytes(plan->event, plan->who);
  return write<SecretInfo>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

Async<SecretInfo> create_secret(ContextPtr store, crypto::Uuid tenant, NewSecret secret, AuditContext who) {
  const auto plan = begin_plan(std::move(store), tenant, secret, std::move(who));
  if (!plan->metadata.default_is_bound()) co_return failed(Errc::default_unbound);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    WorkBody<TenantState> body = [plan](Transaction& transaction) {
      return read_state(transaction, *plan->store, plan->tenant);
    };
    auto state = co_await read<TenantState>(*plan->store->engine, std::move(body));
    const auto ready = prepare(*plan, std::move(state), secret.value.view());
    if (!ready && ready.error().code == Errc::conflict) continue;
    if (!ready) co_return ready.error();
    auto outcome = co_await submit_insertion(plan);
    if (outcome || outcome.error().code != Errc::conflict) co_return outcome;
  }
  // Each key pair of the pool that was tried was unusable, or another tenant got it.
  if (plan->state.prekey) co_return failed(Errc::no_prekeys);
  co_return failed(Errc::conflict);
}

}  // namespace

Async<SecretInfo> Secrets::create(crypto::Uuid tenant, NewSecret secret, AuditContext who) {
  return recording(context_, tenant, who, create_secret(context_, tenant, std::move(secret), who));
}

}  // namespace tacit::store
