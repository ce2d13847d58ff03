// API keys where they are kept: a row by id, and while a key is not revoked an entry in its tenant's index. Steps of
// the operations on them, within a transaction.
#pragma once

#include <string_view>

#include "store/engine/context.hpp"
#include "store/model/api_key.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// What can be a key's id at all: LMDB takes an empty or overlong one for a misuse of itself.
bool is_api_key_id(std::string_view id);

Failure api_key_altered(std::string_view id);

struct StoredApiKey {
  ApiKey key;
  bool indexed = true;  ///< false: it is of a time before there was an index
};

/// The key of that id, whatever its state. Fails with not_found, or with integrity if its row was altered.
Task<Outcome<StoredApiKey>> load_api_key(Transaction& transaction, const StoreContext& store, std::string_view id);

/// The key by its tenant's index: what is not in it is looked for no further, so that another tenant's key and none at
/// all take the same time. Fails with not_found, or with integrity if the entry and the row do not fit together.
Task<Outcome<ApiKey>> load_tenant_api_key(Transaction& transaction, const StoreContext& store, const Uuid& tenant,
                                          std::string_view id);

/// The tenant, whose record is made if there is none: every row under a tenant's prefix needs one beside it.
Task<Outcome<Tenant>> load_or_make_tenant(Transaction& transaction, const StoreContext& store, const Uuid& id);

void put_api_key(Transaction& transaction, const StoreContext& store, const ApiKey& key);
void put_api_key_entry(Transaction& transaction, const ApiKey& key);
void erase_api_key_entry(Transaction& transaction, const ApiKey& key);

}  // namespace tacit::store
