// Stores in the state that builds with format 1 alone leave.
#pragma once

#include <string>

#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

inline std::string row_text(ByteView bytes) { return std::string(crypto::as_text(bytes)); }

/// Converts a new store to format 1; later writes use it too.
inline void make_first_format(StoreFixture& fixture) {
  fixture.put(Table::meta, row_text(rows_row_key()), std::nullopt);
  fixture.put(Table::meta, row_text(format_row_key()), row_text(format_value(first_store_format)));
}

/// Says that the format has risen, like a process that was killed right after that.
inline void raise_without_rows(StoreFixture& fixture, std::uint32_t format = store_format) {
  fixture.put(Table::meta, row_text(format_row_key()), row_text(format_value(format)));
}

inline void take_new_rows(StoreFixture& fixture, std::uint32_t format = store_format) {
  raise_without_rows(fixture, format);
  fixture.put(Table::meta, row_text(rows_row_key()), row_text(rows_value(format)));
}

inline std::uint32_t format_of(StoreFixture& fixture) {
  return store::format_of(crypto::as_bytes(fixture.rows(Table::meta).at(row_text(format_row_key())))).value_or(0);
}
inline bool takes_new_rows(StoreFixture& fixture) {
  return fixture.rows(Table::meta).contains(row_text(rows_row_key()));
}

/// The content of the tenant's record, unverified.
inline TenantRecord record_of(StoreFixture& fixture, const crypto::Uuid& tenant = tenant_id(1)) {
  const std::string stored = fixture.rows(Table::tenants).at(row_text(record_row_key(tenant).view()));
  return peek_tenant_record(crypto::as_bytes(stored)).value();
}

}  // namespace tacit::store::testing
