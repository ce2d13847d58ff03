#include "store/keys/key_census.hpp"

#include <algorithm>
#include <vector>

#include "crypto/text/sentence.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/context.hpp"
#include "store/engine/walk_size.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {
namespace {

/// Rows per snapshot: a longer-lived snapshot would keep freed pages from reuse.
constexpr std::size_t rows_at_a_time = 4096;

/// Counts in a table, on successive snapshots. A row behind the present position cannot later name a retired key, so a
/// census after the retirement is complete (store/rows/store_meta.hpp). A transaction that names a key in a new row
/// checks that the key is not retired; a rewrap uses only the newest key, with the same check; all other changes keep
/// the key that the row or its tenant's record, which comes first, already names. A new tenant takes a prekey, which
/// may name an older key: prekeys therefore come before tenants.
class Count {
 public:
  using Progress = std::function<void(const VerifyProgress&)>;

  Count(const StoreContext& store, KeyKind kind, const Progress& progress)
      : store_(store), kind_(kind), progress_(progress) {}

  Outcome<KeyCensus> run() {
    using enum Table;
    const std::vector<Table> tables =
        kind_ == KeyKind::metadata ? std::vector{tenants, api_keys, meta} : std::vector{meta, tenants};
    for (const Table table : tables) {
      if (auto counted = walk(table); !counted) return counted.error();
    }
    if (at_.rows_total != 0) at_.rows = at_.rows_total;  // rows that name no such key were skipped
    if (progress_) progress_(at_);
    return std::move(census_);
  }

 private:
  Outcome<void> walk(Table table) {
    start_.clear();
    for (;;) {
      const auto more =
          read_blocking<bool>(*store_.engine, [&](Transaction& transaction) { return some(transaction, table); });
      if (!more) return more.error();
      if (progress_) progress_(at_);
      if (!*more) return {};
    }
  }

  Task<Outcome<bool>> some(Transaction& transaction, Table table) {
    if (at_.rows_total == 0) {
      std::uint64_t total = co_await transaction.estimate(Table::tenants);
      if (kind_ == KeyKind::metadata) total += co_await transaction.estimate(Table::api_keys);
      at_.rows_total = total;
    }
    // Only the records name root keys and root signing keys, so all other rows of a tenant are skipped.
    const bool only_records = kind_ != KeyKind::metadata && table == Table::tenants;
    const std::size_t ask = only_records ? 1 : rows_of_scan(transaction.traits(), rows_at_a_time);
    const std::size_t most = ask * scans_of_walk(transaction.traits(), rows_at_a_time / ask);
    for (std::size_t seen = 0; seen < most;) {
      const auto rows = co_await transaction.scan(table, {}, start_, ask);
      if (rows.empty()) co_return false;
      for (const Row& row : rows) count(table, row);
      seen += rows.size();
      if (table != Table::meta) at_.rows += rows.size();
      if (at_.rows_total != 0) at_.rows_total = std::max(at_.rows_total, at_.rows);  // an engine may only estimate it
      go_on_after(rows.back().key, only_records);
    }
    co_return true;
  }

  void go_on_after(ByteView key, bool with_tenant) {
    if (with_tenant) {
      pass_tenant(start_, key);
    } else {
      start_.assign(key.begin(), key.end());
      start_.push_back(0);  // the next possible key
    }
  }

  void count(Table table, const Row& row) {
    if (table == Table::api_keys) return count_api_key(row);
    if (table == Table::meta) return count_of_store(row);
    ParsedKey key;
    if (!parse_key(row.key, key)) return;  // it belongs to no tenant: nothing ever reads it
    if (key.kind == static_cast<std::uint8_t>(RowKind::record)) count_record(key.tenant, row.value);
    if (kind_ != KeyKind::metadata) return;
    if (key.kind == static_cast<std::uint8_t>(RowKind::secret)) count_secret(key, row.value);
    if (key.kind == static_cast<std::uint8_t>(RowKind::previous_value)) count_version(key, row.value);
    if (key.kind == static_cast<std::uint8_t>(RowKind::idempotency_key)) {
      add_known(metadata_key_of_idempotency_row(row.value));
    }
  }

