// The rows of API keys: one row by id and, until the key is revoked, an entry in its tenant's index. Steps of the
// operations on them, within a transaction.
#pragma once

#include <string_view>

#include "store/engine/context.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Whether a key can have that id. LMDB reports an empty or overlong row key as misuse.
bool is_api_key_id(std::string_view id);

Failure api_key_altered(std::string_view id);

struct StoredApiKey {
  ApiKey key;
  bool indexed = true;  ///< false: the row was written before the index existed
};

/// Loads a key in any state. Fails with not_found, or with integrity if its row was altered.
Task<Outcome<StoredApiKey>> load_api_key(Transaction& transaction, const StoreContext& store, std::string_view id);

/// Loads a key through its tenant's index. An id that the index lacks is not looked up further, so another tenant's key
/// and a missing key take the same time. Fails with not_found, or with integrity if the entry and the row contradict
/// each other.
Task<Outcome<ApiKey>> load_tenant_api_key(Transaction& transaction, const StoreContext& store, const Uuid& tenant,
                                          std::string_view id);

/// On a shared engine: gives the key the use that has a row of its own, if that is later than the one in its row. On
/// others this has no effect, and costs a coroutine: check the engine's traits first.
Task<void> add_last_use(Transaction& transaction, const StoreContext& store, ApiKey& key);
/// On a shared engine: counts a change of one of the tenant's API keys among the tenant's changes, and sets the event's
/// number (store/audit/change_number.hpp). On others this has no effect, likewise.
Task<Outcome<void>> number_api_key_event(Transaction& transaction, const StoreContext& store, const Uuid& tenant,
                                         AuditEvent& event);

/// Loads the tenant, or makes its record: every row under a tenant's prefix needs a record.
Task<Outcome<Tenant>> load_or_make_tenant(Transaction& transaction, const StoreContext& store, const Uuid& id);

void put_api_key(Transaction& transaction, const StoreContext& store, const ApiKey& key);
void put_api_key_entry(Transaction& transaction, const ApiKey& key);
void erase_api_key_entry(Transaction& transaction, const ApiKey& key);

}  // namespace tacit::store
