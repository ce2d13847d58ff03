#include "store/keys/key_census.hpp"

#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

/// Rows per snapshot: a longer-lived snapshot would keep freed pages from reuse.
constexpr std::size_t rows_at_a_time = 4096;

/// Counts in a table, on successive snapshots. A row behind the present position cannot later name a retired key, so a
/// census after the retirement is complete (store/rows/store_meta.hpp). A transaction that names a key in a new row
/// checks that the key is not retired; a rewrap uses only the newest key, with the same check; all other changes keep
/// the key that the row or its tenant's record, which comes first, already names.
class Count {
 public:
  using Progress = std::function<void(const VerifyProgress&)>;

  Count(const StoreContext& store, KeyKind kind, const Progress& progress)
      : store_(store), kind_(kind), progress_(progress) {}

  Outcome<KeyCensus> run() {
    if (auto counted = walk(Table::tenants); !counted) return counted.error();
    if (kind_ == KeyKind::metadata) {
      for (const Table table : {Table::api_keys, Table::meta}) {
        if (auto counted = walk(table); !counted) return counted.error();
      }
    }
    at_.rows = at_.rows_total;  // rows that name no such key were skipped
    if (progress_) progress_(at_);
    return std::move(census_);
  }

 private:
  Outcome<void> walk(Table table) {
    start_.clear();
    for (;;) {
      const auto more = read<bool>(*store_.engine, [&](Transaction& transaction) { return some(transaction, table); });
      if (!more) return more.error();
      if (progress_) progress_(at_);
      if (!*more) return {};
    }
  }

  Task<Outcome<bool>> some(Transaction& transaction, Table table) {
    if (at_.rows_total == 0) {
      at_.rows_total = co_await transaction.count(Table::tenants);
      if (kind_ == KeyKind::metadata) at_.rows_total += co_await transaction.count(Table::api_keys);
    }
    // Only the records name root keys, so all other rows of a tenant are skipped.
    const bool only_records = kind_ == KeyKind::root;
    for (std::size_t seen = 0; seen < rows_at_a_time;) {
      const auto rows = co_await transaction.scan(table, {}, start_, only_records ? 1 : rows_at_a_time);
      if (rows.empty()) co_return false;
      for (const Row& row : rows) count(table, row);
      seen += rows.size();
      at_.rows += rows.size();
      go_on_after(rows.back().key, only_records);
    }
    co_return true;
  }

  void go_on_after(ByteView key, bool pass_tenant) {
    ParsedKey parsed;
    if (pass_tenant && parse_key(key, parsed)) {
      const RowKey next = after_tenant(parsed.tenant);
      start_.assign(next.view().begin(), next.view().end());
    } else {
      start_.assign(key.begin(), key.end());
      start_.push_back(0);  // the next possible key
    }
  }

  void count(Table table, const Row& row) {
    if (table == Table::api_keys) return add(metadata_key_of_api_key(row.value), &KeyUse::api_keys);
    if (table == Table::meta) return count_of_store(row);
    ParsedKey key;
    if (!parse_key(row.key, key)) return add(std::nullopt, &KeyUse::tenants);
    if (key.kind == static_cast<std::uint8_t>(RowKind::record)) count_record(row.value);
    if (key.kind == static_cast<std::uint8_t>(RowKind::secret) && kind_ == KeyKind::metadata) count_secret(row.value);
  }

  /// std::nullopt: the row's key is unknown.
  void add(const std::optional<crypto::KeyId>& id, std::uint64_t KeyUse::*what) {
    if (id) {
      ++(census_.uses[*id].*what);
    } else {
      ++census_.unreadable;
    }
  }

  void count_of_store(const Row& row) {
    // Signed ones name no metadata key.
    if (tenant_of_erasure_mark(row.key) && !is_signed_erasure_mark(row.value)) {
      add(metadata_key_of_erasure_mark(row.value), &KeyUse::tenants);
    }
    if (std::ranges::equal(row.key, checkpoint_key()) && !is_signed_checkpoint(row.value)) {
      add(metadata_key_of_checkpoint(row.value), &KeyUse::tenants);
    }
  }

  void count_record(ByteView row) {
    const auto record = peek_tenant_record(row);
    if (!record) return add(std::nullopt, &KeyUse::tenants);
    if (kind_ == KeyKind::root) {
      constexpr crypto::KeyId none{};
      const auto& key = record->key;
      if (key && key->root_key_id() == none) return add(std::nullopt, &KeyUse::tenants);  // the box is truncated
      if (key) add(key->root_key_id(), &KeyUse::tenants);
      return;
    }
    add(record->metadata_key, &KeyUse::tenants);
    if (record->previous_metadata_key) add(record->previous_metadata_key, &KeyUse::tenants);
  }

  void count_secret(ByteView row) {
    const auto secret = parse_secret_row(row);
    add(secret ? crypto::metadata_key_of(secret->metadata_box) : std::nullopt, &KeyUse::secrets);
  }

  const StoreContext& store_;
  const KeyKind kind_;
  const Progress& progress_;
  VerifyProgress at_;
  Bytes start_;
  KeyCensus census_;
};

}  // namespace

Outcome<KeyCensus> Keys::census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const {
  return Count(*context_, kind, progress).run();
}

}  // namespace tacit::store
