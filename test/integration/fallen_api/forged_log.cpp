#include "test/integration/fallen_api/forged_log.hpp"

#include <stdexcept>
#include <utility>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::test {
namespace {

StoredRow row_of(const LogEntry& entry) {
  const auto key = store::audit_key(entry.mark.sequence);
  return {.table = store::Table::audit,
          .key = crypto::Bytes(key.begin(), key.end()),
          .value = store::audit_row(entry.mark.hash, entry.body, entry.first, entry.signatures)};
}

bool is_of_the_api(const LogEntry& entry) { return store::audit_plane(entry.body) == crypto::SigningRole::api; }

}  // namespace

std::vector<LogEntry> read_log(const Attacker& attacker) {
  std::vector<LogEntry> entries;
  for (const StoredRow& row : attacker.rows(store::Table::audit)) {
    const auto parsed = store::parse_audit_row({.key = row.key, .value = row.value});
    if (!parsed) throw std::runtime_error("an audit entry cannot be read");
    entries.push_back({.mark = {.sequence = parsed->sequence, .hash = parsed->hash},
                       .body = std::string(parsed->body),
                       .signatures = parsed->signatures,
                       .first = parsed->first});
  }
  return entries;
}

LogEntry newest_of(const Attacker& attacker, const std::string& action) {
  std::vector<LogEntry> entries = read_log(attacker);
  while (!entries.empty()) {
    if (store::audit_action_text(entries.back().body) == action) return entries.back();
    entries.pop_back();
  }
  throw std::runtime_error("the log has no entry " + action);
}

void rewrite_log(const Attacker& attacker, std::uint64_t from, const std::function<void(std::string& body)>& edit) {
  const Sign sign = signed_by(attacker, attacker.audit_key(), crypto::SigningRole::api);
  crypto::Digest previous{};
  std::vector<StoredRow> changed;
  for (LogEntry& entry : read_log(attacker)) {
    if (entry.mark.sequence >= from) {
      edit(entry.body);
      entry.mark.hash = store::audit_hash(previous, entry.mark.sequence, entry.body);
      entry.signatures.clear();
      if (is_of_the_api(entry)) entry.signatures = sign(entry.mark);
      entry.first = entry.mark.sequence;
      changed.push_back(row_of(entry));
    }
    previous = entry.mark.hash;
  }
  attacker.put(changed);
}

void cut_log(const Attacker& attacker, std::uint64_t last) {
  std::vector<StoredRow> cut;
  for (const LogEntry& entry : read_log(attacker)) {
    if (entry.mark.sequence > last) cut.push_back(row_of(entry));
  }
  attacker.erase(cut);
}

store::AuditMark append_forged(const Attacker& attacker, const std::string& body, const Sign& sign) {
  const std::vector<LogEntry> entries = read_log(attacker);
  const store::AuditMark before = entries.empty() ? store::AuditMark{} : entries.back().mark;
  LogEntry forged{.mark = {.sequence = before.sequence + 1, .hash = {}},
                  .body = body,
                  .signatures = {},
                  .first = before.sequence + 1};
  forged.mark.hash = store::audit_hash(before.hash, forged.mark.sequence, body);
  forged.signatures = sign(forged.mark);
  attacker.put({row_of(forged)});
  return forged.mark;
}

Sign signed_by(const Attacker& attacker, const SigningEntry& key, crypto::SigningRole role) {
  return [&attacker, &key, role](const store::AuditMark& mark) {
    return std::vector<store::AuditSignature>{
        store::sign_audit_head(key, role, attacker.keys().store(), mark, mark.sequence)};
  };
}

Sign not_signed() {
  return [](const store::AuditMark&) { return std::vector<store::AuditSignature>{}; };
}

std::string forged_body(const std::string& plane, const std::string& action, const std::string& members) {
  return R"({"time":")" + store::rfc3339(store::now_microseconds()) + R"(","plane":")" + plane +
         R"(","actor":"operator:root","action":")" + action + R"(","outcome":"ok")" + members + "}";
}

}  // namespace tacit::test
