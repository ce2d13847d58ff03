// Deletes a secret: its row and its index entries in one write.
#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/rows/secret_index.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

struct DeletePlan {
  ContextPtr store;
  crypto::Uuid tenant;
  crypto::Uuid id;
  AuditEvent event;
  AuditContext who;
};

Task<Outcome<SecretInfo>> remove(Transaction& transaction, DeletePlan& plan) {
  transaction.expect(Table::tenants, secret_row_key(plan.tenant, plan.id).view());
  auto tenant = co_await load_tenant(transaction, plan.store->metadata(), plan.tenant);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return failed(Errc::not_found);
  Tenant& owner = **tenant;
  const MetadataOpener opener = MetadataOpener{plan.store->metadata(), plan.tenant, owner.keys.get()};
  const auto secret = co_await load_secret(transaction, opener, plan.id);
  if (!secret) co_return secret.error();
  // The box, and the single-use key in it, are unreachable from here on. Their bytes stay in freed pages of the file
  // until these are overwritten, and in every backup.
  transaction.erase(Table::tenants, secret_row_key(plan.tenant, plan.id).view());
  const auto unindexed = reindex(transaction, owner, plan.id, &*secret, nullptr);
  if (!unindexed) co_return unindexed.error();
  owner.record.used = used_after(owner.record.used, accounted_of(*secret), 0);
  owner.record.count -= owner.record.count > 0 ? 1 : 0;
  owner.record.note_change();
  co_await save_tenant(transaction, owner);
  number_event(plan.event, transaction, owner.record);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who);
  if (!recorded) co_return recorded.error();
  co_return secret_info(plan.tenant, plan.id, secret->header, secret->metadata);
}

Async<SecretInfo> delete_secret(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id, AuditContext who) {
  const auto plan = std::make_shared<DeletePlan>();
  plan->store = store;
  plan->tenant = tenant;
  plan->id = id;
  plan->event.action = AuditAction::secret_delete;
  plan->event.tenant = tenant;
  plan->event.secrets.push_back(id);
  plan->who = std::move(who);
  WorkBody<SecretInfo> body = [plan](Transaction& transaction) { return remove(transaction, *plan); };
  const std::size_t bytes = sizeof(DeletePlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<SecretInfo>(*store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

}  // namespace

Async<SecretInfo> Secrets::remove(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) {
  return recording(context_, tenant, who, delete_secret(context_, tenant, id, who));
}

}  // namespace tacit::store
