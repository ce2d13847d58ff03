// Deletes a secret: its row, its index entries, its previous values and its uses in one write.
#include <string_view>

#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/preconditions.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

struct DeletePlan {
  ChangePlace place;
  ChangeTerms terms;
};

/// The secret's rows other than its index entries. A box, and the single-use key in it, are unreachable from here on.
/// Their bytes stay in freed pages of the file until these are overwritten, and in every backup.
void erase_rows(Transaction& transaction, const ChangePlace& place, const StoredState& stored,
                const VersionChanges& versions) {
  transaction.erase(Table::tenants, secret_row_key(place.tenant, place.id).view());
  apply(transaction, place.tenant, stored.secret, versions);
  if (!stored.rules.versions) return;
  erase_uses(transaction, place.tenant, place.id);
}

/// Transactions of one deletion. The last one deletes the secret; one more is needed only for some 64 rows that were
/// added to the store.
constexpr int most_rounds = 1024;

struct Removed {
  SecretInfo secret;
  bool more = false;  ///< rows were erased, but the secret is still there: the next transaction goes on
};

/// Whatever was added to the store beside the secret's row or altered there, its owner can destroy the secret.
Task<Outcome<Removed>> remove(Transaction& transaction, DeletePlan& plan) {
  ChangePlace& place = plan.place;
  auto stored = co_await load_state(transaction, place);
  if (!stored) co_return stored.error();
  const StoredSecret& secret = stored->secret;
  const auto fits = check_precondition(plan.terms.precondition, secret.header.updated_at);
  if (!fits) co_return fits.error();
  Removed removed;
  removed.secret = secret_info(place.tenant, place.id, secret.header, secret.metadata);
  const VersionChanges versions = co_await discard_versions(transaction, *stored);
  removed.secret.damage = versions.damage;
  removed.more = versions.more;
  if (removed.more) {
    apply(transaction, place.tenant, secret, versions);
    co_return removed;
  }
  erase_rows(transaction, place, *stored, versions);
  Tenant& owner = stored->tenant;
  const auto unindexed = reindex(transaction, owner, place.id, &secret, nullptr);
  if (!unindexed) co_return unindexed.error();
  owner.record.used = used_after(owner.record.used, accounted_of(secret), 0);
  owner.record.count -= owner.record.count > 0 ? 1 : 0;
  owner.record.note_change();
  co_await save_tenant(transaction, owner);
  number_event(place.event, transaction, owner.record);
  const auto recorded = co_await append_audit(transaction, place.event, place.who);
  if (!recorded) co_return recorded.error();
  co_return removed;
}

Async<SecretInfo> delete_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, AuditContext who,
                                ChangeTerms terms) {
  const auto plan = std::make_shared<DeletePlan>();
  plan->place = change_place(std::move(store), tenant, id, AuditAction::secret_delete, std::move(who));
  plan->terms = std::move(terms);
  const std::size_t bytes = sizeof(DeletePlan) + audit_bytes(plan->place.event, plan->place.who);
  const Growth growth = growth_of(plan->place.event.action);
  std::string_view damage;
  for (int round = 0; round < most_rounds; ++round) {
    WorkBody<Removed> body = [plan](Transaction& transaction) { return remove(transaction, *plan); };
    auto removed = co_await write<Removed>(*plan->place.store->engine, std::move(body), growth, bytes);
    if (!removed) co_return removed.error();
    if (damage.empty()) damage = removed->secret.damage;
    if (removed->more) continue;
    removed->secret.damage = damage;
    co_await record_damage(plan->place.store, removed->secret, plan->place.who);
    co_return std::move(removed->secret);
  }
  co_return altered(id, std::string(altered_versions));
}

}  // namespace

Async<SecretInfo> Secrets::remove(crypto::Uuid tenant, crypto::Uuid id, AuditContext who, ChangeTerms terms) {
  return recording(context_, tenant, who, delete_secret(context_, tenant, id, who, std::move(terms)));
}

}  // namespace tacit::store
