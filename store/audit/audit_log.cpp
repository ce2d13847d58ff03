#include "store/audit/audit_log.hpp"

#include <algorithm>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/text/base64.hpp"
#include "store/audit/audit_hash.hpp"
#include "store/model/failures.hpp"
#include "store/model/json_text.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::uint8_t signed_format = 2;
constexpr std::uint8_t commit_format = 3;
constexpr std::size_t most_signatures = 3;
constexpr std::size_t most_heads = 64;

/// False if they are not complete, or not as documented.
bool decode_signatures(Decoder& decoder, std::size_t fewest, std::vector<AuditSignature>& signatures) {
  const std::size_t number = decoder.u8();
  if (number < fewest || number > most_signatures) return false;
  for (std::size_t left = number; left > 0; --left) {
    const std::uint8_t role = decoder.u8();
    const bool known = role >= static_cast<std::uint8_t>(crypto::SigningRole::api) &&
                       role <= static_cast<std::uint8_t>(crypto::SigningRole::operators);
    if (!known) return false;
    AuditSignature& signature = signatures.emplace_back();
    signature.role = static_cast<crypto::SigningRole>(role);
    decoder.into(signature.key);
    decoder.into(signature.signature);
  }
  return decoder.ok();
}

void field(std::string& body, std::string_view name, std::string_view value) {
  body += body.empty() ? '{' : ',';
  append_json_string(body, name);
  body += ':';
  append_json_string(body, value);
}

void field_if_any(std::string& body, std::string_view name, std::string_view value) {
  if (!value.empty()) field(body, name, value);
}

std::string encoded(ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }

std::string quoted(const std::string& plain) { return '"' + plain + '"'; }

/// A member with a list; `to_json` writes an item. Without items there is no member.
template <class Items, class ToJson>
void list_field(std::string& body, std::string_view name, const Items& items, ToJson to_json) {
  if (items.empty()) return;
  body += ',';
  append_json_string(body, name);
  std::string_view before = ":[";
  for (const auto& item : items) {
    body += before;
    body += to_json(item);
    before = ",";
  }
  body += ']';
}

/// A member with a number.
void number_field(std::string& body, std::string_view name, std::uint64_t value) {
  body += ',';
  append_json_string(body, name);
  body.append(":").append(std::to_string(value));
}

/// The members of slots beside 0.
void shared_fields(std::string& body, const AuditEvent& event) {
  if (event.change) number_field(body, "change", *event.change);
  list_field(body, "heads", event.heads, [](const AuditMark& head) { return quoted(to_string(head)); });
}

/// The members that need rows of format 3.
void row_fields(std::string& body, const AuditEvent& event) {
  list_field(body, "rows", event.rows, [](const crypto::Digest& row) { return quoted(encoded(row)); });
  list_field(body, "versions", event.versions, [](std::uint32_t version) { return std::to_string(version); });
  if (event.tenant_key) field(body, "tenant_key", crypto::to_hex(*event.tenant_key));
  list_field(body, "moved", event.moved, [](const MovedRow& row) {
    return quoted(encoded(row.tenant.view()) + encoded(row.secret.view()) + encoded(row.before) + encoded(row.after));
  });
}

bool has_row_fields(const AuditEvent& event) {
  return !event.rows.empty() || !event.versions.empty() || event.tenant_key || !event.moved.empty();
}

constexpr std::string_view before_time = "{\"time\":\"";

/// The entry of the log's last row.
Outcome<AuditEntry> newest_of(const std::optional<Row>& row) {
  if (!row) return AuditEntry{};
  auto entry = parse_audit_row(*row);
  if (entry && entry->sequence != UINT64_MAX) return std::move(*entry);
  return failed(Errc::unavailable, "the newest audit entry cannot be read, so no entry can be appended");
}

}  // namespace

AuditMark AuditEntry::mark() const {
  AuditMark mark;
  mark.sequence = sequence;
  mark.hash = hash;
  mark.slot = slot;
  return mark;
}

