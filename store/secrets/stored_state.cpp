#include "store/secrets/stored_state.hpp"

#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/model/quota.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/uses_row.hpp"

namespace tacit::store {

ChangePlace change_place(ContextPtr store, const crypto::Uuid& tenant, const crypto::Uuid& id, AuditAction action,
                         AuditContext who) {
  ChangePlace place;
  place.now = to_microseconds(store->now());
  place.store = std::move(store);
  place.tenant = tenant;
  place.id = id;
  place.event.action = action;
  place.event.tenant = tenant;
  place.event.secrets.push_back(id);
  place.who = std::move(who);
  return place;
}

Task<Outcome<Tenant>> load_owner(Transaction& transaction, const ChangePlace& place) {
  transaction.expect(Table::tenants, secret_row_key(place.tenant, place.id).view());
  auto tenant = co_await load_tenant(transaction, place.store->metadata(), place.tenant, place.keys);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return failed(Errc::not_found);
  co_return std::move(**tenant);
}

Task<Outcome<StoredState>> load_state(Transaction& transaction, const ChangePlace& place, Tenant tenant) {
  StoredState stored;
  stored.tenant = std::move(tenant);
  const MetadataOpener opener = MetadataOpener{place.store->metadata(), place.tenant, stored.tenant.keys.get()};
  auto secret = co_await load_secret(transaction, opener, place.id);
  if (!secret) co_return secret.error();
  stored.secret = std::move(*secret);
  stored.rules = co_await sealing_rules(transaction, *place.store, stored.tenant.record);
  // Such a row shows that the store takes them, whatever else does not.
  if (stored.secret.header.format >= third_secret_format) stored.rules.padded = stored.rules.versions = true;
  co_return stored;
}

Task<Outcome<StoredState>> load_state(Transaction& transaction, const ChangePlace& place) {
  auto tenant = co_await load_owner(transaction, place);
  if (!tenant) co_return tenant.error();
  co_return co_await load_state(transaction, place, std::move(*tenant));
}

NextRow next_row(const ChangePlace& place, const StoredState& stored) {
  NextRow next;
  next.header = stored.secret.header;
  next.header.updated_at = std::max(place.now, next.header.updated_at + 1);
  next.metadata = stored.secret.metadata;
  next.accounted = accounted_of(stored.secret);
  next.box.assign(stored.secret.value_box.begin(), stored.secret.value_box.end());  // stored rows move with a change
  use_newer_format(next.header, next.metadata, next.box, stored.rules.secret_format());
  next.versions = no_version_changes(next.header);
  return next;
}

Task<Outcome<SecretInfo>> store_row(Transaction& transaction, const ChangePlace& place, StoredState& stored,
                                    const NextRow& next, std::string reason) {
  Tenant& tenant = stored.tenant;
  SecretHeader header = next.header;
  header.previous = next.versions.left;
  const std::uint64_t before_bytes = accounted_of(stored.secret);
  const Bytes row = seal_secret(*tenant.keys, place.id, header, next.box, next.metadata);
  transaction.put(Table::tenants, secret_row_key(place.tenant, place.id).view(), row);
  apply(transaction, place.tenant, stored.secret, next.versions);
  const auto indexed = reindex(transaction, tenant, place.id, &stored.secret, &next.metadata);
  if (!indexed) co_return indexed.error();
  tenant.record.used = used_after(tenant.record.used, before_bytes, next.accounted);
  tenant.record.note_change();
  co_await save_tenant(transaction, tenant);
  AuditEvent event = place.event;
  event.reason = std::move(reason);
  event.rows.push_back(row_digest(row));
  event.versions.push_back(header.value_version);
  number_event(event, transaction, tenant.record);
  const auto recorded = co_await append_audit(transaction, event, place.who, header.updated_at);
  if (!recorded) co_return recorded.error();
  SecretInfo info = secret_info(place.tenant, place.id, header, next.metadata);
  info.damage = next.versions.damage;
  co_return info;
}

Task<void> add_last_use(Transaction& transaction, const StoreContext& store, SecretInfo& info) {
  const auto used = co_await last_use(transaction, store.metadata(), info.tenant, info.id);
  if (used) {
    info.last_used_at = *used;
  } else {
    info.damage = altered_uses;
  }
}

boost::asio::awaitable<void> record_damage(ContextPtr store, SecretInfo info, AuditContext who) {
  if (info.damage.empty()) co_return;
  const Failure failure = altered(info.id, std::string(info.damage));
  co_await record_if_altered(std::move(store), info.tenant, failure, std::string(), std::move(who));
}

}  // namespace tacit::store
