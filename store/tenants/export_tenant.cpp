// Exports a tenant's rows as they are stored: its record, its secrets and its API keys, on one snapshot.
#include <utility>

#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 256;

struct Export {
  const StoreContext& store;
  crypto::Uuid tenant;
  const TenantSink& sink;
  bool begun = false;  ///< the sink has got something
};

Task<Outcome<bool>> export_record(Transaction& transaction, Export& to) {
  const RowKey key = record_row_key(to.tenant);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (!row) {
    // Fails with the reason: no rows, being erased, or altered.
    const auto tenant = co_await load_tenant(transaction, to.store.metadata(), to.tenant);
    if (!tenant) co_return tenant.error();
    co_return failed(Errc::not_found);
  }
  // A shared engine that cannot keep the snapshot reads from the beginning of another one.
  if (std::exchange(to.begun, true)) co_return failed(Errc::unavailable, "the snapshot was lost: export again");
  co_return to.sink.record(*row);
}

Task<Outcome<bool>> export_secrets(Transaction& transaction, const Export& to) {
  const RowKey prefix(to.tenant, RowKind::secret);
  Bytes start(prefix.view().begin(), prefix.view().end());
  for (;;) {
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), start, rows_at_a_time);
    for (const Row& row : rows) {
      crypto::Uuid id;
      const auto parsed = parse_secret_row(row.value);
      if (!parse_id(row.key.subspan(prefix.view().size()), id) || !parsed) {
        co_return altered({}, "a secret's row is incomplete");
      }
      if (!to.sink.secret(id, *parsed)) co_return false;
    }
    if (rows.size() < rows_at_a_time) co_return true;
    start.assign(rows.back().key.begin(), rows.back().key.end());
    start.push_back(0);  // the next possible key
    transaction.release_rows();
  }
}

Task<Outcome<bool>> export_api_keys(Transaction& transaction, const Export& to) {
  Bytes start;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::api_keys, {}, start, rows_at_a_time);
    for (const Row& row : rows) {
      const auto key = decode_verified_api_key(row.key, row.value);
      if (key && key->tenant == to.tenant && !to.sink.api_key(*key)) co_return false;
    }
    if (rows.size() < rows_at_a_time) co_return true;
    start.assign(rows.back().key.begin(), rows.back().key.end());
    start.push_back(0);
    transaction.release_rows();
  }
}

Task<Outcome<bool>> export_in(Transaction& transaction, Export& to) {
  const auto record = co_await export_record(transaction, to);
  if (!record || !*record) co_return record;
  const auto secrets = co_await export_secrets(transaction, to);
  if (!secrets || !*secrets) co_return secrets;
  co_return co_await export_api_keys(transaction, to);
}

}  // namespace

Outcome<bool> Tenants::export_rows(const crypto::Uuid& tenant, const TenantSink& sink) const {
  const StoreContext& store = *context_;
  Export to{store, tenant, sink};
  return read_blocking<bool>(*store.engine, [&to](Transaction& transaction) { return export_in(transaction, to); });
}

}  // namespace tacit::store