std::string name_of_entry(AuditSlot slot, std::uint64_t sequence) {
  const std::string number = std::to_string(sequence);
  return slot.is_embedded() ? number : to_string(slot) + ":" + number;
}

bool is_before(const AuditRecord& entry, const AuditPoint& point) {
  if (point.sequence) return entry.mark.slot == point.slot && entry.mark.sequence < *point.sequence;
  const std::string_view time = audit_time(entry.body);
  return !time.empty() && time < std::string_view(rfc3339(point.instant));  // of fixed length: later is larger
}

namespace {

Bytes encode_row(std::uint8_t row_format, const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                 std::span<const AuditSignature> signatures) {
  constexpr std::size_t signature_size = 1 + 8 + 64;
  Bytes row;
  row.reserve(2 + hash.size() + sizeof first + signatures.size() * signature_size + body.size());
  Encoder encoder(row);
  encoder.u8(row_format);
  encoder.raw(hash);
  if (row_format != format) {
    encoder.u64(first);
    encoder.u8(static_cast<std::uint8_t>(signatures.size()));
  }
  for (const AuditSignature& signature : signatures) {
    encoder.u8(static_cast<std::uint8_t>(signature.role));
    encoder.raw(signature.key);
    encoder.raw(signature.signature);
  }
  encoder.raw(crypto::as_bytes(body));
  return row;
}

}  // namespace

Bytes audit_row(const crypto::Digest& hash, std::string_view body) { return audit_row(hash, body, 0, {}); }

Bytes audit_row(const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                std::span<const AuditSignature> signatures) {
  return encode_row(signatures.empty() ? format : signed_format, hash, body, first, signatures);
}

Bytes audit_commit_row(const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                       std::span<const AuditSignature> signatures) {
  return encode_row(commit_format, hash, body, first, signatures);
}

std::optional<AuditEntry> parse_audit_row(const Row& row) {
  const auto place = parse_audit_key(row.key);
  if (!place) return std::nullopt;
  AuditEntry entry;
  entry.slot = place->slot;
  entry.sequence = place->sequence;
  Decoder value(row.value);
  const std::uint8_t row_format = value.u8();
  const bool known = row_format == format || row_format == signed_format || row_format == commit_format;
  // An embedded store's own slot has no such rows, so that older builds read all of it.
  if (!known || (row_format == commit_format && entry.slot.is_embedded())) return std::nullopt;
  value.into(entry.hash);
  if (row_format != format) {
    entry.first = value.u64();
    const std::size_t fewest = row_format == signed_format ? 1 : 0;
    if (!decode_signatures(value, fewest, entry.signatures)) return std::nullopt;
  }
  if (!value.ok()) return std::nullopt;
  entry.body = crypto::as_text(value.rest());
  return entry;
}

std::string audit_body(const AuditEvent& event, const AuditContext& who, std::int64_t now, AuditMembers members) {
  std::string body;
  body.reserve(512);
  field(body, "time", rfc3339(now));
  field(body, "plane", who.plane);
  field(body, "actor", who.actor);
  field(body, "action", row_of(event.action).name);
  field(body, "outcome", name_of(event.outcome.value_or(row_of(event.action).outcome)));
  if (event.tenant) field(body, "tenant", event.tenant->str());
  list_field(body, "secrets", event.secrets, [](const crypto::Uuid& id) { return quoted(id.str()); });
  if (members == AuditMembers::shared) shared_fields(body, event);
  field_if_any(body, "tool", event.tool);
  field_if_any(body, "reason", event.reason);
  field_if_any(body, "on_behalf_of", who.on_behalf_of);
  field_if_any(body, "peer", who.peer);
  field_if_any(body, "request_id", who.request_id);
  field_if_any(body, "traceparent", who.traceparent);
  if (members != AuditMembers::plain) row_fields(body, event);
  body += '}';
  return body;
}

