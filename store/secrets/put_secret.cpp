// Creates the secret of a name, or replaces everything of it. Which of the two is found before the transaction; the
// transaction fails with `conflict` if it is the other one by then, and another attempt follows.
#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/rows/secret_index.hpp"
#include "store/secrets/change_secret.hpp"
#include "store/secrets/creation.hpp"
#include "store/secrets/preconditions.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

struct PutPlan {
  ContextPtr store;
  crypto::Uuid tenant;
  NewSecret secret;
  AuditContext who;
  ChangeTerms terms;
};

struct FoundSecret {
  std::optional<crypto::Uuid> id;
};

/// Fails with precondition_failed.
Task<Outcome<FoundSecret>> find(Transaction& transaction, std::shared_ptr<const PutPlan> plan) {
  FoundSecret found;
  std::optional<std::int64_t> state;
  const auto tenant = co_await load_tenant(transaction, plan->store->metadata(), plan->tenant);
  if (!tenant) co_return tenant.error();
  if (*tenant) {
    const auto secret = co_await find_by_name(transaction, plan->store->metadata(), **tenant, plan->secret.name);
    if (!secret && secret.error().code != Errc::not_found) co_return secret.error();
    if (secret) {
      found.id = secret->id;
      state = secret->header.updated_at;
    }
  }
  const auto fits = check_precondition(plan->terms.precondition, state);
  if (!fits) co_return fits.error();
  co_return found;
}

FieldChange set_or_clear(const std::optional<std::string>& text) {
  FieldChange change;
  change.kind = text ? FieldChange::Kind::set : FieldChange::Kind::clear;
  if (text) change.value = *text;
  return change;
}

/// Everything of the secret as it was asked for.
SecretUpdate update_to(const NewSecret& secret) {
  SecretUpdate update;
  update.name = secret.name;
  update.value.emplace(secret.value.view());
  update.tool_name = set_or_clear(secret.tool_name);
  update.tool_arg = set_or_clear(secret.tool_arg);
  update.is_default_for_tool = secret.is_default_for_tool;
  update.expires_at.kind = secret.expires_at ? FieldChange::Kind::set : FieldChange::Kind::clear;
  update.expires_at.value = secret.expires_at.value_or(0);
  return update;
}

ChangeTerms terms_of(const PutPlan& put) {
  ChangeTerms terms;
  terms.precondition = put.terms.precondition;
  terms.with_last_use = put.terms.with_last_use;
  return terms;
}

/// Fails with `conflict` if the secret is gone, or has another name.
Async<SecretInfo> replace(std::shared_ptr<const PutPlan> put, crypto::Uuid id) {
  const auto plan = std::make_shared<UpdatePlan>();
  plan->place = change_place(put->store, put->tenant, id, AuditAction::secret_update, put->who);
  plan->update = update_to(put->secret);
  plan->terms = terms_of(*put);
  plan->found_by_name = put->secret.name;
  auto replaced = co_await change_secret(plan);
  if (!replaced && replaced.error().code == Errc::not_found) co_return failed(Errc::conflict);
  if (replaced) co_await record_damage(put->store, *replaced, put->who);
  co_return replaced;
}

/// Fails with `conflict` if there is a secret of that name.
Async<SecretInfo> create(std::shared_ptr<const PutPlan> put) {
  const auto plan = begin_plan(put->store, put->tenant, RepeatableKind::create, put->who, terms_of(*put));
  add_secret(*plan, put->secret);
  std::vector<crypto::WipedBytes> values;
  values.emplace_back(put->secret.value.view());
  auto created = co_await create_all(plan, std::move(values));
  if (!created && created.error().code == Errc::name_taken) co_return failed(Errc::conflict);
  if (!created) co_return created.error();
  co_return std::move(created->secrets.front());
}

Async<ChangedSecret> put_secret(std::shared_ptr<const PutPlan> put) {
  const NewSecret& secret = put->secret;
  const bool unbound = secret.is_default_for_tool && !(secret.tool_name && secret.tool_arg);
  if (unbound) co_return failed(Errc::default_unbound);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    WorkBody<FoundSecret> body = [put](Transaction& transaction) { return find(transaction, put); };
    const auto found = co_await read<FoundSecret>(*put->store->engine, std::move(body));
    if (!found) co_return found.error();
    Outcome<SecretInfo> outcome = failed(Errc::conflict);
    if (found->id) {
      outcome = co_await replace(put, *found->id);
    } else {
      outcome = co_await create(put);
    }
    if (!outcome && outcome.error().code == Errc::conflict) continue;
    if (!outcome) co_return outcome.error();
    ChangedSecret changed;
    changed.secret = std::move(*outcome);
    co_return changed;
  }
  co_return failed(Errc::conflict);
}

}  // namespace

Async<ChangedSecret> Secrets::put_by_name(crypto::Uuid tenant, NewSecret secret, AuditContext who, ChangeTerms terms) {
  const auto put = std::make_shared<PutPlan>();
  put->store = context_;
  put->tenant = tenant;
  put->secret = std::move(secret);
  put->who = who;
  put->terms = std::move(terms);
  return recording(context_, tenant, std::move(who), put_secret(put));
}

}  // namespace tacit::store
