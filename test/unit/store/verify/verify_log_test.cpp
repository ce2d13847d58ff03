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
  void add(const std::string& body, const std::vector<SigningRole>& signers = {}) {
    ++mark.sequence;
    mark.hash = audit_hash(mark.hash, mark.sequence, body);
    const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
    std::vector<AuditSignature> signatures;
    for (const SigningRole role : signers) {
      signatures.push_back(sign_audit_head(*keys.audit_signer(role), role, keys.store(), mark));
    }
    rows.emplace(row_text(audit_key(mark.sequence)), row_text(audit_row(mark.hash, body, signatures)));
  }

  Texts findings(std::uint32_t rows_format = 3) const { return report(rows_format).problems; }
  VerifyReport report(std::uint32_t rows_format = 3) const {
    VerifyParts parts;
    if (pruned_through.sequence > 0) parts.log.begins_after(pruned_through);
    for (const auto& row : rows) parts.log.row(row_of(row), rows_format);
    parts.log.end();
    return parts.report;
  }
  void replace(std::uint64_t sequence, const std::string& value) { rows[row_text(audit_key(sequence))] = value; }
  const std::string& row(std::uint64_t sequence) const { return rows.at(row_text(audit_key(sequence))); }
  void prune(std::uint64_t sequence) {
    const auto at = rows.find(row_text(audit_key(sequence)));
    const auto entry = parse_audit_row(row_of(*at));
    pruned_through.sequence = sequence;
    pruned_through.hash = entry->hash;
    rows.erase(rows.begin(), std::next(at));
  }

  Rows rows;
  AuditMark mark;
  AuditMark pruned_through;
};

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
  expect(log.findings(), {"audit entries 2 to 2: the plane tools is not signed",
                          "audit entry 4: the action quota.set is none of the plane api",
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

BOOST_AUTO_TEST_CASE(an_empty_log_that_was_pruned) {
  LogRows log;
  log.pruned_through.sequence = 3;
  expect(log.findings(), {"the audit log is empty although it was pruned"});
  BOOST_TEST(log.report().audit_pruned_through == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
