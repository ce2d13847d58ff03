#include "store/secrets/creation.hpp"

#include "crypto/primitives/random.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/slices/slice.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

bool needs_newest_rows(const CreatePlan& plan) {
  if (plan.terms.idempotency) return true;
  for (const Creation& secret : plan.secrets) {
    if (secret.metadata.expires_at) return true;
  }
  return false;
}

/// The key pair of the pool that the tenant is to get, if it needs one.
Task<Outcome<void>> find_prekey(Transaction& transaction, const StoreContext& store, TenantState& state) {
  if (state.tenant.record.key || store.keys.phase() == crypto::SigningPhase::none) co_return Outcome<void>();
  if (!state.rules.padded) co_return format_is_being_raised();
  // A random one, so that first writes that wait for the same transaction seldom want the same key pair.
  crypto::KeyNumber start{};
  crypto::random_bytes(start);
  state.prekey = co_await pick_prekey(transaction, start);
  if (!state.prekey) co_return failed(Errc::no_prekeys);
  co_return Outcome<void>();
}

Task<Outcome<TenantState>> read_state(Transaction& transaction, const CreatePlan& plan) {
  const StoreContext& store = *plan.store;
  if (transaction.traits().shared) transaction.expect(Table::tenants, newest_secret_row_key(plan.tenant).view());
  auto stored = co_await load_tenant(transaction, store.metadata(), plan.tenant);
  if (!stored) co_return stored.error();
  TenantState state;
  state.tenant = *stored ? std::move(**stored) : new_tenant(store.metadata(), plan.tenant);
  if (plan.terms.idempotency && *stored) {
    auto earlier = co_await find_earlier(transaction, state.tenant, *plan.terms.idempotency, plan.now);
    if (!earlier) co_return earlier.error();
    state.earlier = std::move(*earlier);
    if (state.earlier.repeat != EarlierRequest::Repeat::fresh) co_return state;
  }
  state.rules = co_await sealing_rules(transaction, store, state.tenant.record);
  if (!state.rules.versions && needs_newest_rows(plan)) co_return format_is_being_raised();
  if (transaction.traits().shared) {
    const auto newest = co_await newest_secret(transaction, plan.tenant);
    if (!newest) co_return newest.error();
    state.newest = *newest;
  }
  const auto found = co_await find_prekey(transaction, store, state);
  if (!found) co_return found.error();
  co_return state;
}

/// Gives a tenant without a key pair the one of the pool, or a new one while nothing is signed. Fails with `conflict`
/// if that of the pool is unusable: another one may be usable.
Outcome<void> give_key(CreatePlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  auto& key = plan.state.tenant.record.key;
  std::optional<crypto::KeyNumber>& number = plan.secrets.front().event.tenant_key;
  plan.makes_key = !key;
  number.reset();
  if (!plan.makes_key) return {};
  if (!plan.state.prekey) {
    key = crypto::make_tenant_key(*keys.root_public, plan.tenant);
    return {};
  }
  if (!is_usable_prekey(keys, plan.state.prekey->key)) return failed(Errc::conflict);
  key = plan.state.prekey->key;
  number = key->certificate->number;
  return {};
}

/// On a shared engine: gives the secrets ids above the tenant's newest, whatever this host's clock says.
Outcome<void> give_ids(CreatePlan& plan) {
  std::optional<crypto::Uuid> newest = plan.state.newest;
  for (Creation& secret : plan.secrets) {
    const auto id = plan.store->given_ids->next(plan.tenant, newest, plan.store->now());
    if (!id) return altered({}, "no secret of the tenant can have a larger id than its newest");
    secret.id = *id;
    secret.event.secrets.assign(1, *id);
    newest = *id;
  }
  return {};
}

/// For the tenant's present state, as it was read. Fails with `conflict` if another attempt may succeed.
Outcome<void> prepare(CreatePlan& plan, TenantState state) {
  plan.state = std::move(state);
  const auto given = give_key(plan);
  if (!given) return given.error();
  return plan.store->engine->traits().shared ? give_ids(plan) : Outcome<void>();
}

Outcome<void> seal(const CreatePlan& plan, Creation& secret, crypto::ByteView value) {
  const SealingRules& rules = plan.state.rules;
  describe_value(secret.header, secret.metadata, rules, value.size());
  const crypto::ValueAddress address{plan.tenant, secret.id, secret.header.sealed_version};
  const auto box = seal_new_value(plan.store->keys, plan.state.tenant.record, address, value, rules,
                                  binding_for(rules, secret.metadata));
  if (!box) return box.error();
  secret.row = seal_secret(*plan.state.tenant.keys, secret.id, secret.header, *box, secret.metadata);
  secret.event.rows.assign(1, row_digest(secret.row));
  return {};
}

/// Seals all, and gives way to others in between.
Async<void> seal_all(CreatePlan& plan, const std::vector<crypto::WipedBytes>& values) {
  Slice slice(plan.store->slice, Slice::Begins::now);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto sealed = seal(plan, plan.secrets[i], values[i].view());
    if (!sealed) co_return sealed.error();
    if (i + 1 == values.size() || !slice.over(plan.secrets[i].row.size())) continue;
    co_await next_turn();
    slice = Slice(plan.store->slice, Slice::Begins::now);
  }
  co_return Outcome<void>();
}

