// The number of API keys that a tenant may have.
#pragma once

#include "store/engine/context.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Fails with too_many_api_keys if the tenant already has its maximum of keys that are not revoked: its own limit, or
/// the default. `tenant` must outlive the task.
Task<Outcome<void>> check_api_key_limit(Transaction& transaction, const StoreContext& store, const Tenant& tenant);

}  // namespace tacit::store
