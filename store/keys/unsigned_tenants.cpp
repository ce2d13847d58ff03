// Counts the tenants whose key pair has no certificate.
#include <chrono>

#include "store/engine/context.hpp"
#include "store/engine/walk_size.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

// Whichever comes first: on a slow disk each tenant may cost a read.
constexpr std::size_t tenants_at_a_time = 4096;
constexpr std::chrono::milliseconds time_of_tenants{50};

struct UnsignedCount {
  Bytes start;
  std::uint64_t tenants = 0;
};

/// Returns whether there may be further tenants.
Task<Outcome<bool>> count_some(Transaction& transaction, UnsignedCount& count) {
  const auto until = std::chrono::steady_clock::now() + time_of_tenants;
  const std::size_t most = scans_of_walk(transaction.traits(), tenants_at_a_time);
  for (std::size_t seen = 0; seen < most; ++seen) {
    if (seen > 0 && std::chrono::steady_clock::now() >= until) break;
    const auto rows = co_await transaction.scan(Table::tenants, {}, count.start, 1);
    if (rows.empty()) co_return false;
    ParsedKey key;
    const bool has_tenant = parse_key(rows.front().key, key);
    pass_tenant(count.start, rows.front().key);
    if (!has_tenant || key.kind != static_cast<std::uint8_t>(RowKind::record)) continue;
    const auto record = peek_tenant_record(rows.front().value);
    if (record && record->key && !record->key->certificate) ++count.tenants;
  }
  co_return true;
}

}  // namespace

Outcome<std::uint64_t> Keys::unsigned_tenants(const WalkRest& rest) const {
  const ContextPtr store = context_;
  UnsignedCount count;
  for (;;) {
    const auto more = read_blocking<bool>(
        *store->engine, [&count](Transaction& transaction) { return count_some(transaction, count); });
    if (!more) return more.error();
    if (!*more) return count.tenants;
    if (!goes_on(rest)) return walk_was_ended();
  }
}

}  // namespace tacit::store
