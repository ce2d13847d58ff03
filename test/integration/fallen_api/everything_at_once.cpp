// The attacker of the API process does everything in one go, and the operator follows the guide's commands as they are
// printed there. What the attacker planted was refused, or is named by `tacit verify` or `tacit audit verify`, and no
// box that is stored afterwards opens with a key that the attacker kept.
#include "test/integration/fallen_api/takeover.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

/// A thing that the attacker planted, and how the checks of the guide name it.
struct Trace {
  std::string planted;
  std::string before;      ///< the finding before anything is sealed again
  std::string after = {};  ///< the one after the last command; empty: the commands removed it
};

std::string of_tenant(const Victim& victim, const std::string& words) { return "tenant " + victim.id + ": " + words; }

std::string signed_by(const SigningEntry& signer) {
  return "is signed by the key " + crypto::to_hex(signer.id) + ", which root-public-keyring does not accept";
}

std::string of_secret(const Victim& victim, const std::string& secret, const std::string& words) {
  return of_tenant(victim, "secret " + secret + ": " + words);
}

std::string moved(const Victim& victim, const std::string& secret) {
  return "moves secret " + secret + " of tenant " + victim.id + " from a row that the log does not know";
}

const std::string old_pair = "its key is not the one of its last entry in the audit log: an old one was put back";
const std::string lost = "its value names a key that its tenant's record does not";

std::vector<Trace> traces_in_keys(const FallenDeployment& fallen, const Targets& targets, const Planted& planted) {
  const Attacker& attacker = fallen.attacker;
  return {
      {"a key pair for a new tenant", of_tenant(targets.newcomer, "its key is not signed")},
      {"a key pair in place of a tenant's", of_tenant(targets.replaced, "its key " + signed_by(attacker.own_signer())),
       of_secret(targets.replaced, targets.of_replaced, lost)},
      {"the key pair of another tenant", of_tenant(targets.one, old_pair),
       of_secret(targets.one, targets.of_one, lost)},
      {"the key pair of the first tenant", of_tenant(targets.two, old_pair),
       of_secret(targets.two, targets.of_two, lost)},
      {"a prekey", "prekey " + planted.prekey + ": " + signed_by(attacker.audit_key())},
  };
}

std::vector<Trace> traces_in_rows(const Targets& targets, const Planted& planted) {
  const std::string no_entry =
      "API key " + planted.api_key_id + ": is stored, but the audit log has no entry of its creation";
  const std::string old_row = of_secret(targets.rolled_back, targets.of_rolled_back, "is older than its last change");
  const std::string released = "secret " + targets.of_rebound + " of tenant " + targets.rebound.id +
                               " was released from a row that the log does not know";
  const std::string quota = of_tenant(targets.one, "its quota differs from the last quota.set in the audit log");
  return {
      {"a quota", quota, quota},
      {"a binding",
       of_secret(targets.rebound, targets.of_rebound, "its row is not the one of its last entry in the audit log"),
       moved(targets.rebound, targets.of_rebound)},
      {"a release by that binding", released, released},
      {"an old row", old_row, old_row},
      {"the same, sealed again", old_row, moved(targets.rolled_back, targets.of_rolled_back)},
      {"an API key", no_entry, no_entry},
      {"no strict binding",
       of_tenant(targets.strict, "its strict binding differs from the last limits.set in the audit log")},
      {"the mark of an erasure", of_tenant(targets.erasing, "the mark of its erasure was altered")},
      {"a checkpoint", "the audit log's record of pruned entries was altered"},
      {"a rewritten log", "the plane tools is not signed", "the plane tools is not signed"},
  };
}

void expect_traces(const Recovery& recovery, const std::vector<Trace>& traces) {
  for (const Trace& trace : traces) {
    BOOST_TEST_CONTEXT(trace.planted) {
      expect_finding(recovery.before, trace.before);
      if (trace.after.empty()) expect_no_finding(recovery.after, trace.before);
      if (!trace.after.empty()) expect_finding(recovery.after, trace.after);
    }
  }
}

/// What the guide says of the findings: owners store values again and check bindings, the operator revokes API keys.
void settle(FallenDeployment& fallen, const Targets& targets, const Planted& planted) {
  REQUIRE_STATUS(fallen.change(targets.replaced, targets.of_replaced, {{"secret_value", "sent again"}}), 200);
  REQUIRE_STATUS(fallen.change(targets.one, targets.of_one, {{"secret_value", "sent again"}}), 200);
  REQUIRE_STATUS(fallen.change(targets.two, targets.of_two, {{"secret_value", "sent again"}}), 200);
  REQUIRE_STATUS(fallen.change(targets.rebound, targets.of_rebound, {{"tool_name", "tool_rebound"}}), 200);
  REQUIRE_STATUS(fallen.change(targets.rolled_back, targets.of_rolled_back, {{"secret_value", "a newer value"}}), 200);
  CHECK_STATUS(Client(*fallen.api, planted.api_key).get(secrets_path), 200);
  succeed(fallen.deployment, {"quota", "set", "--tenant", targets.one.id, "default"});
  succeed(fallen.deployment, {"api-key", "revoke", planted.api_key_id, "--yes"});
  CHECK_STATUS(Client(*fallen.api, planted.api_key).get(secrets_path), 401);
}

void expect_served(const FallenDeployment& fallen, const Targets& targets) {
  fallen.expect_value(targets.replaced, "replaced", "sent again");
  fallen.expect_value(targets.one, "ones", "sent again");
  fallen.expect_value(targets.one, "exchanged");
  fallen.expect_value(targets.two, "twos", "sent again");
  fallen.expect_value(targets.rebound, "rebound");
  fallen.expect_value(targets.rolled_back, "rolled", "a newer value");
  fallen.expect_value(targets.erasing, "erasing");
  fallen.expect_value(targets.strict, "strict");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_everything_at_once)

BOOST_AUTO_TEST_CASE(an_api_process_that_fell_and_was_thrown_out_has_won_nothing) {
  FallenDeployment fallen(Settings{{"prekey-pool", "0"}});  // no tool plane that removes a planted prekey first
  const Targets targets(fallen);
  const std::string head = fallen.audit_head();
  const Planted planted = take_over(fallen, targets);

  const Recovery recovery = fallen.throw_out(head, {}, [&] {
    succeed(fallen.deployment, {"limits", "set", "--tenant", targets.strict.id, "--strict-binding", "on"});
  });
  expect_traces(recovery, traces_in_keys(fallen, targets, planted));
  expect_traces(recovery, traces_in_rows(targets, planted));
  expect_finding(recovery.entries, " differs from the anchor " + head);
  expect_finding(recovery.entries, "the plane tools is not signed");
  const OpenedBoxes opened = fallen.attacker.opened();
  BOOST_TEST(opened.empty(), opened);

  settle(fallen, targets, planted);
  expect_served(fallen, targets);
  fallen.expect_safe(targets.all());
  const Finished settled = fallen.deployment.command({"verify"});
  for (const char* const words :
       {"its value names a key", "is older than", "its row is not", "its key ", "its quota "}) {
    expect_no_finding(settled, words);
  }
}

BOOST_AUTO_TEST_SUITE_END()
