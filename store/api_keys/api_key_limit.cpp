#include "store/api_keys/api_key_limit.hpp"

#include <string>

#include "store/model/failures.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {
namespace {

Failure too_many_api_keys(std::uint32_t limit) {
  return failed(Errc::too_many_api_keys, "the tenant may have no more than " + std::to_string(limit) +
                                             " API keys, and has that many that are not revoked");
}

}  // namespace

Task<Outcome<void>> check_api_key_limit(Transaction& transaction, const StoreContext& store, const Tenant& tenant) {
  const std::uint32_t limit = tenant.record.limits.api_keys.value_or(store.api_keys_default);
  const RowKey index(tenant.id, RowKind::api_key);
  const auto entries = co_await transaction.scan(Table::tenants, index.view(), index.view(), limit);
  if (entries.size() >= limit) co_return too_many_api_keys(limit);
  co_return Outcome<void>();
}

}  // namespace tacit::store
