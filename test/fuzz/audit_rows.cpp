// Rows of the audit log, and places in it as text.
#include "server/audit/audit_text.hpp"
#include "store/audit/audit_key.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/etcd/audit/slot_head.hpp"
#include "test/fuzz/fuzz.hpp"

#include <boost/json/parse.hpp>

namespace tacit::fuzz {
namespace {

using store::Bytes;

Bytes key_of(store::AuditSlot slot, std::uint64_t sequence) {
  const auto key = store::audit_key(slot, sequence);
  return {key.begin(), key.end()};
}

void check_row(bool embedded, std::string_view value) {
  const store::AuditSlot slot = embedded ? store::AuditSlot() : store::slot_of(store::SlotOwner::api, 1);
  const Bytes key = key_of(slot, 7);
  const auto entry = store::parse_audit_row({.key = key, .value = crypto::as_bytes(value)});
  if (!entry) return;
  TACIT_HOLDS(entry->sequence == 7 && entry->slot == slot && entry->signatures.size() <= 3);
  const unsigned format = static_cast<unsigned char>(value.front());
  const Bytes again = format == 1 ? store::audit_row(entry->hash, entry->body)
                      : format == 2
                          ? store::audit_row(entry->hash, entry->body, entry->first, entry->signatures)
                          : store::audit_commit_row(entry->hash, entry->body, entry->first, entry->signatures);
  TACIT_HOLDS(crypto::as_text(again) == value);
  const store::AuditRecord record = store::record_of(*entry);
  const std::string line = server::audit_line(record);
  TACIT_HOLDS(line.find_first_of("\n\r\x1b\x7f") == std::string::npos);
  boost::system::error_code error;
  boost::json::parse(record.body, error);
  if (!error && record.body.starts_with("{\"")) {  // then the command's line is JSON, too
    boost::json::parse(server::audit_json(record), error);
    TACIT_HOLDS(!error);
  }
}

void check_head(std::string_view value) {
  const auto head = store::etcd::decode_slot_head(crypto::as_bytes(value));
  if (head) TACIT_HOLDS(crypto::as_text(store::etcd::encode_slot_head(*head)) == value);
}

void check_texts(std::string_view text) {
  if (const auto mark = store::parse_audit_mark(text)) TACIT_HOLDS(store::to_string(*mark) == text);
  if (const auto slot = store::parse_audit_slot(text)) {
    TACIT_HOLDS(store::to_string(*slot) == text && store::is_audit_slot(slot->number));
  }
}

Description describe() {
  store::AuditMark mark{.sequence = 7};
  const std::string body = R"({"time":"2026-01-01T00:00:00.000000Z","plane":"api",)"
                           R"("actor":"api-key:abcdefghijk","action":"secret.create","outcome":"ok"})";
  const store::AuditSignature signature{.role = crypto::SigningRole::api};
  const auto row = [](std::uint8_t kind, const Bytes& bytes) { return Seed().byte(kind).rest(bytes); };
  return {
      .max_size = 2048,
      .seeds = {row(0, store::audit_row({}, body)), row(0, store::audit_row({}, body, 5, std::vector{signature})),
                row(1, store::audit_commit_row({}, body, 5, {})),
                row(2, store::etcd::encode_slot_head({.sequence = 3, .newest_block = 1})),
                Seed().byte(3).rest(store::to_string(mark)), Seed().byte(3).rest("api-1:" + store::to_string(mark)),
                Seed().byte(3).rest("operator-4095")},
      .words = {"api-", "tools-", "operator-", ":", "0", "4095", "\"tenant\":\"", "\"secrets\":[\"", "\\u001b", "\\n"}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 4U;
  if (kind < 2) return check_row(kind == 0, in.rest());
  if (kind == 2) return check_head(in.rest());
  check_texts(in.rest());
}

const Target target("audit_rows", describe, take);

}  // namespace
}  // namespace tacit::fuzz