  bool gives_up() const { return store_.keys.discard_unreadable; }

  /// std::nullopt: the row's key is unknown.
  void add(const std::optional<crypto::KeyId>& id, std::uint64_t KeyUse::*what) {
    if (id) {
      ++(census_.uses[*id].*what);
    } else if (!gives_up()) {
      ++census_.unreadable;
    }
  }

  /// Of a row that a rewrap removes if it cannot be read.
  void add_known(const std::optional<crypto::KeyId>& id) {
    if (id) add(id, &KeyUse::beside);
  }

  void count_of_store(const Row& row) {
    if (kind_ == KeyKind::metadata && place_of_uses(row.key)) return add_known(metadata_key_of_uses(row.value));
    if (kind_ != KeyKind::metadata && crypto::as_text(row.key).starts_with(crypto::as_text(prekey_prefix()))) {
      return count_prekey(row);
    }
    // Rows with a MAC that are refused need no metadata key, and only an attacker writes them.
    if (kind_ == KeyKind::metadata && !store_.keys.refuses_unsigned()) count_macs(row);
    if (kind_ == KeyKind::signing) count_signed(row);
  }

  /// One that cannot be read names no key with which anything could be stored: nothing is sealed to it.
  void count_prekey(const Row& row) {
    const auto key = decode_prekey(row.key, row.value);
    if (key) add(kind_ == KeyKind::root ? key->root_key_id() : key->certificate->signer, &KeyUse::prekeys);
  }

  void count_macs(const Row& row) {
    // Signed ones name no metadata key.
    if (tenant_of_erasure_mark(row.key) && !is_signed_erasure_mark(row.value)) {
      add(metadata_key_of_erasure_mark(row.value), &KeyUse::tenants);
    }
    if (slot_of_checkpoint(row.key) && !is_signed_checkpoint(row.value)) {
      add(metadata_key_of_checkpoint(row.value), &KeyUse::tenants);
    }
  }

  void count_signed(const Row& row) {
    const auto is_row = [&row](ByteView key) { return std::ranges::equal(row.key, key); };
    if (tenant_of_erasure_mark(row.key) && is_signed_erasure_mark(row.value)) {
      add(signer_of_row(row.value), &KeyUse::erasure_marks);
    }
    if (slot_of_checkpoint(row.key) && is_signed_checkpoint(row.value)) {
      add(signer_of_row(row.value), &KeyUse::checkpoints);
    }
    if (is_row(keys_row_key()) && is_signed_key_list(row.value)) add(signer_of_row(row.value), &KeyUse::key_lists);
    if (is_row(rekey_row_key())) add(signer_of_row(row.value), &KeyUse::rekey_marks);
    if (is_row(cut_off_row_key())) add(signer_of_row(row.value), &KeyUse::cut_off_records);
  }

  void count_api_key(const Row& row) {
    if (gives_up() && !decode_api_key(row.key, row.value, store_.metadata())) return;
    add(metadata_key_of_api_key(row.value), &KeyUse::api_keys);
  }

  bool can_read_record(const crypto::Uuid& tenant, ByteView row) const {
    const auto id = metadata_key_of_record(row);
    const auto* const entry = id ? store_.metadata().find(*id) : nullptr;
    if (entry == nullptr) return false;
    const auto record = decode_tenant_record(row, tenant, crypto::TenantKeys(*entry, tenant));
    if (!record) return false;
    const auto& previous = record->previous_metadata_key;
    return !previous || store_.metadata().find(*previous) != nullptr;  // without it no process loads the tenant
  }

  void count_record(const crypto::Uuid& tenant, ByteView row) {
    if (gives_up() && !can_read_record(tenant, row)) return;
    const auto record = peek_tenant_record(row);
    if (!record) return add(std::nullopt, &KeyUse::tenants);
    if (kind_ == KeyKind::metadata) {
      add(record->metadata_key, &KeyUse::tenants);
      if (record->previous_metadata_key) add(record->previous_metadata_key, &KeyUse::tenants);
      return;
    }
    const auto key = name_in(record->key);
    const auto previous = name_in(record->previous_key);
    if (key) add_named(*key);
    if (previous && previous != key) add_named(*previous);
  }

