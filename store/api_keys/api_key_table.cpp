#include "store/api_keys/api_key_table.hpp"

#include <algorithm>

#include "store/audit/change_number.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {

bool is_api_key_id(std::string_view id) { return !id.empty() && id.size() <= longest_api_key_id; }

Failure api_key_altered(std::string_view id) {
  return altered({}, "the record of API key " + std::string(id) + " was altered");
}

Task<Outcome<StoredApiKey>> load_api_key(Transaction& transaction, const StoreContext& store, std::string_view id) {
  const auto row = co_await transaction.get(Table::api_keys, crypto::as_bytes(id));
  if (!row) co_return failed(Errc::not_found);
  auto key = decode_api_key(crypto::as_bytes(id), *row, store.metadata());
  if (!key) co_return api_key_altered(id);
  StoredApiKey stored;
  stored.key = std::move(*key);
  stored.indexed = is_indexed(*row);
  co_return stored;
}

Task<Outcome<ApiKey>> load_tenant_api_key(Transaction& transaction, const StoreContext& store, const Uuid& tenant,
                                          std::string_view id) {
  const RowKey entry = api_key_index_row_key(tenant, id);
  const auto found = co_await transaction.get(Table::tenants, entry.view());
  if (!found) co_return failed(Errc::not_found);
  auto stored = co_await load_api_key(transaction, store, id);
  if (!stored && stored.error().code != Errc::not_found) co_return stored.error();
  if (!stored || stored->key.tenant != tenant || stored->key.revoked_at) {
    co_return altered({}, "the tenant's index has API key " + std::string(id) + ", but the key's row is missing");
  }
  co_return std::move(stored->key);
}

Task<void> add_last_use(Transaction& transaction, const StoreContext& store, ApiKey& key) {
  if (!transaction.traits().shared) co_return;
  const auto use = co_await read_api_key_use(transaction, store.metadata(), key.id);
  if (use) key.last_used_at = std::max(*use, key.last_used_at.value_or(*use));
}

Task<Outcome<void>> number_api_key_event(Transaction& transaction, const StoreContext& store, const Uuid& tenant,
                                         AuditEvent& event) {
  if (!transaction.traits().shared) co_return Outcome<void>();
  auto loaded = co_await load_or_make_tenant(transaction, store, tenant);
  if (!loaded) co_return loaded.error();
  loaded->record.note_change();
  co_await save_tenant(transaction, *loaded);
  number_event(event, transaction, loaded->record);
  co_return Outcome<void>();
}

Task<Outcome<Tenant>> load_or_make_tenant(Transaction& transaction, const StoreContext& store, const Uuid& id) {
  auto loaded = co_await load_tenant(transaction, store.metadata(), id);
  if (!loaded) co_return loaded.error();
  if (*loaded) co_return std::move(**loaded);
  const auto allowed = co_await check_primaries(transaction, store.keys);
  if (!allowed) co_return allowed.error();
  Tenant tenant = new_tenant(store.metadata(), id);
  co_await save_tenant(transaction, tenant);
  co_return tenant;
}

void put_api_key(Transaction& transaction, const StoreContext& store, const ApiKey& key) {
  transaction.put(Table::api_keys, crypto::as_bytes(key.id), encode_api_key(key, store.metadata()));
}

void put_api_key_entry(Transaction& transaction, const ApiKey& key) {
  transaction.put(Table::tenants, api_key_index_row_key(key.tenant, key.id).view(), {});
}

void erase_api_key_entry(Transaction& transaction, const ApiKey& key) {
  transaction.erase(Table::tenants, api_key_index_row_key(key.tenant, key.id).view());
}

}  // namespace tacit::store
