// Loading and saving a tenant: its record (store/rows/tenant_record.hpp) with its keys.
#include "store/model/failures.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/opened_rows.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

constexpr std::uint32_t newest_format = 3;

/// The record, if it was not altered. A record of exactly these bytes that the thread verified is not verified again.
std::optional<TenantRecord> record_of(ByteView stored, const Uuid& id,
                                      const std::shared_ptr<const crypto::TenantKeys>& keys, std::uint64_t keep_for) {
  if (keep_for == 0) return decode_tenant_record(stored, id, *keys);
  OpenedRows& opened = OpenedRows::of_thread(keep_for);
  if (opened.is_verified(id, keys->metadata_key_id(), stored)) return peek_tenant_record(stored);
  auto record = decode_tenant_record(stored, id, *keys);
  if (record) opened.keep_tenant(id, keys, stored);
  return record;
}

}  // namespace

Outcome<PrefixCounts> prefixes_of(const Tenant& tenant) {
  SealedPrefixes prefixes = tenant.record.prefixes;
  const PrefixCounts* const counts = prefixes.open(*tenant.keys);
  if (counts == nullptr) return prefixes_do_not_open();
  return *counts;
}

Failure prefixes_do_not_open() { return altered({}, "the tenant's prefix lengths cannot be opened"); }

Tenant new_tenant(const crypto::MetadataKeyring& ring, const Uuid& id,
                  std::shared_ptr<const crypto::TenantKeys> known) {
  const crypto::MetadataKeyring::Entry& primary = ring.primary();
  if (!known || known->metadata_key_id() != primary.id) known = std::make_shared<const crypto::TenantKeys>(primary, id);
  Tenant tenant;
  tenant.id = id;
  tenant.record.metadata_key = primary.id;
  tenant.keys = std::move(known);
  return tenant;
}

Task<Outcome<std::optional<Tenant>>> load_tenant(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid id,
                                                 std::shared_ptr<const crypto::TenantKeys> known,
                                                 std::uint64_t keep_for) {
  const RowKey key = record_row_key(id);
  const auto stored = co_await transaction.get(Table::tenants, key.view());
  if (!stored) {
    const bool erasing = co_await is_being_erased(transaction, id);
    if (erasing) co_return failed(Errc::unavailable, "the tenant is being erased");
    const RowKey prefix(id);
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), 1);
    if (!rows.empty()) co_return altered({}, "the tenant's record is missing");
    co_return std::optional<Tenant>();
  }
  const auto key_id = metadata_key_of_record(*stored);
  const auto* const entry = key_id ? ring.find(*key_id) : nullptr;
  if (entry == nullptr)
    co_return altered({}, "the tenant's record names a metadata key that this process does not have");
  if (!known && keep_for != 0) known = OpenedRows::of_thread(keep_for).keys(id);
  if (!known || known->metadata_key_id() != *key_id) known = std::make_shared<const crypto::TenantKeys>(*entry, id);
  auto record = record_of(*stored, id, known, keep_for);
  if (!record) co_return altered({}, "the tenant's record was altered");
  Tenant tenant;
  tenant.id = id;
  tenant.record = std::move(*record);
  tenant.keys = std::move(known);
  if (const auto& previous = tenant.record.previous_metadata_key) {
    const auto* const previous_entry = ring.find(*previous);
    if (previous_entry == nullptr) {
      co_return altered({}, "the tenant's record names a previous metadata key that this process does not have");
    }
    tenant.previous_keys = std::make_shared<const crypto::TenantKeys>(*previous_entry, id);
  }
  co_return std::optional<Tenant>(std::move(tenant));
}

Task<void> save_tenant(Transaction& transaction, Tenant& tenant) {
  TenantRecord& record = tenant.record;
  if (record.format != newest_format) {
    const std::uint32_t rows = co_await rows_format(transaction);
    if (rows > first_store_format && !record.changes) record.changes = record.count;
    if (rows >= newest_format) record.format = newest_format;
  }
  const Bytes stored = encode_tenant_record(tenant.record, tenant.id, *tenant.keys);
  transaction.put(Table::tenants, record_row_key(tenant.id).view(), stored);
}

}  // namespace tacit::store
