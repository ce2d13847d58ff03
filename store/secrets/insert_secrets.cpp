// The transaction that stores new secrets: their rows and index entries, after the limits and the unique names are
// checked, with one change of the tenant's record and an audit entry for each.
#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/creation.hpp"
#include "store/secrets/preconditions.hpp"

namespace tacit::store {
namespace {

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

/// The failure of a plan's secret at `at`: a batch names it.
Failure of_item(const CreatePlan& plan, std::size_t at, Failure failure) {
  if (plan.kind == RepeatableKind::batch) failure.item = at;
  return failure;
}

/// The refusal of the secret at `at` because of the limits, or std::nullopt. What was asked for is that of all.
std::optional<Failure> limit_refusal(const CreatePlan& plan, const Tenant& tenant, std::size_t at) {
  const TenantRecord& record = tenant.record;
  std::uint64_t rest = 0;
  for (std::size_t i = at + 1; i < plan.secrets.size(); ++i) rest += plan.secrets[i].accounted;
  const std::uint32_t most = record.limits.secrets.value_or(plan.store->secrets_default);
  if (auto refusal = count_refusal(most, record.count)) {
    refusal->used -= at;
    refusal->requested += plan.secrets.size() - at - 1;
    return Failure{.code = Errc::too_many_secrets, .quota = *refusal};
  }
  const std::uint64_t limit = record.limit(plan.store->quota_default);
  if (auto refusal = quota_refusal(limit, record.used, 0, plan.secrets[at].accounted)) {
    for (std::size_t i = 0; i < at; ++i) refusal->used -= plan.secrets[i].accounted;
    refusal->requested += rest;
    return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  return std::nullopt;
}

/// On a shared engine: the last secret becomes the tenant's newest. Fails with `conflict` if a newer one than the first
/// was created since their ids were made.
Task<Outcome<void>> become_newest(Transaction& transaction, const CreatePlan& plan) {
  const auto newest = co_await newest_secret(transaction, plan.tenant);
  if (!newest) co_return newest.error();
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero that `<=>` compares with for a pointer
  if (*newest && **newest >= plan.secrets.front().id) co_return failed(Errc::conflict);
  put_newest_secret(transaction, plan.tenant, plan.secrets.back().id);
  co_return Outcome<void>();
}

/// What the transaction reads, if the tenant's metadata key is still that of the plan: an engine that waits reads it
/// together.
void expect_rows(Transaction& transaction, const CreatePlan& plan) {
  if (!plan.state.tenant.keys) return;
  const crypto::TenantKeys& keys = *plan.state.tenant.keys;
  transaction.expect(Table::tenants, record_row_key(plan.tenant).view());
  transaction.expect(Table::tenants, newest_secret_row_key(plan.tenant).view());
  for (const Creation& secret : plan.secrets) {
    const Metadata& metadata = secret.metadata;
    transaction.expect(Table::tenants, name_row_key(keys, plan.tenant, metadata.name).view());
    if (!metadata.is_default) continue;
    const RowKey key = default_row_key(keys, plan.tenant, *metadata.tool_name, *metadata.tool_arg);
    transaction.expect(Table::tenants, key.view());
  }
}

/// Puts the secret's rows and counts it. A later secret of the plan sees them.
Task<Outcome<void>> insert_one(Transaction& transaction, CreatePlan& plan, Tenant& tenant, std::size_t at) {
  Creation& secret = plan.secrets[at];
  const auto unique = co_await check_unique(transaction, tenant, secret.id, secret.metadata);
  if (!unique) co_return of_item(plan, at, unique.error());
  if (auto refusal = limit_refusal(plan, tenant, at)) co_return of_item(plan, at, std::move(*refusal));
  transaction.put(Table::tenants, secret_row_key(plan.tenant, secret.id).view(), secret.row);
  const auto indexed = reindex(transaction, tenant, secret.id, nullptr, &secret.metadata);
  if (!indexed) co_return indexed.error();
  tenant.record.used += secret.accounted;
  tenant.record.count += 1;
  tenant.record.note_change();
  co_return Outcome<void>();
}

/// Each secret is one change of the tenant. `record` is as after the last one.
void number_events(CreatePlan& plan, const Transaction& transaction, const TenantRecord& record) {
  std::uint64_t later = plan.secrets.size();
  for (Creation& secret : plan.secrets) {
    --later;
    number_event(secret.event, transaction, record);
    if (secret.event.change) *secret.event.change -= later;
  }
}

Task<Outcome<void>> insert_each(Transaction& transaction, CreatePlan& plan, Tenant& tenant) {
  for (std::size_t at = 0; at < plan.secrets.size(); ++at) {
    const auto inserted = co_await insert_one(transaction, plan, tenant, at);
    if (!inserted) co_return inserted.error();
  }
  co_await save_tenant(transaction, tenant);
  number_events(plan, transaction, tenant.record);
  for (const Creation& secret : plan.secrets) {
    const auto recorded = co_await append_audit(transaction, secret.event, plan.who, secret.header.updated_at);
    if (!recorded) co_return recorded.error();
  }
  co_return Outcome<void>();
}

ChangedSecrets answer_of(const CreatePlan& plan) {
  ChangedSecrets changed;
  for (const Creation& secret : plan.secrets) {
    changed.secrets.push_back(secret_info(plan.tenant, secret.id, secret.header, secret.metadata));
  }
  return changed;
}

/// Stores the plan's secrets for a tenant as it is stored. `earlier` is fresh.
Task<Outcome<ChangedSecrets>> insert(Transaction& transaction, CreatePlan& plan, Tenant& tenant,
                                     const EarlierRequest& earlier) {
  const auto wanted = check_precondition(plan.terms.precondition, std::nullopt);
  if (!wanted) co_return wanted.error();
  const SealingRules rules = co_await sealing_rules(transaction, *plan.store, tenant.record);
  if (!still_fits(plan, tenant, rules)) co_return failed(Errc::conflict);
  if (!tenant.record.key) {
    const auto stored = co_await store_key(transaction, plan, tenant);
    if (!stored) co_return stored.error();
  }
  if (transaction.traits().shared) {
    const auto newest = co_await become_newest(transaction, plan);
    if (!newest) co_return newest.error();
  }
  const auto inserted = co_await insert_each(transaction, plan, tenant);
  if (!inserted) co_return inserted.error();
  ChangedSecrets changed = answer_of(plan);
  if (!plan.terms.idempotency) co_return changed;
  KeptAnswer answer;
  answer.kind = plan.kind;
  answer.secrets = changed.secrets;
  const auto kept =
      co_await keep_answer(transaction, tenant, *plan.terms.idempotency, earlier, plan.now, std::move(answer));
  if (!kept) co_return kept.error();
  co_return changed;
}

}  // namespace

Task<Outcome<Answered>> insert_all(Transaction& transaction, CreatePlan& plan) {
  const auto& known = plan.state.tenant.keys;
  if (transaction.traits().waits) expect_rows(transaction, plan);
  auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant, known);
  if (!loaded) co_return loaded.error();
  Tenant tenant = *loaded ? std::move(**loaded) : new_tenant(plan.store->metadata(), plan.tenant, known);
  Answered answered;
  EarlierRequest earlier;
  if (plan.terms.idempotency) {
    auto found = co_await find_earlier(transaction, tenant, *plan.terms.idempotency, plan.now);
    if (!found) co_return found.error();
    earlier = std::move(*found);
  }
  if (earlier.repeat == EarlierRequest::Repeat::other) {
    count_other_body(transaction, plan.tenant, std::move(earlier));
    answered.key_reused = true;
    co_return answered;
  }
  auto changed = earlier.repeat == EarlierRequest::Repeat::same ? repeat_answer(plan, earlier.row->answer)
                                                                : Outcome<ChangedSecrets>(ChangedSecrets());
  if (earlier.repeat == EarlierRequest::Repeat::fresh) {
    changed = co_await insert(transaction, plan, tenant, earlier);
  }
  if (!changed) co_return changed.error();
  answered.changed = std::move(*changed);
  co_return answered;
}

}  // namespace tacit::store
