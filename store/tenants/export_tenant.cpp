// Exports a tenant's rows as they are stored: its record, its secrets with their previous values and uses, and its API
// keys, on one snapshot.
#include <functional>
#include <utility>

#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 256;
constexpr const char* lost_snapshot =
    "etcd's history was compacted while the tenant was read, so what was written is incomplete: export again. Tacit's "
    "hosts keep the history for a long read; another client of etcd compacts it";

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
  if (std::exchange(to.begun, true)) co_return failed(Errc::unavailable, lost_snapshot);
  co_return to.sink.record(*row);
}

/// Gives each row with that prefix to `take`, which returns whether to go on.
Task<Outcome<bool>> export_rows_of(Transaction& transaction, Table table, RowKey prefix,
                                   std::function<Outcome<bool>(ByteView rest, ByteView row)> take) {
  Bytes start(prefix.view().begin(), prefix.view().end());
  for (;;) {
    const auto rows = co_await transaction.scan(table, prefix.view(), start, rows_at_a_time);
    for (const Row& row : rows) {
      auto taken = take(row.key.subspan(prefix.view().size()), row.value);
      if (!taken || !*taken) co_return taken;
    }
    if (rows.size() < rows_at_a_time) co_return true;
    start.assign(rows.back().key.begin(), rows.back().key.end());
    start.push_back(0);  // the next possible key
    transaction.release_rows();
  }
}

Outcome<bool> take_secret(const TenantSink& sink, ByteView rest, ByteView row) {
  crypto::Uuid id;
  const auto parsed = parse_secret_row(row);
  if (!parse_id(rest, id) || !parsed) return altered({}, "a secret's row is incomplete");
  return sink.secret(id, *parsed);
}

Outcome<bool> take_previous_value(const TenantSink& sink, ByteView rest, ByteView row) {
  const auto key = parse_version_key(rest);
  const auto parsed = parse_version_row(row);
  if (!key || !parsed) return altered({}, "the row of a previous value is incomplete");
  return sink.previous_value(key->secret, *parsed);
}

Outcome<bool> take_uses(const TenantSink& sink, ByteView rest, ByteView row) {
  crypto::Uuid id;
  if (!parse_id(rest, id)) return altered({}, "the key of a secret's uses is incomplete");
  return sink.uses(id, row);
}

Task<Outcome<bool>> export_secrets(Transaction& transaction, const Export& to) {
  const TenantSink& sink = to.sink;
  std::function<Outcome<bool>(ByteView, ByteView)> take = [&sink](ByteView rest, ByteView row) {
    return take_secret(sink, rest, row);
  };
  const RowKey secrets(to.tenant, RowKind::secret);
  auto more = co_await export_rows_of(transaction, Table::tenants, secrets, take);
  if (!more || !*more) co_return more;
  take = [&sink](ByteView rest, ByteView row) { return take_previous_value(sink, rest, row); };
  const RowKey versions(to.tenant, RowKind::previous_value);
  more = co_await export_rows_of(transaction, Table::tenants, versions, take);
  if (!more || !*more) co_return more;
  take = [&sink](ByteView rest, ByteView row) { return take_uses(sink, rest, row); };
  const RowKey uses = uses_rows_of(to.tenant);
  co_return co_await export_rows_of(transaction, Table::meta, uses, take);
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
