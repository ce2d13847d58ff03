// A value that is sealed strictly opens only with the tool and the argument that it was sealed with, so the metadata
// key and the database do not suffice to release it for another tool.
#include "store/rows/secret_row.hpp"
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

/// The value box in a copy of a row, with its version.
Attacker::Rebinding with_value_of(const StoredRow& copy, const std::string& tool_name) {
  const auto parsed = store::parse_secret_row(copy.value);
  BOOST_REQUIRE(parsed);
  return {.tool_name = tool_name,
          .strict = false,
          .value_box = crypto::Bytes(parsed->value_box.begin(), parsed->value_box.end()),
          .version = parsed->header.value_version};
}

/// The attacker's tool gets no value of that secret after the change, and the change is undone.
void expect_no_release(FallenDeployment& fallen, const Victim& victim, const std::string& secret,
                       const Attacker::Rebinding& to) {
  const std::vector<StoredRow> before = fallen.attacker.rows_of(victim.id);
  fallen.attacker.rebind(victim.id, secret, to);
  const Answer refused = fallen.release(victim, to.tool_name);
  CHECK_STATUS(refused, 500);
  BOOST_TEST(refused.body.find(FallenDeployment::value_of("kept")) == std::string::npos, refused.body);
  fallen.attacker.put_back(victim.id, before);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_strict_values)

BOOST_AUTO_TEST_CASE(a_strict_value_is_not_released_for_another_tool) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const StoredRow copy = fallen.attacker.secret_row_of(victim.id, secret);

  // The guide's steps for strict binding: the setting, then new pairs for all values.
  fallen.deployment.configure({{"strict-binding", "on"}});
  fallen.stop_api();
  fallen.stop_tools();
  fallen.start_api();
  fallen.start_tools();
  succeed(fallen.deployment, {"tenant", "rekey", "--all"});
  fallen.expect_value(victim, "kept");

  expect_no_release(fallen, victim, secret, {.tool_name = "attackers_tool"});
  expect_no_release(fallen, victim, secret, {.tool_name = "attackers_tool", .strict = false});
  expect_no_release(fallen, victim, secret, with_value_of(copy, "attackers_tool"));
  expect_no_release(fallen, victim, secret, with_value_of(copy, "tool_kept"));
  expect_integrity_entry(fallen, victim);
  fallen.expect_value(victim, "kept");

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_tenants_strict_binding_that_was_cleared_is_found) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const std::vector<std::string> set = {"limits", "set", "--tenant", victim.id, "--strict-binding", "on"};
  succeed(fallen.deployment, set);
  succeed(fallen.deployment, {"tenant", "rekey", "--tenant", victim.id});
  fallen.attacker.change_record(victim.id, [](store::TenantRecord& record) { record.limits.strict_binding.reset(); });
  fallen.make(victim, "served");

  const std::string finding =
      "tenant " + victim.id + ": its strict binding differs from the last limits.set in the audit log";
  const Finished found = fallen.deployment.command({"verify"});
  expect_finding(found, finding);
  succeed(fallen.deployment, set);
  const Recovery recovery = fallen.throw_out();
  expect_no_finding(recovery.after, finding);
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);

  const std::vector<StoredRow> copy = fallen.attacker.rows_of(victim.id);
  for (const std::string name : {"kept", "served"}) fallen.expect_value(victim, name);
  for (const StoredRow& row : copy) {
    const auto parsed = store::parse_secret_row(row.value);
    if (row.key.size() == 33 && row.key.at(16) == 1) BOOST_TEST((parsed && parsed->header.strict));
  }
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
