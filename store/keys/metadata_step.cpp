#include "store/keys/metadata_step.hpp"

#include <algorithm>
#include <utility>

#include "store/api_keys/api_key_table.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {

Task<void> MetadataStep::move_tenant() {
  ParsedKey key;
  parse_key(at().key, key);
  const crypto::Uuid id = key.tenant;
  auto loaded = co_await load_tenant(transaction_, store_.metadata(), id);
  if (!loaded || !*loaded) {
    if (!loaded) problem(id, loaded.error().subject);
    pass(id);
    co_return;
  }
  Tenant& tenant = **loaded;
  // Opened before the record names another key.
  if (tenant.record.prefixes.open(*tenant.keys) == nullptr) {
    problem(id, "its prefix lengths cannot be opened");
    pass(id);
    co_return;
  }
  const TenantRecord& record = tenant.record;
  // Another run may have begun to move the tenant to another key meanwhile.
  if (at().within && at().to != record.metadata_key) begin(id);
  const bool stale = record.metadata_key != target().id || record.previous_metadata_key;
  if (!at().within && (stale || is_kind(key, RowKind::record))) begin(id);
  const bool departs = !at().within && depart(tenant);
  const std::uint64_t before = step_.secrets;
  const bool ended = co_await move_rows(tenant);
  const bool arrives = ended && arrive(tenant);
  if (departs || arrives || step_.secrets != before) co_await save(tenant);
}

namespace {

/// In groups of at most most_moved_of_entry.
std::vector<MovedRows> in_entries(std::vector<MovedRow> rows) {
  std::vector<MovedRows> entries;
  for (std::size_t at = 0; at < rows.size(); at += most_moved_of_entry) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t number = std::min(most_moved_of_entry, rows.size() - at);
    entries.emplace_back().rows.assign(first, first + static_cast<std::ptrdiff_t>(number));
  }
  return entries;
}

}  // namespace

Task<void> MetadataStep::save(Tenant& tenant) {
  std::vector<MovedRows> entries;
  if (transaction_.traits().shared) entries = in_entries(std::exchange(moved_, {}));
  for (std::size_t i = 0; i < entries.size(); ++i) tenant.record.note_change();
  co_await save_tenant(transaction_, tenant);
  const std::uint64_t last = tenant.record.changes.value_or(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    MovedRows& entry = numbered_.emplace_back(std::move(entries[i]));
    entry.tenant = tenant.id;
    entry.change = last - (entries.size() - 1 - i);
  }
}

std::vector<MovedRows> MetadataStep::take_moved() {
  std::vector<MovedRows> entries = std::move(numbered_);
  for (MovedRows& entry : in_entries(std::move(moved_))) entries.push_back(std::move(entry));
  return entries;
}

/// At the tenant's first secret.
void MetadataStep::begin(const crypto::Uuid& tenant) {
  const RowKey first(tenant, RowKind::secret);
  at() = RewrapPosition{.table = Table::tenants, .key = Bytes(first.view().begin(), first.view().end())};
  at().whole = true;
}

/// Names the primary key in the record, if necessary. A tenant that is being moved to another key finishes that move
/// first.
bool MetadataStep::depart(Tenant& tenant) {
  TenantRecord& record = tenant.record;
  at().to = record.metadata_key;
  if (record.metadata_key == target().id || record.previous_metadata_key) return false;
  record.previous_metadata_key = record.metadata_key;
  record.metadata_key = at().to = target().id;
  tenant.previous_keys = std::move(tenant.keys);
  tenant.keys = std::make_shared<const crypto::TenantKeys>(target(), tenant.id);
  return true;
}

/// Removes the previous key from the record, because no secret names it any more. Returns whether there was one.
bool MetadataStep::arrive(Tenant& tenant) {
  const RewrapPosition came = at();
  pass(tenant.id);
  if (!came.clean || !tenant.record.previous_metadata_key) return false;
  const RowKey again = record_row_key(tenant.id);
  const bool more = !came.whole || tenant.record.metadata_key != target().id;
  if (more) at().key.assign(again.view().begin(), again.view().end());
  if (!came.whole) return false;
  tenant.record.previous_metadata_key.reset();
  tenant.previous_keys.reset();
  ++step_.tenants;
  take_in_hand(0);
  return true;
}

/// Moves the tenant's rows from the position on, kind after kind. Returns whether that was the last one. A position at
/// the uses has the kind after all others, because their rows are not among the tenant's.
Task<bool> MetadataStep::move_rows(Tenant& tenant) {
  for (const RowKind kind : {RowKind::secret, RowKind::previous_value}) {
    if (kind_at() > static_cast<std::uint8_t>(kind)) continue;
    begin_kind(tenant.id, static_cast<std::uint8_t>(kind));
    const bool ended = co_await move_tenant_rows(tenant, kind);
    if (!ended) co_return false;
  }
  if (kind_at() <= static_cast<std::uint8_t>(RowKind::idempotency_order)) {
    begin_kind(tenant.id, static_cast<std::uint8_t>(RowKind::idempotency_order));
    const bool ended = co_await drop_idempotency_keys(tenant);
    if (!ended) co_return false;
  }
  begin_kind(tenant.id, after_all_kinds);
  co_return co_await move_uses(tenant);
}

/// The kind of the row at the position.
std::uint8_t MetadataStep::kind_at() const {
  ParsedKey key;
  return parse_key(step_.next.key, key) ? key.kind : std::uint8_t{0};
}