Async<Answered> submit_insertion(std::shared_ptr<CreatePlan> plan, Growth growth) {
  WorkBody<Answered> body = [plan](Transaction& transaction) { return insert_all(transaction, *plan); };
  std::size_t bytes = sizeof(CreatePlan) + (plan->state.prekey ? 2 * plan->state.prekey->row.size() : 0);
  for (const Creation& secret : plan->secrets) {
    bytes += sizeof(Creation) + secret.row.size() + secret.accounted + audit_bytes(secret.event, plan->who);
  }
  return write<Answered>(*plan->store->engine, std::move(body), growth, bytes);
}

/// For a request whose key came before. It is answered in a transaction, too, and also when space is short: else many
/// other bodies that are sent at once would be compared with the first before three of them are counted.
Async<Answered> answer_repeated(std::shared_ptr<CreatePlan> plan, bool counts) {
  if (counts) co_return co_await submit_insertion(plan, Growth::logs);
  Answered answered;
  answered.key_reused = true;
  co_return answered;
}

/// One attempt. Fails with `conflict` if another one may succeed.
Async<Answered> try_to_create(std::shared_ptr<CreatePlan> plan, const std::vector<crypto::WipedBytes>& values) {
  WorkBody<TenantState> body = [plan](Transaction& transaction) { return read_state(transaction, *plan); };
  auto state = co_await read<TenantState>(*plan->store->engine, std::move(body));
  if (!state) co_return state.error();
  if (state->earlier.repeat != EarlierRequest::Repeat::fresh) {
    co_return co_await answer_repeated(plan, counts_other_body(state->earlier));
  }
  const auto ready = prepare(*plan, std::move(*state));
  if (!ready) co_return ready.error();
  if (values.size() == 1) {
    const auto sealed = seal(*plan, plan->secrets.front(), values.front().view());
    if (!sealed) co_return sealed.error();
  } else {
    const auto sealed = co_await seal_all(*plan, values);
    if (!sealed) co_return sealed.error();
  }
  co_return co_await submit_insertion(plan, growth_of(AuditAction::secret_create));
}

Metadata metadata_of(const NewSecret& secret) {
  Metadata metadata;
  metadata.name = secret.name;
  metadata.display = mask(secret.value.text());
  metadata.tool_name = secret.tool_name;
  metadata.tool_arg = secret.tool_arg;
  metadata.is_default = secret.is_default_for_tool;
  metadata.expires_at = secret.expires_at;
  return metadata;
}

}  // namespace

std::shared_ptr<CreatePlan> begin_plan(ContextPtr store, const crypto::Uuid& tenant, RepeatableKind kind,
                                       AuditContext who, ChangeTerms terms) {
  auto plan = std::make_shared<CreatePlan>();
  plan->now = to_microseconds(store->now());
  plan->store = std::move(store);
  plan->tenant = tenant;
  plan->kind = kind;
  plan->terms = std::move(terms);
  plan->who = std::move(who);
  return plan;
}

void add_secret(CreatePlan& plan, const NewSecret& secret) {
  const std::chrono::system_clock::time_point now{std::chrono::microseconds(plan.now)};
  const auto before = plan.secrets.empty() ? std::optional<crypto::Uuid>() : plan.secrets.back().id;
  Creation& added = plan.secrets.emplace_back();
  added.id = id_above(before, now).value_or(crypto::make_uuid_v7(now));
  added.metadata = metadata_of(secret);
  added.header.created_at = added.header.updated_at = plan.now;
  added.accounted = added.metadata.accounted(secret.value.size());
  added.event.action = AuditAction::secret_create;
  added.event.tenant = plan.tenant;
  added.event.secrets.push_back(added.id);
  added.event.versions.push_back(added.header.value_version);
}

Outcome<ChangedSecrets> repeat_answer(const CreatePlan& plan, const KeptAnswer& answer) {
  if (answer.kind != plan.kind || answer.secrets.size() != plan.secrets.size()) {
    return altered({}, "the row of an idempotency key is of another request");
  }
  ChangedSecrets changed;
  changed.replayed = true;
  for (std::size_t i = 0; i < answer.secrets.size(); ++i) {
    const SecretInfo& kept = answer.secrets[i];
    SecretHeader header;
    header.created_at = kept.created_at;
    header.updated_at = kept.updated_at;
    header.value_version = kept.version;
    changed.secrets.push_back(secret_info(plan.tenant, kept.id, header, plan.secrets[i].metadata));
  }
  return changed;
}

Async<ChangedSecrets> create_all(std::shared_ptr<CreatePlan> plan, std::vector<crypto::WipedBytes> values) {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    auto outcome = co_await try_to_create(plan, values);
    if (!outcome && outcome.error().code == Errc::conflict) continue;
    if (!outcome) co_return outcome.error();
    if (outcome->key_reused) co_return failed(Errc::key_reused);
    co_return std::move(outcome->changed);
  }
  // Each key pair of the pool that was tried was unusable, or another tenant got it.
  if (plan->state.prekey) co_return failed(Errc::no_prekeys);
  co_return failed(Errc::conflict);
}

}  // namespace tacit::store
