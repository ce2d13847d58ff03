// An attacker with the audit key of the API plane appends entries of other planes, or of actions that the API plane
// does not record. The log's signatures say which plane wrote an entry, so `tacit audit verify` names each.
#include "crypto/text/base64.hpp"
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/fallen_api/forged_log.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

using crypto::SigningRole;

std::string base64(crypto::ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }

std::string hash_of(const StoredRow& row) { return base64(crypto::sha256(row.value)); }

/// The member of an entry that says that a secret's row was sealed again.
std::string moved(const Victim& victim, const std::string& secret, const StoredRow& before, const StoredRow& after) {
  return R"(,"moved":[")" + base64(uuid_of(victim.id).view()) + base64(uuid_of(secret).view()) + hash_of(before) +
         hash_of(after) + R"("])";
}

std::string entry_at(const store::AuditMark& mark) { return "audit entry " + std::to_string(mark.sequence) + ": "; }

std::string released(const Victim& victim, const std::string& secret) {
  return R"(,"tenant":")" + victim.id + R"(","secrets":[")" + secret + R"("],"tool":"tool_kept")";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_forged_entries)

BOOST_AUTO_TEST_CASE(entries_of_another_plane_are_named) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Attacker& attacker = fallen.attacker;
  const SigningEntry own = new_signer(SigningRole::tools);
  const std::string body = forged_body("tools", "secret.release", released(victim, secret));
  const auto unsigned_entry = append_forged(attacker, body, not_signed());
  const auto as_api = append_forged(attacker, body, signed_by(attacker, attacker.audit_key(), SigningRole::api));
  const auto as_tools = append_forged(attacker, body, signed_by(attacker, attacker.audit_key(), SigningRole::tools));
  const auto unknown = append_forged(attacker, body, signed_by(attacker, own, SigningRole::tools));
  fallen.make(victim, "served");

  const Recovery recovery = fallen.throw_out();
  for (const Finished& found : {recovery.before, recovery.after, recovery.entries}) {
    expect_finding(found, "audit entries " + std::to_string(unsigned_entry.sequence) + " to " +
                              std::to_string(as_api.sequence) + ": the plane tools is not signed");
    expect_finding(found, entry_at(as_api) + "is signed for the plane api, which has no entry in its commit");
    expect_finding(found, entry_at(as_tools) + "is signed by the key " + crypto::to_hex(attacker.audit_key().id) +
                              ", which is a key of the plane api");
    expect_finding(found, entry_at(unknown) + "is signed by the key " + crypto::to_hex(own.id) +
                              ", which root-public-keyring does not know");
  }
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(entries_of_actions_that_the_api_plane_does_not_record_are_named) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Sign sign = signed_by(fallen.attacker, fallen.attacker.audit_key(), SigningRole::api);
  std::vector<std::string> findings;
  for (const std::string action : {"key.rewrap", "tenant.rekey", "limits.set", "secret.release"}) {
    const auto mark = append_forged(fallen.attacker, forged_body("api", action, released(victim, secret)), sign);
    findings.push_back(entry_at(mark) + "the plane api has no action " + action);
  }

  const Recovery recovery = fallen.throw_out();
  for (const std::string& finding : findings) {
    expect_finding(recovery.before, finding);
    expect_finding(recovery.after, finding);
    expect_finding(recovery.entries, finding);
  }
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_signature_does_not_become_one_of_the_next_commit) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Attacker& attacker = fallen.attacker;
  attacker.rebind(victim.id, secret, {.tool_name = "attackers_tool"});
  const StoredRow after = attacker.secret_row_of(victim.id, secret);
  const auto mark = append_forged(attacker,
                                  forged_body("api", "secret.update",
                                              R"(,"tenant":")" + victim.id + R"(","secrets":[")" + secret +
                                                  R"("],"rows":[")" + hash_of(after) + R"("],"versions":[1])"),
                                  not_signed());
  fallen.make(victim, "served");  // signed by the plane of the entry
  expect_alarm(fallen, *fallen.api);

  const Recovery recovery = fallen.throw_out();
  const std::string sequence = std::to_string(mark.sequence);
  for (const Finished& found : {recovery.before, recovery.after, recovery.entries}) {
    expect_finding(found, "audit entries " + sequence + " to " + sequence + ": the plane api is not signed");
  }
  expect_finding(recovery.before, "tenant " + victim.id + ": secret " + secret +
                                      ": its row is not the one of its last entry in the audit log");
  REQUIRE_STATUS(fallen.change(victim, secret, {{"tool_name", "tool_kept"}}), 200);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(entries_of_no_plane_or_of_two_actions_are_named_and_hide_no_row) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Attacker& attacker = fallen.attacker;
  attacker.rebind(victim.id, secret, {.tool_name = "attackers_tool"});
  const std::string row = hash_of(attacker.secret_row_of(victim.id, secret));
  const std::string about =
      R"(,"tenant":")" + victim.id + R"(","secrets":[")" + secret + R"("],"rows":[")" + row + R"("],"versions":[1])";
  const auto of_none = append_forged(attacker, forged_body("x", "secret.update", about), not_signed());
  const auto of_two = append_forged(
      attacker, forged_body("operator", "store.restore", R"(,"action":"secret.update")" + about), not_signed());
  fallen.make(victim, "served");

  const Recovery recovery = fallen.throw_out();
  for (const Finished& found : {recovery.before, recovery.after, recovery.entries}) {
    expect_finding(found, entry_at(of_none) + "names no plane");
    expect_finding(found, entry_at(of_two) + "does not have the form of an entry");
  }
  expect_finding(recovery.before, "tenant " + victim.id + ": secret " + secret +
                                      ": its row is not the one of its last entry in the audit log");
  REQUIRE_STATUS(fallen.change(victim, secret, {{"tool_name", "tool_kept"}}), 200);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_changed_binding_is_not_excused_by_a_forged_move) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Attacker& attacker = fallen.attacker;
  const StoredRow before = attacker.secret_row_of(victim.id, secret);
  attacker.rebind(victim.id, secret, {.tool_name = "attackers_tool"});
  const StoredRow after = attacker.secret_row_of(victim.id, secret);
  const auto mark = append_forged(
      attacker,
      forged_body("operator", "key.rewrap", R"(,"reason":"metadata 1")" + moved(victim, secret, before, after)),
      signed_by(attacker, attacker.audit_key(), SigningRole::api));

  const Recovery recovery = fallen.throw_out();
  for (const Finished& found : {recovery.before, recovery.after}) {
    expect_finding(found, "the plane operator is not signed");
    expect_finding(found, entry_at(mark) + "moves rows, but its commit is not signed by an operator");
  }
  expect_finding(recovery.before, "tenant " + victim.id + ": secret " + secret +
                                      ": its row is not the one of its last entry in the audit log");
  expect_finding(recovery.after,
                 "moves secret " + secret + " of tenant " + victim.id + " from a row that the log does not know");
  REQUIRE_STATUS(fallen.change(victim, secret, {{"tool_name", "tool_kept"}}), 200);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