/// Goes to the first row of that kind, unless the position is there already.
void MetadataStep::begin_kind(const crypto::Uuid& tenant, std::uint8_t kind) {
  if (kind_at() == kind) return;
  RowKey first(tenant);
  first.add(kind);
  at().key.assign(first.view().begin(), first.view().end());
}

Task<bool> MetadataStep::move_tenant_rows(Tenant& tenant, RowKind kind) {
  const RowKey prefix(tenant.id, kind);
  for (;;) {
    const std::size_t ask = std::clamp<std::size_t>(looks_, 1, rows_of_metadata_scan);
    const auto seen = co_await transaction_.scan(Table::tenants, prefix.view(), at().key, ask);
    // Copied, except for rows that stay, because stored rows move with the first change.
    std::vector<std::pair<Bytes, Bytes>> rows;
    for (const Row& row : seen) {
      auto& [key, value] = rows.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes());
      const crypto::KeyId& named = tenant.record.metadata_key;
      const bool stale =
          kind == RowKind::secret ? is_stale_secret(row.value, named) : is_stale_version(row.value, named);
      if (stale) value.assign(row.value.begin(), row.value.end());
    }
    at().within = true;
    for (const auto& [key, value] : rows) {
      if (spent()) co_return false;
      --looks_;
      if (!value.empty()) move_row(tenant, kind, ByteView(key).subspan(prefix.view().size()), value);
      go_on_after(at().key, key);
    }
    if (rows.size() < ask) co_return true;
    if (spent()) co_return false;
  }
}

void MetadataStep::move_row(Tenant& tenant, RowKind kind, ByteView rest, const Bytes& row) {
  kind == RowKind::secret ? move_secret(tenant, rest, row) : move_version(tenant, rest, row);
}

void MetadataStep::leave(const Tenant& tenant, const std::string& why, bool is_readable) {
  at().clean = at().clean && store_.keys.discard_unreadable && !is_readable;
  problem(tenant.id, why);
}

void MetadataStep::move_secret(Tenant& tenant, ByteView id_bytes, const Bytes& row) {
  crypto::Uuid id;
  if (!parse_id(id_bytes, id)) return leave(tenant, "a secret whose row key is not an id");
  const crypto::TenantKeys& likely = tenant.previous_keys ? *tenant.previous_keys : *tenant.keys;
  const auto secret = open_secret({store_.metadata(), tenant.id, &likely}, id, row);
  if (!secret) return leave(tenant, "secret " + id.str() + ": " + secret.error().subject);
  Metadata metadata = secret->metadata;
  if (!metadata.default_is_bound())
    return leave(tenant, "secret " + id.str() + ": is a default without a tool and an argument", true);
  SecretHeader header = secret->header;
  if (third_format_) use_second_format(header, metadata, secret->value_box);
  const Bytes moved = seal_secret(*tenant.keys, id, header, secret->value_box, metadata);
  if (third_format_) moved_.push_back({tenant.id, id, row_digest(row), row_digest(moved)});
  transaction_.put(Table::tenants, secret_row_key(tenant.id, id).view(), moved);
  static_cast<void>(reindex(transaction_, tenant, id, &*secret, &metadata));  // the prefix counts are open
  ++step_.secrets;
  take_in_hand(row.size());
}

void MetadataStep::move_version(Tenant& tenant, ByteView rest, const Bytes& row) {
  const auto place = parse_version_key(rest);
  if (!place) return leave(tenant, "a previous value whose row key is incomplete");
  const crypto::TenantKeys& likely = tenant.previous_keys ? *tenant.previous_keys : *tenant.keys;
  const MetadataOpener opener{store_.metadata(), tenant.id, &likely};
  const auto version = open_version(opener, place->secret, place->number, row);
  if (!version) return leave(tenant, "secret " + place->secret.str() + ": " + version.error().subject);
  const Bytes moved = seal_version(*tenant.keys, place->secret, version->header, version->value_box, version->metadata);
  transaction_.put(Table::tenants, version_row_key(tenant.id, place->secret, place->number).view(), moved);
  ++step_.beside;
  take_in_hand(row.size());
}

Task<void> MetadataStep::move_api_keys() {
  const auto seen = co_await transaction_.scan(Table::api_keys, {}, at().key, rows_of_metadata_scan);
  std::vector<std::pair<std::string, bool>> ids;
  ids.reserve(seen.size());
  for (const Row& row : seen) {
    ids.emplace_back(crypto::as_text(row.key), is_stale(Table::api_keys, row, target().id));
  }
  for (const auto& [id, stale] : ids) {
    if (spent()) co_return;
    if (stale) co_await move_api_key(id);
    go_on_after(at().key, crypto::as_bytes(id));
  }
}

Task<void> MetadataStep::move_api_key(std::string id) {
  auto stored = co_await load_api_key(transaction_, store_, id);
  if (stored && !stored->indexed && !stored->key.revoked_at) {
    // A row of format 1 is rewritten in format 2, and gets its index entry.
    const auto tenant = co_await load_or_make_tenant(transaction_, store_, stored->key.tenant);
    if (tenant) {
      put_api_key_entry(transaction_, stored->key);
    } else {
      stored = tenant.error();
    }
  }
  if (stored) {
    stored->key.metadata_key = target().id;
    put_api_key(transaction_, store_, stored->key);
    ++step_.api_keys;
    take_in_hand(0);
  } else {
    step_.problems.push_back(stored.error().subject);
  }
}

}  // namespace tacit::store
