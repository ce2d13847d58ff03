// Stores a new secret, or several that are all stored or none.
#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/secrets/creation.hpp"
#include "store/secrets/secrets.hpp"
#include "store/slices/slice.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

Async<ChangedSecret> create_secret(ContextPtr store, crypto::Uuid tenant, NewSecret secret, AuditContext who,
                                   ChangeTerms terms) {
  const auto plan = begin_plan(std::move(store), tenant, RepeatableKind::create, std::move(who), std::move(terms));
  add_secret(*plan, secret);
  if (!plan->secrets.front().metadata.default_is_bound()) co_return failed(Errc::default_unbound);
  std::vector<crypto::WipedBytes> values;
  values.push_back(std::move(secret.value));
  auto created = co_await create_all(plan, std::move(values));
  if (!created) co_return created.error();
  ChangedSecret changed;
  changed.secret = std::move(created->secrets.front());
  changed.replayed = created->replayed;
  co_return changed;
}

/// Makes masks in slices: a batch may have a mebibyte of values.
Async<ChangedSecrets> create_batch_of(ContextPtr store, crypto::Uuid tenant, std::vector<NewSecret> secrets,
                                      AuditContext who, ChangeTerms terms) {
  if (secrets.empty()) co_return ChangedSecrets();
  const auto plan = begin_plan(std::move(store), tenant, RepeatableKind::batch, std::move(who), std::move(terms));
  plan->secrets.reserve(secrets.size());
  std::vector<crypto::WipedBytes> values;
  values.reserve(secrets.size());
  Slice slice(plan->store->slice, Slice::Begins::now);
  for (NewSecret& secret : secrets) {
    add_secret(*plan, secret);
    if (!plan->secrets.back().metadata.default_is_bound()) {
      Failure unbound = failed(Errc::default_unbound);
      unbound.item = plan->secrets.size() - 1;
      co_return unbound;
    }
    values.push_back(std::move(secret.value));
    if (!slice.over(values.back().size())) continue;
    co_await next_turn();
    slice = Slice(plan->store->slice, Slice::Begins::now);
  }
  co_return co_await create_all(plan, std::move(values));
}

}  // namespace

Async<ChangedSecret> Secrets::create(crypto::Uuid tenant, NewSecret secret, AuditContext who, ChangeTerms terms) {
  return recording(context_, tenant, who, create_secret(context_, tenant, std::move(secret), who, std::move(terms)));
}

Async<ChangedSecrets> Secrets::create_batch(crypto::Uuid tenant, std::vector<NewSecret> secrets, AuditContext who,
                                            ChangeTerms terms) {
  return recording(context_, tenant, who, create_batch_of(context_, tenant, std::move(secrets), who, std::move(terms)));
}

}  // namespace tacit::store
