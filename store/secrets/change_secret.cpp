#include "store/secrets/change_secret.hpp"

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/preconditions.hpp"

namespace tacit::store {
namespace {

/// The maximum size of a row's other part: three texts of 1024 characters.
constexpr std::size_t most_metadata = 3 * 4 * 1024;
constexpr const char* discarded = "previous values removed";

/// What a seal needs of the stored state, copied from the snapshot.
struct ToSeal {
  Tenant tenant;
  ValueSlot slot;
};

/// Succeeds if the stored secret is the one that the change is for, in a state that it asks for.
Outcome<void> check_target(const UpdatePlan& plan, const StoredSecret& secret) {
  if (plan.found_by_name && *plan.found_by_name != secret.metadata.name) return failed(Errc::conflict);
  return check_precondition(plan.terms.precondition, secret.header.updated_at);
}

Task<Outcome<ToSeal>> find_slot(Transaction& transaction, const UpdatePlan& plan) {
  auto stored = co_await load_state(transaction, plan.place);
  if (!stored) co_return stored.error();
  const auto fits = check_target(plan, stored->secret);
  if (!fits) co_return fits.error();
  ToSeal found;
  found.slot = next_slot(*stored, updated(stored->secret.metadata, plan.update, std::nullopt));
  found.tenant = std::move(stored->tenant);
  co_return found;
}

/// Seals for the present stored state, as it was read.
Outcome<void> prepare_value(UpdatePlan& plan, Outcome<ToSeal> found) {
  if (!found) return found.error();
  auto sealed = seal_for(std::move(found->slot), plan.place, found->tenant.record, *plan.update.value);
  if (!sealed) return sealed.error();
  plan.sealed = std::move(*sealed);
  plan.place.keys = found->tenant.keys;
  return {};
}

/// The new value: sealed, or std::nullopt if it stays. Fails with `conflict` if the value sealed before the transaction
/// no longer fits.
Outcome<std::optional<SealedValue>> next_value(const UpdatePlan& plan, const StoredState& stored,
                                               const Metadata& after) {
  if (!plan.update.value) return std::optional<SealedValue>();
  ValueSlot slot = next_slot(stored, after);
  if (plan.sealed) {
    if (plan.sealed->slot != slot) return failed(Errc::conflict);
    return plan.sealed;
  }
  auto sealed = seal_for(std::move(slot), plan.place, stored.tenant.record, *plan.update.value);
  if (!sealed) return sealed.error();
  return std::optional<SealedValue>(std::move(*sealed));
}

/// Whether the secret's bindings change that its value is sealed with, or would have to be.
bool rebinds_a_sealed_value(const StoredState& stored, const Metadata& after) {
  const Metadata& before = stored.secret.metadata;
  if (before.tool_name == after.tool_name && before.tool_arg == after.tool_arg) return false;
  return stored.secret.header.strict || stored.rules.binding;
}

/// Succeeds if the change satisfies the rules.
Task<Outcome<void>> check_rules(Transaction& transaction, const UpdatePlan& plan, const StoredState& stored,
                                const NextRow& next) {
  const Metadata& after = next.metadata;
  if (after.expires_at && !stored.rules.versions) co_return format_is_being_raised();
  if (!after.default_is_bound()) co_return failed(Errc::default_unbound);
  if (!plan.update.value && rebinds_a_sealed_value(stored, after)) co_return failed(Errc::value_needed);
  const Tenant& tenant = stored.tenant;
  const auto unique = co_await check_unique(transaction, tenant, plan.place.id, after);
  if (!unique) co_return unique.error();
  const std::uint64_t limit = tenant.record.limit(plan.place.store->quota_default);
  const std::uint64_t before_bytes = accounted_of(stored.secret);
  if (const auto refusal = quota_refusal(limit, tenant.record.used, before_bytes, next.accounted)) {
    co_return Failure{.code = Errc::quota_exceeded, .quota = *refusal};
  }
  co_return Outcome<void>();
}

/// A row keeps its value box if the value stays, whatever format the row gets.
NextRow changed_row(const UpdatePlan& plan, const StoredState& stored, std::optional<SealedValue> value,
                    Metadata after) {
  NextRow next = next_row(plan.place, stored);
  const auto length_before = next.metadata.value_length;
  next.metadata = std::move(after);
  next.metadata.value_length = length_before;
  const std::size_t length = value ? value->length : stored.secret.value_size();
  next.accounted = next.metadata.accounted(length);
  if (value) {
    next.header.value_version = value->slot.version;
    next.metadata.display = std::move(value->display);
    describe_value(next.header, next.metadata, stored.rules, length);
    next.box = std::move(value->box);
  }
  if (next.header.format == first_secret_format) next.header.accounted = static_cast<std::uint32_t>(next.accounted);
  return next;
}

/// Fails with `integrity` if there are more to remove than can be removed with the change: they were added to the
/// store.
Task<Outcome<VersionChanges>> version_changes(Transaction& transaction, const UpdatePlan& plan,
                                              const StoredState& stored) {
  if (plan.update.discard_previous) {
    VersionChanges changes = co_await discard_versions(transaction, stored);
    if (changes.more) co_return altered(stored.secret.id, std::string(altered_versions));
    co_return changes;
  }
  if (plan.update.value)
    co_return co_await keep_present_value(transaction, stored, *plan.place.store, plan.place.store->versions_kept);
  co_return no_version_changes(stored.secret.header);
}

Task<Outcome<SecretInfo>> change(Transaction& transaction, const UpdatePlan& plan) {
  auto stored = co_await load_state(transaction, plan.place);
  if (!stored) co_return stored.error();
  const StoredSecret& secret = stored->secret;
  const auto fits = check_target(plan, secret);
  if (!fits) co_return fits.error();
  Metadata after = updated(secret.metadata, plan.update, std::nullopt);
  auto value = next_value(plan, *stored, after);
  if (!value) co_return value.error();
  const bool discards = plan.update.discard_previous && secret.header.previous > 0;
  if (!*value && !discards && after == secret.metadata) {
    co_return secret_info(plan.place.tenant, plan.place.id, secret.header, secret.metadata);
  }
  NextRow next = changed_row(plan, *stored, std::move(*value), std::move(after));
  const auto allowed = co_await check_rules(transaction, plan, *stored, next);
  if (!allowed) co_return allowed.error();
  auto versions = co_await version_changes(transaction, plan, *stored);
  if (!versions) co_return versions.error();
  next.versions = std::move(*versions);
  std::string reason;
  if (discards) reason = discarded;
  co_return co_await store_row(transaction, plan.place, *stored, next, std::move(reason));
}

Task<Outcome<SecretInfo>> change_and_answer(Transaction& transaction, const UpdatePlan& plan) {
  auto changed = co_await change(transaction, plan);
  if (!changed || !plan.terms.with_last_use) co_return changed;
  co_await add_last_use(transaction, *plan.place.store, *changed);
  co_return changed;
}

/// A change that only removes values is made when space is short, too.
Growth growth_of_change(const UpdatePlan& plan) {
  const SecretUpdate& update = plan.update;
  const bool keeps_all_else = !update.name && !update.value && update.tool_name.kind == FieldChange::Kind::keep &&
                              update.tool_arg.kind == FieldChange::Kind::keep && !update.is_default_for_tool &&
                              update.expires_at.kind == FieldChange::Kind::keep;
  return update.discard_previous && keeps_all_else ? Growth::shrinks : growth_of(plan.place.event.action);
}

Async<SecretInfo> submit_change(std::shared_ptr<const UpdatePlan> plan) {
  WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return change_and_answer(transaction, *plan); };
  const std::size_t bytes = sizeof(UpdatePlan) + 2 * (plan->update.value ? plan->update.value->size() : 0) +
                            most_metadata + audit_bytes(plan->place.event, plan->place.who);
  return write<SecretInfo>(*plan->place.store->engine, std::move(body), growth_of_change(*plan), bytes);
}

}  // namespace

Async<SecretInfo> change_secret(std::shared_ptr<UpdatePlan> plan) {
  if (plan->update.value) {
    WorkBody<ToSeal> body = [plan](Transaction& transaction) { return find_slot(transaction, *plan); };
    auto found = co_await read<ToSeal>(*plan->place.store->engine, std::move(body));
    const auto ready = prepare_value(*plan, std::move(found));
    if (!ready) co_return ready.error();
  }
  auto outcome = co_await submit_change(plan);
  if (outcome || outcome.error().code != Errc::conflict) co_return outcome;
  // Another request changed the value meanwhile. The last one wins.
  plan->sealed.reset();
  co_return co_await submit_change(plan);
}

}  // namespace tacit::store
