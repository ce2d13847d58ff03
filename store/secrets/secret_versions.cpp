// The stored values of a secret: their list, and the removal of a previous one.
#include "store/audit/audit_log.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/preconditions.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

SecretVersion version_of(const StoredVersion& stored) {
  SecretVersion version;
  version.number = stored.header.number;
  version.display = stored.metadata.display;
  version.created_at = stored.header.value_since;
  return version;
}

SecretVersion present_version(const StoredSecret& secret) {
  SecretVersion version;
  version.number = secret.header.value_version;
  version.display = secret.metadata.display;
  version.created_at = secret.header.value_since;
  version.current = true;
  return version;
}

Task<Outcome<std::vector<SecretVersion>>> list_versions(Transaction& transaction, ContextPtr store, crypto::Uuid tenant,
                                                        crypto::Uuid id) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant, nullptr};
  const auto secret = co_await load_secret(transaction, opener, id);
  if (!secret) co_return secret.error();
  const auto places = co_await previous_values(transaction, tenant, id, secret->header);
  if (!places) co_return places.error();
  std::vector<SecretVersion> versions;
  versions.push_back(present_version(*secret));
  for (auto place = places->rbegin(); place != places->rend(); ++place) {
    const auto opened = open_version(opener, id, place->number, place->row);
    if (!opened) co_return opened.error();
    versions.push_back(version_of(*opened));
  }
  co_return versions;
}

struct RemovePlan {
  ChangePlace place;
  std::uint32_t version = 0;
  ChangeTerms terms;
};

struct RemovedVersion {
  SecretVersion version;
  bool altered = false;
};

/// The previous value of that number. Of a row that was altered, the number alone is certain. Fails with
/// version_current or not_found.
Task<Outcome<RemovedVersion>> find_version(Transaction& transaction, const RemovePlan& plan,
                                           const StoredState& stored) {
  const StoredSecret& secret = stored.secret;
  if (plan.version == secret.header.value_version) co_return failed(Errc::version_current);
  if (!stored.rules.versions) co_return failed(Errc::not_found);
  const RowKey key = version_row_key(plan.place.tenant, secret.id, plan.version);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (!row) co_return failed(Errc::not_found);
  const MetadataOpener opener =
      MetadataOpener{plan.place.store->metadata(), plan.place.tenant, stored.tenant.keys.get()};
  const auto opened = open_version(opener, secret.id, plan.version, *row);
  RemovedVersion found;
  found.altered = !opened;
  if (opened) {
    found.version = version_of(*opened);
  } else {
    found.version.number = plan.version;
    found.version.created_at = secret.header.created_at;
  }
  co_return found;
}

Task<Outcome<RemovedVersion>> remove(Transaction& transaction, const RemovePlan& plan) {
  auto stored = co_await load_state(transaction, plan.place);
  if (!stored) co_return stored.error();
  const auto fits = check_precondition(plan.terms.precondition, stored->secret.header.updated_at);
  if (!fits) co_return fits.error();
  auto found = co_await find_version(transaction, plan, *stored);
  if (!found) co_return found.error();
  NextRow next = next_row(plan.place, *stored);
  const RowKey erased = version_row_key(plan.place.tenant, plan.place.id, plan.version);
  next.versions.erased.emplace_back(erased.view().begin(), erased.view().end());
  if (next.versions.left > 0) --next.versions.left;
  std::string reason = "version " + std::to_string(plan.version);
  const auto changed = co_await store_row(transaction, plan.place, *stored, next, std::move(reason));
  if (!changed) co_return changed.error();
  co_return found;
}

Async<SecretVersion> remove_one(std::shared_ptr<const RemovePlan> plan) {
  WorkBody<RemovedVersion> body = [plan](Transaction& transaction) { return remove(transaction, *plan); };
  const ChangePlace& place = plan->place;
  const std::size_t bytes = sizeof(RemovePlan) + audit_bytes(place.event, place.who);
  auto removed =
      co_await write<RemovedVersion>(*place.store->engine, std::move(body), growth_of(place.event.action), bytes);
  if (!removed) co_return removed.error();
  if (removed->altered) {
    const Failure failure = altered(place.id, "the row of a previous value was altered");
    co_await record_if_altered(place.store, place.tenant, failure, std::string(), place.who);
  }
  co_return std::move(removed->version);
}

}  // namespace

Async<std::vector<SecretVersion>> Secrets::versions(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) const {
  const ContextPtr store = context_;
  WorkBody<std::vector<SecretVersion>> body = [store, tenant, id](Transaction& transaction) {
    return list_versions(transaction, store, tenant, id);
  };
  return recording_read(store, tenant, std::move(who), std::move(body));
}

Async<SecretVersion> Secrets::remove_version(crypto::Uuid tenant, crypto::Uuid id, std::uint32_t version,
                                             AuditContext who, ChangeTerms terms) {
  const auto plan = std::make_shared<RemovePlan>();
  plan->place = change_place(context_, tenant, id, AuditAction::secret_version_delete, who);
  plan->version = version;
  plan->terms = std::move(terms);
  return recording(context_, tenant, std::move(who), remove_one(plan));
}

}  // namespace tacit::store
