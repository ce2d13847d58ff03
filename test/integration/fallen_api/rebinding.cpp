// With the metadata key an attacker can bind a secret to a tool of their own and let the tool plane release its value
// there, because the value is not sealed with its binding unless strict binding is on. The audit log has a hash of each
// row, so `tacit verify` finds the change, also after the row was put back or sealed again.
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

const Attacker::Rebinding to_attackers_tool{.tool_name = "attackers_tool"};

std::string secret_of(const Victim& victim, const std::string& secret) {
  return "secret " + secret + " of tenant " + victim.id;
}

/// A finding about a row as it is stored.
std::string row_finding(const Victim& victim, const std::string& secret) {
  return "tenant " + victim.id + ": secret " + secret +
         ": its row is not the one of its last entry in the audit log: it was changed or put back without an entry";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_rebinding)

BOOST_AUTO_TEST_CASE(a_release_from_a_row_that_was_put_back_since_is_found) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  fallen.expect_value(victim, "kept");
  const std::vector<StoredRow> before = fallen.attacker.rows_of(victim.id);
  fallen.attacker.rebind(victim.id, secret, to_attackers_tool);
  const Answer released = fallen.release(victim, "attackers_tool");
  REQUIRE_STATUS(released, 200);
  BOOST_TEST(released.body.find(FallenDeployment::value_of("kept")) != std::string::npos, released.body);
  fallen.attacker.put_back(victim.id, before);
  fallen.expect_value(victim, "kept");

  const Recovery recovery = fallen.throw_out();
  const std::string finding = secret_of(victim, secret) + " was released from a row that the log does not know";
  expect_finding(recovery.before, finding);
  expect_no_finding(recovery.before, "its row is not the one of its last entry");
  expect_finding(recovery.after, finding);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_changed_binding_is_found_before_and_after_its_row_is_sealed_again) {
  FallenDeployment fallen;
  std::string secret;
  std::string untouched;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Victim neighbour = fallen.new_victim_with("neighbours", untouched);
  fallen.attacker.rebind(victim.id, secret, to_attackers_tool);
  const Answer gone = fallen.release(victim, "tool_kept");
  REQUIRE_STATUS(gone, 200);
  BOOST_TEST(gone.at("arguments").as_object().empty());

  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, row_finding(victim, secret));
  expect_finding(recovery.after, "moves " + secret_of(victim, secret) +
                                     " from a row that the log does not know: it was changed or put back without an "
                                     "entry");
  expect_no_finding(recovery.before, untouched);
  expect_no_finding(recovery.after, untouched);
  // The owner checks the binding.
  REQUIRE_STATUS(fallen.change(victim, secret, {{"tool_name", "tool_kept"}}), 200);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim, neighbour});
}

BOOST_AUTO_TEST_CASE(an_old_row_of_a_secret_is_found) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const StoredRow old = fallen.attacker.secret_row_of(victim.id, secret);
  REQUIRE_STATUS(fallen.change(victim, secret, {{"secret_value", "a newer value"}}), 200);
  const StoredRow present = fallen.attacker.secret_row_of(victim.id, secret);
  fallen.attacker.put({old});
  fallen.expect_value(victim, "kept");
  fallen.attacker.put({present});
  fallen.expect_value(victim, "kept", "a newer value");

  const Recovery recovery = fallen.throw_out();
  const std::string finding = secret_of(victim, secret) + " was released";
  expect_finding(recovery.before, finding);
  expect_finding(recovery.after, finding);
  fallen.expect_value(victim, "kept", "a newer value");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
