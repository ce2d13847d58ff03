// Changes a secret that its id names.
#include "store/audit/recording.hpp"
#include "store/secrets/change_secret.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

Async<ChangedSecret> update_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update,
                                   AuditContext who, ChangeTerms terms) {
  const auto plan = std::make_shared<UpdatePlan>();
  plan->place = change_place(std::move(store), tenant, id, AuditAction::secret_update, std::move(who));
  plan->update = std::move(update);
  plan->terms = std::move(terms);
  auto outcome = co_await change_secret(plan);
  if (!outcome) co_return outcome.error();
  co_await record_damage(plan->place.store, *outcome, plan->place.who);
  ChangedSecret changed;
  changed.secret = std::move(*outcome);
  co_return changed;
}

}  // namespace

Async<ChangedSecret> Secrets::update(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who,
                                     ChangeTerms terms) {
  return recording(context_, tenant, who,
                   update_secret(context_, tenant, id, std::move(update), who, std::move(terms)));
}

}  // namespace tacit::store
