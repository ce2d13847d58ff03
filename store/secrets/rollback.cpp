// Makes a previous value of a secret the present one, as a new version. Its box is taken as it is: nobody reads the
// value, and it keeps the version that it was sealed under.
#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/preconditions.hpp"
#include "store/secrets/repeated_request.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

struct RollbackPlan {
  ChangePlace place;
  std::uint32_t version = 0;
  ChangeTerms terms;
};

struct RolledBack {
  ChangedSecret changed;
  bool key_reused = false;
};

/// The previous value, copied: stored rows move with a change.
struct TakenVersion {
  VersionHeader header;
  VersionMetadata metadata;
  Bytes box;
};

Task<Outcome<TakenVersion>> find_version(Transaction& transaction, const RollbackPlan& plan,
                                         const StoredState& stored) {
  const StoredSecret& secret = stored.secret;
  if (!stored.rules.versions) co_return format_is_being_raised();
  if (plan.version == secret.header.value_version) co_return failed(Errc::version_current);
  const auto places = co_await previous_values(transaction, plan.place.tenant, secret.id, secret.header);
  if (!places) co_return places.error();
  const MetadataOpener opener =
      MetadataOpener{plan.place.store->metadata(), plan.place.tenant, stored.tenant.keys.get()};
  for (const VersionPlace& place : *places) {
    if (place.number != plan.version) continue;
    auto opened = open_version(opener, secret.id, place.number, place.row);
    if (!opened) co_return opened.error();
    TakenVersion taken;
    taken.header = opened->header;
    taken.metadata = std::move(opened->metadata);
    taken.box.assign(opened->value_box.begin(), opened->value_box.end());
    co_return taken;
  }
  co_return failed(Errc::not_found);
}

/// Succeeds if the value is sealed to the tenant's present key pair. A rekey moves secrets before previous values
/// (store/keys/rekey_look.cpp), so a box of the previous pair that came back now would be left behind, and lost with
/// that pair.
Outcome<void> check_pair(const TenantRecord& record, const crypto::Uuid& secret, ByteView box) {
  const crypto::TenantKey* const pair = key_of_box(record, box);
  if (pair == nullptr) return altered(secret, "a previous value names a key that its tenant's record does not");
  if (!record.key || pair != &*record.key) return failed(Errc::unavailable, "the tenant's key pair is being replaced");
  return {};
}

