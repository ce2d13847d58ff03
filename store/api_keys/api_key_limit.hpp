// The number of API keys that a tenant may have.
//
// In a write, a shared engine compares every row that was read, and one that reads thousands fits into no commit. There
// the keys are counted before, in a read. Each new key raises the tenant's number of changes, so at most as many keys
// have been added since as that number has risen. Only near the limit is the count not enough.
#pragma once

#include <cstdint>
#include <optional>

#include "store/engine/context.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// The keys that a tenant had when its number of changes was `changes`.
struct ApiKeyCount {
  std::uint64_t keys = 0;
  std::optional<std::uint64_t> changes{};  ///< std::nullopt: its record does not have that number yet
};

/// In a read. Fails with too_many_api_keys if the tenant already has its maximum, of keys that are not revoked: its own
/// limit, or the default.
Task<Outcome<ApiKeyCount>> count_api_keys(Transaction& transaction, const StoreContext& store, Uuid tenant);

/// In a write: fails with too_many_api_keys likewise. `counted` has to be of that tenant on a shared engine; on others
/// it is not used. Fails with `conflict` if so much has changed since that the keys have to be counted again. `tenant`
/// must outlive the task.
Task<Outcome<void>> check_api_key_limit(Transaction& transaction, const StoreContext& store, const Tenant& tenant,
                                        std::optional<ApiKeyCount> counted);

}  // namespace tacit::store
