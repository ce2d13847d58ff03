// The parts of a metadata rewrap's step that are about rows beside the secrets: idempotency keys and uses.
#include <algorithm>
#include <utility>

#include "store/keys/metadata_step.hpp"

namespace tacit::store {

/// Removes the idempotency keys that are not under the record's metadata key: their MACs cannot be made under another
/// one, and they lapse within a day anyway.
Task<bool> MetadataStep::drop_idempotency_keys(Tenant& tenant) {
  const RowKey prefix = idempotency_count_key(tenant.id);
  for (;;) {
    const std::size_t ask = std::clamp<std::size_t>(looks_, 1, rows_of_metadata_scan);
    const auto seen = co_await transaction_.scan(Table::tenants, prefix.view(), at().key, ask);
    std::vector<std::pair<Bytes, std::uint32_t>> entries;
    for (const Row& row : seen) {
      entries.emplace_back(Bytes(row.key.begin(), row.key.end()), decode_idempotency_size(row.value).value_or(0));
      const auto place = parse_idempotency_order(row.key.subspan(prefix.view().size()));
      if (place) transaction_.expect(Table::tenants, idempotency_row_key(tenant.id, place->request).view());
    }
    at().within = true;
    IdempotencyCount dropped;
    for (const auto& [key, size] : entries) {
      if (spent()) break;
      --looks_;
      const bool drops = co_await drop_idempotency_key(tenant, key);
      dropped.rows += drops ? 1 : 0;
      dropped.bytes += drops ? size : 0;
      go_on_after(at().key, key);
    }
    co_await discount(tenant, dropped);
    if (spent()) co_return false;
    if (entries.size() < ask) co_return true;
  }
}

/// `key`: of an entry of the order, or of their count. Whether the entry went, with its row.
Task<bool> MetadataStep::drop_idempotency_key(const Tenant& tenant, const Bytes& key) {
  const auto place = parse_idempotency_order(ByteView(key).subspan(idempotency_count_key(tenant.id).view().size()));
  if (!place) co_return false;
  const RowKey row_key = idempotency_row_key(tenant.id, place->request);
  const auto row = co_await transaction_.get(Table::tenants, row_key.view());
  if (row && metadata_key_of_idempotency_row(*row) == tenant.record.metadata_key) co_return false;
  transaction_.erase(Table::tenants, row_key.view());
  transaction_.erase(Table::tenants, key);
  ++step_.beside;
  take_in_hand(key.size());
  co_return true;
}

Task<void> MetadataStep::discount(const Tenant& tenant, const IdempotencyCount& dropped) {
  if (dropped.rows == 0) co_return;
  const RowKey key = idempotency_count_key(tenant.id);
  const auto row = co_await transaction_.get(Table::tenants, key.view());
  IdempotencyCount count = row ? decode_idempotency_count(*row).value_or(IdempotencyCount()) : IdempotencyCount();
  count.rows -= std::min(count.rows, dropped.rows);
  count.bytes -= std::min(count.bytes, dropped.bytes);
  transaction_.put(Table::tenants, key.view(), encode_idempotency_count(count));
}

/// Moves the rows of uses from the position on. Returns whether that was the last one.
Task<bool> MetadataStep::move_uses(Tenant& tenant) {
  const RowKey prefix = uses_rows_of(tenant.id);
  RowKey within(tenant.id);
  within.add(after_all_kinds);
  for (;;) {
    const std::size_t ask = std::clamp<std::size_t>(looks_, 1, rows_of_metadata_scan);
    Bytes start(prefix.view().begin(), prefix.view().end());
    start.insert(start.end(), at().key.begin() + static_cast<std::ptrdiff_t>(within.view().size()), at().key.end());
    const auto seen = co_await transaction_.scan(Table::meta, prefix.view(), start, ask);
    std::vector<std::pair<UsesPlace, Bytes>> rows;
    for (const Row& row : seen) {
      const auto place = place_of_uses(row.key);
      if (!place) continue;
      auto& [at_place, value] = rows.emplace_back(*place, Bytes());
      const bool stale = metadata_key_of_uses(row.value) != tenant.record.metadata_key;
      if (stale) value.assign(row.value.begin(), row.value.end());
    }
    at().within = true;
    for (const auto& [place, value] : rows) {
      if (spent()) co_return false;
      --looks_;
      if (!value.empty()) move_uses_row(tenant, place, value);
      RowKey done(within);
      go_on_after(at().key, done.add(place.secret.view()).view());
    }
    if (seen.size() < ask) co_return true;
    if (spent()) co_return false;
  }
}

/// Uses are notes beside the audit log, so one that cannot be read goes.
void MetadataStep::move_uses_row(Tenant& tenant, const UsesPlace& place, const Bytes& row) {
  const crypto::TenantKeys& likely = tenant.previous_keys ? *tenant.previous_keys : *tenant.keys;
  const auto uses = decode_uses(store_.metadata(), tenant.id, place.secret, row, &likely);
  if (uses) {
    transaction_.put(Table::meta, uses_row_key(tenant.id, place.secret).view(),
                     encode_uses(*tenant.keys, place.secret, *uses));
  } else {
    transaction_.erase(Table::meta, uses_row_key(tenant.id, place.secret).view());
    problem(tenant.id, "secret " + place.secret.str() + ": the row of its uses cannot be read and was removed");
  }
  ++step_.beside;
  take_in_hand(row.size());
}

}  // namespace tacit::store
