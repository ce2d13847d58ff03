// The check of the audit log: signatures and formats of its rows, any byte of a signed one, and what the replay gets.
#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "test/unit/store/verify/verify_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningRole;

namespace {

std::string body_of(const std::string& plane, AuditAction action) {
  AuditContext context = who();
  context.plane = plane;
  AuditEvent event;
  event.action = action;
  return audit_body(event, context, 1'700'000'000'000'001);
}

const std::string api = body_of("api", AuditAction::credential_refused);
const std::string tools = body_of("tools", AuditAction::tool_refused);
const std::string operators = body_of("operator", AuditAction::quota_set);

struct LogRows {
  /// Signs the entries after the last signed one, or from `first` on.
  void add(const std::string& body, const std::vector<SigningRole>& signers = {},
           std::optional<std::uint64_t> first = {}) {
    ++mark.sequence;
    mark.hash = audit_hash(mark.hash, mark.sequence, body);
    const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
    std::vector<AuditSignature> signatures;
    for (const SigningRole role : signers) {
      signatures.push_back(sign_audit_head(*keys.audit_signer(role), role, keys.store(), mark, first.value_or(next)));
    }
    rows.emplace(row_text(audit_key(mark.sequence)),
                 row_text(audit_row(mark.hash, body, first.value_or(next), signatures)));
    if (!signers.empty()) next = mark.sequence + 1;
  }

  Texts findings(std::uint32_t rows_format = 3) const { return report(rows_format).problems; }
  Texts findings(const StoreKeys& keys) const { return report(3, keys).problems; }
  VerifyReport report(std::uint32_t rows_format = 3,
                      const StoreKeys& keys = keys_of_phase(crypto::SigningPhase::required)) const {
    VerifyParts parts(keys);
    if (pruned_through.sequence > 0) parts.log.begins_after(pruned_through);
    for (const auto& row : rows) parts.log.row(row_of(row), rows_format);
    parts.log.end();
    return parts.report;
  }
  void replace(std::uint64_t sequence, const std::string& value) { rows[row_text(audit_key(sequence))] = value; }
  const std::string& row(std::uint64_t sequence) const { return rows.at(row_text(audit_key(sequence))); }
  /// Changes a letter of the body, at the end of its time.
  void alter(std::uint64_t sequence) {
    std::string value = row(sequence);
    value.at(value.find("Z\",\"plane\"") - 1) ^= 1;
    replace(sequence, value);
  }
  void prune(std::uint64_t sequence) {
    const auto at = rows.find(row_text(audit_key(sequence)));
    const auto entry = parse_audit_row(row_of(*at));
    pruned_through.sequence = sequence;
    pruned_through.hash = entry->hash;
    rows.erase(rows.begin(), std::next(at));
  }

  Rows rows;
  AuditMark mark;
  std::uint64_t next = 1;  ///< the entry after the last signed one
  AuditMark pruned_through;
};

/// The body with a row of all zeros that was moved.
std::string with_move(std::string body) {
  body.pop_back();
  return body + R"(,"moved":[")" + std::string(130, 'A') + R"("]})";
}

/// Two commits, of which the second is of two planes.
LogRows good_log() {
  LogRows log;
  log.add(api, {SigningRole::api});
  log.add(tools);
  log.add(operators, {SigningRole::tools, SigningRole::operators});
  return log;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_log)

BOOST_AUTO_TEST_CASE(a_signed_log_has_no_finding) {
  const VerifyReport report = good_log().report();
  expect(report.problems, {});
  BOOST_TEST(report.audit_entries == 3U);
  BOOST_TEST(report.signatures_checked == 3U);
  BOOST_TEST(report.audit_head.starts_with("3:"));
}

BOOST_AUTO_TEST_CASE(findings_of_signatures_are_those_of_audit_verify) {
  LogRows log;
  log.add(api, {SigningRole::api});
  log.add(tools);
  log.add(api, {SigningRole::api});
  log.add(body_of("api", AuditAction::quota_set), {SigningRole::api});
  log.add(operators);
  expect(log.findings(),
         {"audit entries 2 to 2: the plane tools is not signed", "audit entry 4: the plane api has no action quota.set",
          "the newest audit entries, from 5, are not signed"});
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_signed_entry) {
  const LogRows good = good_log();
  for_each_damage(good.row(3), [&](const std::string& damaged) {
    LogRows log = good;
    log.replace(3, damaged);
    BOOST_TEST(!log.findings().empty());
  });
}

BOOST_AUTO_TEST_CASE(signed_entries_are_no_rows_of_older_formats) {
  for (const std::uint32_t format : {1U, 2U}) {
    expect(good_log().findings(format), {"audit entry 1: has a format that the store does not accept yet",
                                         "audit entry 3: has a format that the store does not accept yet"});
  }
}

BOOST_AUTO_TEST_CASE(a_commit_of_which_a_part_was_pruned) {
  LogRows log = good_log();
  log.prune(2);
  expect(log.findings(), {});
  // Later commits are whole.
  log.add(api, {SigningRole::api, SigningRole::tools});
  expect(log.findings(), {"audit entry 4: is signed for the plane tools, which has no entry in its commit"});
}

BOOST_AUTO_TEST_CASE(entries_that_were_added_before_a_commit_are_not_of_it) {
  const std::string moves = with_move(body_of("operator", AuditAction::key_rewrap));
  LogRows log;
  log.add(api, {SigningRole::api});
  log.add(moves);
  log.add(operators, {SigningRole::operators}, 3);
  expect(log.findings(), {"audit entries 2 to 2: the plane operator is not signed",
                          "audit entry 2: moves rows, but its commit is not signed by an operator"});
  LogRows own;
  own.add(api, {SigningRole::api});
  own.add(moves);
  own.add(operators, {SigningRole::operators});
  expect(own.findings(), {"audit entry 2: moves secret " + tenant_id(0).str() + " of tenant " + tenant_id(0).str() +
                          ", which does not exist"});
}

BOOST_AUTO_TEST_CASE(after_a_fault_rows_are_compared_from_the_next_signed_commit_on) {
  const std::string moves = with_move(body_of("operator", AuditAction::key_rewrap));
  LogRows log;
  for (int i = 0; i < 2; ++i) log.add(api, {SigningRole::api});
  log.add(moves, {SigningRole::api});
  log.add(api);
  log.add(moves, {SigningRole::operators}, 5);
  log.alter(3);
  const std::string broken = "audit entry 3 does not match its hash and the previous entry";
  expect(log.findings(),
         {"audit entry 3: is signed for the plane api, which has no entry in its commit",
          "audit entries 3 to 3: the plane operator is not signed", "audit entries 4 to 4: the plane api is not signed",
          broken + "; rows are compared with the log only from entry 5 on"});
}

BOOST_AUTO_TEST_CASE(a_fault_in_the_last_commit_ends_the_comparison_of_rows) {
  LogRows log = good_log();
  log.alter(2);
  expect(log.findings(),
         {"audit entry 2 does not match its hash and the previous entry; rows are not compared with the "
          "log"});
  // Before the cut-off the next entry counts.
  StoreKeys keys = keys_of_phase(crypto::SigningPhase::signing);
  expect(log.findings(keys),
         {"audit entry 2 does not match its hash and the previous entry; rows are compared with the "
          "log only from entry 3 on"});
}

BOOST_AUTO_TEST_CASE(an_empty_log_that_was_pruned) {
  LogRows log;
  log.pruned_through.sequence = 3;
  expect(log.findings(), {"the audit log is empty although it was pruned"});
  BOOST_TEST(log.report().audit_pruned_through == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