std::string_view audit_time(std::string_view body) {
  constexpr std::size_t size = std::tuple_size_v<Rfc3339Text>;
  if (!body.starts_with(before_time) || body.size() <= before_time.size() + size) return {};
  return body[before_time.size() + size] == '"' ? body.substr(before_time.size(), size) : std::string_view();
}

std::vector<AuditMark> recorded_heads(std::string_view body) {
  constexpr std::string_view action = R"("action":"audit.heads")";
  constexpr std::string_view before = R"("heads":[")";
  // Within a text a quotation mark is escaped, so these are never found within one.
  const std::size_t found = body.find(before);
  if (found == std::string_view::npos || body.find(action) > found) return {};
  std::string_view rest = body.substr(found + before.size());
  std::vector<AuditMark> heads;
  for (;;) {
    const std::size_t end = rest.find('"');
    const auto head = end == std::string_view::npos ? std::nullopt : parse_audit_mark(rest.substr(0, end));
    if (!head) return {};
    heads.push_back(*head);
    rest.remove_prefix(end + 1);
    if (rest.starts_with(']')) return heads;
    if (!rest.starts_with(",\"") || heads.size() == most_heads) return {};
    rest.remove_prefix(2);
  }
}

Task<Outcome<AuditEntry>> newest_audit_entry(Transaction& transaction, AuditSlot slot) {
  const auto row = co_await transaction.newest_entry(slot);
  auto newest = newest_of(row);
  if (newest) newest->slot = slot;
  co_return newest;
}

Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction, AuditSlot slot) {
  const auto newest = co_await newest_audit_entry(transaction, slot);
  if (!newest) co_return newest.error();
  co_return newest->mark();
}

Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction) {
  return newest_audit_mark(transaction, AuditSlot());
}

Task<std::optional<AuditEntry>> audit_entry_at(Transaction& transaction, AuditSlot slot, std::uint64_t sequence) {
  const AuditKey key = audit_key(slot, sequence);
  const auto value = co_await transaction.get(Table::audit, key);
  std::optional<AuditEntry> entry;
  if (value) entry = parse_audit_row(Row{key, *value});
  co_return entry;
}

Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who) {
  return append_audit(transaction, event, who, now_microseconds());
}

Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who,
                                 std::int64_t now) {
  if (transaction.traits().shared) {
    transaction.log(audit_body(event, who, now, AuditMembers::shared));
    co_return Outcome<void>();
  }
  const auto previous = co_await newest_audit_mark(transaction);
  if (!previous) co_return previous.error();
  const std::uint64_t sequence = previous->sequence + 1;
  // A process of an older version changes rows without recording their hashes, so they prove nothing beside it.
  bool with_rows = has_row_fields(event);
  if (with_rows) with_rows = (co_await rows_format(transaction)) >= third_rows_format;
  const std::string body = audit_body(event, who, now, with_rows);
  const Bytes row = audit_row(audit_hash(previous->hash, sequence, body), body);
  transaction.put(Table::audit, audit_key(sequence), row);
  co_return Outcome<void>();
}

std::size_t audit_bytes(const AuditEvent& event, const AuditContext& who) {
  constexpr std::size_t frame = 640;  // the hash, a signature, the fields' names, and all parts of fixed length
  constexpr std::size_t id = 40;      // with its quotes and comma
  constexpr std::size_t escaped = 6;  // the maximum length of a byte in JSON
  const std::size_t text = event.tool.size() + event.reason.size() + who.plane.size() + who.actor.size() +
                           who.on_behalf_of.size() + who.peer.size() + who.request_id.size() + who.traceparent.size();
  constexpr std::size_t row = 64;  // a hash and a version
  constexpr std::size_t moved = 133;
  constexpr std::size_t head = 100;
  const std::size_t rows =
      head * event.heads.size() + row * std::max(event.rows.size(), event.versions.size()) + moved * event.moved.size();
  return frame + id * event.secrets.size() + rows + escaped * text;
}

}  // namespace tacit::store
