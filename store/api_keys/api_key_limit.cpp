#include "store/api_keys/api_key_limit.hpp"

#include <algorithm>
#include <string>

#include "store/model/failures.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;

Failure too_many_api_keys(std::uint32_t limit) {
  return failed(Errc::too_many_api_keys, "the tenant may have no more than " + std::to_string(limit) +
                                             " API keys, and has that many that are not revoked");
}

std::uint32_t limit_of(const TenantRecord& record, const StoreContext& store) {
  return record.limits.api_keys.value_or(store.api_keys_default);
}

/// The number of keys in the tenant's index, at most `most`.
Task<std::uint64_t> count_entries(Transaction& transaction, Uuid tenant, std::uint32_t most) {
  const RowKey index(tenant, RowKind::api_key);
  const ByteView prefix = index.view();
  Bytes start(prefix.begin(), prefix.end());
  std::uint64_t keys = 0;
  while (keys < most) {
    const std::size_t wanted = std::min<std::size_t>(rows_at_a_time, most - keys);
    const auto entries = co_await transaction.scan(Table::tenants, prefix, start, wanted);
    keys += entries.size();
    if (entries.size() < wanted) break;
    start.assign(entries.back().key.begin(), entries.back().key.end());
    start.push_back(0);  // the next possible key
    transaction.release_rows();
  }
  co_return keys;
}

}  // namespace

Task<Outcome<ApiKeyCount>> count_api_keys(Transaction& transaction, const StoreContext& store, Uuid tenant) {
  auto loaded = co_await load_tenant(transaction, store.metadata(), tenant);
  if (!loaded) co_return loaded.error();
  ApiKeyCount count;
  count.changes = *loaded ? (*loaded)->record.changes : 0;
  const std::uint32_t limit = *loaded ? limit_of((*loaded)->record, store) : store.api_keys_default;
  count.keys = co_await count_entries(transaction, tenant, limit);
  if (count.keys >= limit) co_return too_many_api_keys(limit);
  co_return count;
}

Task<Outcome<void>> check_api_key_limit(Transaction& transaction, const StoreContext& store, const Tenant& tenant,
                                        std::optional<ApiKeyCount> counted) {
  const std::uint32_t limit = limit_of(tenant.record, store);
  const std::optional<std::uint64_t>& changes = tenant.record.changes;
  if (transaction.traits().shared && counted && counted->changes && changes) {
    // A smaller number is that of a tenant that was erased and made again.
    if (*changes < *counted->changes) co_return failed(Errc::conflict);
    const std::uint64_t more = *changes - *counted->changes;
    if (counted->keys < limit && more < limit - counted->keys) co_return Outcome<void>();
    if (more == 0) co_return too_many_api_keys(limit);
    co_return failed(Errc::conflict);
  }
  const std::uint64_t keys = co_await count_entries(transaction, tenant.id, limit);
  if (keys >= limit) co_return too_many_api_keys(limit);
  co_return Outcome<void>();
}

}  // namespace tacit::store
