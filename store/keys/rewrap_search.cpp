#include "store/keys/rewrap_search.hpp"

#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {
namespace {

/// Rows per snapshot.
constexpr std::size_t rows_of_snapshot = 65536;
/// On an engine that waits for each page.
constexpr std::size_t rows_of_waiting_snapshot = 4096;
constexpr std::size_t rows_at_a_time = 256;

}  // namespace

void go_on_after(Bytes& start, ByteView key) {
  start.assign(key.begin(), key.end());
  start.push_back(0);  // the next possible key
}

bool is_stale_secret(ByteView row, const crypto::KeyId& target) {
  const auto parsed = parse_secret_row(row);
  return !parsed || crypto::metadata_key_of(parsed->metadata_box) != target;
}

bool is_stale_version(ByteView row, const crypto::KeyId& target) {
  const auto parsed = parse_version_row(row);
  return !parsed || crypto::metadata_key_of(parsed->metadata_box) != target;
}

bool is_stale(Table table, const Row& row, const crypto::KeyId& target) {
  if (table == Table::api_keys) return metadata_key_of_api_key(row.value) != target;
  ParsedKey key;
  if (!parse_key(row.key, key)) return false;
  if (is_kind(key, RowKind::secret)) return is_stale_secret(row.value, target);
  if (is_kind(key, RowKind::previous_value)) return is_stale_version(row.value, target);
  if (!is_kind(key, RowKind::record)) return false;
  const auto record = peek_tenant_record(row.value);
  return !record || record->metadata_key != target || record->previous_metadata_key;
}

Task<Outcome<RewrapSearch>> search_stale(Transaction& transaction, RewrapPosition from, crypto::KeyId target) {
  RewrapSearch come{std::move(from)};
  RewrapPosition& at = come.at;
  const std::size_t most = transaction.traits().waits ? rows_of_waiting_snapshot : rows_of_snapshot;
  for (std::size_t seen = 0; seen < most;) {
    const auto rows = co_await transaction.scan(at.table, {}, at.key, rows_at_a_time);
    for (const Row& row : rows) {
      if (is_stale(at.table, row, target)) {
        at.key.assign(row.key.begin(), row.key.end());
        come.found = true;
        co_return come;
      }
    }
    note_step();  // a search may last longer than a process that waits for this one allows without progress
    seen += rows.size();
    if (!rows.empty()) go_on_after(at.key, rows.back().key);
    transaction.release_rows();
    if (rows.size() == rows_at_a_time) continue;
    come.ended = at.table == Table::api_keys;
    if (come.ended) co_return come;
    at = RewrapPosition{.table = Table::api_keys};
  }
  co_return come;
}

}  // namespace tacit::store