/// Succeeds if the version is for the tool and the argument that the secret has now, and fits into the quota.
Outcome<void> check_rules(const RollbackPlan& plan, const StoredState& stored, const TakenVersion& taken) {
  const Metadata& now = stored.secret.metadata;
  const bool is_rebound = now.tool_name != taken.metadata.tool_name || now.tool_arg != taken.metadata.tool_arg;
  if (is_rebound) return failed(Errc::version_rebound);
  const TenantRecord& record = stored.tenant.record;
  const auto movable = check_pair(record, stored.secret.id, taken.box);
  if (!movable) return movable.error();
  const std::uint64_t limit = record.limit(plan.place.store->quota_default);
  const std::uint64_t after = now.accounted(taken.metadata.value_length);
  if (const auto refusal = quota_refusal(limit, record.used, accounted_of(stored.secret), after)) {
    return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  return {};
}

NextRow row_with(const RollbackPlan& plan, const StoredState& stored, TakenVersion taken) {
  NextRow next = next_row(plan.place, stored);
  next.header.value_version = stored.secret.header.value_version + 1;
  next.header.sealed_version = taken.header.sealed_version;
  next.header.value_since = next.header.updated_at;
  next.header.strict = taken.header.strict;
  next.metadata.display = std::move(taken.metadata.display);
  next.metadata.value_length = taken.metadata.value_length;
  next.accounted = next.metadata.accounted(taken.metadata.value_length);
  next.box = std::move(taken.box);
  return next;
}

Task<Outcome<SecretInfo>> take_version(Transaction& transaction, const RollbackPlan& plan, StoredState& stored) {
  const auto fits = check_precondition(plan.terms.precondition, stored.secret.header.updated_at);
  if (!fits) co_return fits.error();
  auto taken = co_await find_version(transaction, plan, stored);
  if (!taken) co_return taken.error();
  const auto allowed = check_rules(plan, stored, *taken);
  if (!allowed) co_return allowed.error();
  NextRow next = row_with(plan, stored, std::move(*taken));
  const std::uint32_t kept = plan.place.store->versions_kept;
  next.versions = co_await keep_present_value(transaction, stored, *plan.place.store, kept, plan.version);
  std::string reason = "from version " + std::to_string(plan.version);
  auto changed = co_await store_row(transaction, plan.place, stored, next, std::move(reason));
  if (!changed || !plan.terms.with_last_use) co_return changed;
  co_await add_last_use(transaction, *plan.place.store, *changed);
  co_return changed;
}

Outcome<RolledBack> repeated(const EarlierRequest& earlier) {
  const KeptAnswer& answer = earlier.row->answer;
  if (answer.kind != RepeatableKind::rollback || answer.secrets.size() != 1) {
    return altered({}, "the row of an idempotency key is of another request");
  }
  RolledBack again;
  again.changed.secret = answer.secrets.front();
  again.changed.replayed = true;
  return again;
}

/// For a request that is not a repetition. `earlier` is fresh.
Task<Outcome<RolledBack>> roll_back_once(Transaction& transaction, const RollbackPlan& plan, Tenant tenant,
                                         const EarlierRequest& earlier) {
  auto stored = co_await load_state(transaction, plan.place, std::move(tenant));
  if (!stored) co_return stored.error();
  auto changed = co_await take_version(transaction, plan, *stored);
  if (!changed) co_return changed.error();
  RolledBack done;
  done.changed.secret = std::move(*changed);
  if (!plan.terms.idempotency) co_return done;
  KeptAnswer answer;
  answer.kind = RepeatableKind::rollback;
  answer.secrets.push_back(done.changed.secret);
  const auto kept = co_await keep_answer(transaction, stored->tenant, *plan.terms.idempotency, earlier, plan.place.now,
                                         std::move(answer));
  if (!kept) co_return kept.error();
  co_return done;
}

Task<Outcome<RolledBack>> roll_back(Transaction& transaction, const RollbackPlan& plan) {
  auto tenant = co_await load_owner(transaction, plan.place);
  if (!tenant) co_return tenant.error();
  EarlierRequest earlier;
  if (plan.terms.idempotency) {
    auto found = co_await find_earlier(transaction, *tenant, *plan.terms.idempotency, plan.place.now);
    if (!found) co_return found.error();
    earlier = std::move(*found);
  }
  if (earlier.repeat == EarlierRequest::Repeat::same) co_return repeated(earlier);
  if (earlier.repeat == EarlierRequest::Repeat::other) {
    count_other_body(transaction, plan.place.tenant, std::move(earlier));
    RolledBack refused;
    refused.key_reused = true;
    co_return refused;
  }
  co_return co_await roll_back_once(transaction, plan, std::move(*tenant), earlier);
}

Async<ChangedSecret> roll_back_secret(std::shared_ptr<const RollbackPlan> plan) {
  WorkBody<RolledBack> body = [plan](Transaction& transaction) { return roll_back(transaction, *plan); };
  const ChangePlace& place = plan->place;
  const std::size_t bytes = sizeof(RollbackPlan) + audit_bytes(place.event, place.who);
  const Growth growth = growth_of(place.event.action);
  auto outcome = co_await write<RolledBack>(*place.store->engine, std::move(body), growth, bytes);
  if (!outcome) co_return outcome.error();
  if (outcome->key_reused) co_return failed(Errc::key_reused);
  co_await record_damage(place.store, outcome->changed.secret, place.who);
  co_return std::move(outcome->changed);
}

}  // namespace

Async<ChangedSecret> Secrets::rollback(crypto::Uuid tenant, crypto::Uuid id, std::uint32_t version, AuditContext who,
                                       ChangeTerms terms) {
  const auto plan = std::make_shared<RollbackPlan>();
  plan->place = change_place(context_, tenant, id, AuditAction::secret_rollback, who);
  plan->version = version;
  plan->terms = std::move(terms);
  return recording(context_, tenant, std::move(who), roll_back_secret(plan));
}

}  // namespace tacit::store