  /// The key that a pair names; std::nullopt if it names none.
  std::optional<crypto::KeyId> name_in(const std::optional<crypto::TenantKey>& pair) const {
    if (!pair) return std::nullopt;
    if (kind_ == KeyKind::root) return pair->root_key_id();
    if (!pair->certificate) return std::nullopt;
    return pair->certificate->signer;
  }

  void add_named(const crypto::KeyId& id) {
    const bool is_truncated = id == crypto::KeyId{};  // the box
    add(is_truncated ? std::nullopt : std::optional(id), &KeyUse::tenants);
  }

  void count_secret(const ParsedKey& key, ByteView row) {
    const auto secret = parse_secret_row(row);
    const auto named = secret ? crypto::metadata_key_of(secret->metadata_box) : std::nullopt;
    crypto::Uuid id;
    const bool is_old = gives_up() && named != store_.metadata().primary().id;
    if (is_old && !(parse_id(key.rest, id) && open_secret({store_.metadata(), key.tenant}, id, row))) return;
    add(named, &KeyUse::secrets);
  }

  void count_version(const ParsedKey& key, ByteView row) {
    const auto version = parse_version_row(row);
    const auto named = version ? crypto::metadata_key_of(version->metadata_box) : std::nullopt;
    const auto place = parse_version_key(key.rest);
    const bool is_old = gives_up() && named != store_.metadata().primary().id;
    const MetadataOpener opener{store_.metadata(), key.tenant};
    if (is_old && !(place && open_version(opener, place->secret, place->number, row))) return;
    add(named, &KeyUse::beside);
  }

  const StoreContext& store_;
  const KeyKind kind_;
  const Progress& progress_;
  VerifyProgress at_;
  Bytes start_;
  KeyCensus census_;
};

using crypto::counted;

std::string signed_rows(const KeyUse& use) {
  std::vector<std::string> parts;
  if (use.tenants > 0) parts.push_back(counted(use.tenants, "tenant"));
  if (use.prekeys > 0) parts.push_back(counted(use.prekeys, "prekey"));
  if (use.key_lists > 0) parts.emplace_back("the key list");
  if (use.checkpoints == 1) parts.emplace_back("the audit checkpoint");
  if (use.checkpoints > 1) parts.push_back(counted(use.checkpoints, "audit checkpoint"));
  if (use.erasure_marks > 0) parts.push_back(counted(use.erasure_marks, "erasure mark"));
  if (use.rekey_marks > 0) parts.emplace_back("the rekey mark");
  if (use.cut_off_records > 0) parts.emplace_back("the record of the cut-off");
  return crypto::joined(parts, ", ", " and ");
}

}  // namespace

std::string hindrance_of(KeyKind kind, const KeyUse& use) {
  const bool is_one = use.total() == 1;
  if (kind == KeyKind::signing) {
    return signed_rows(use) + (is_one ? " is" : " are") + " still signed with it; run: tacit key rewrap root";
  }
  std::string text = counted(use.tenants, "tenant");
  if (kind == KeyKind::metadata) {
    const std::string others = use.beside == 0 ? std::string() : " and " + counted(use.beside, "other row");
    text += ", " + counted(use.secrets, "secret") + (others.empty() ? " and " : ", ");
    text += counted(use.api_keys, "API key") + others + " still use it";
  } else {
    if (use.prekeys > 0) text += " and " + counted(use.prekeys, "prekey");
    text += is_one && use.tenants == 1 ? " still uses it" : " still use it";
  }
  return text + "; run: tacit key rewrap " + to_string(kind);
}

Outcome<KeyCensus> Keys::census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const {
  return Count(*context_, kind, progress).run();
}

}  // namespace tacit::store
