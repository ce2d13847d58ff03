// After the guide's steps everything that the attacker had is worth nothing for what is stored later: key pairs that
// were planted in every place, values sealed to them, the metadata key, the audit key, and a later copy of the store.
#include "store/rows/prekey.hpp"
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit;
using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(fallen_api_after_the_guide)

// The search that the other cases rely on finds what there is to find.
BOOST_AUTO_TEST_CASE(the_attacker_opens_what_is_sealed_to_a_kept_key) {
  FallenDeployment fallen;
  std::string secret;
  std::string other;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Victim neighbour = fallen.new_victim_with("neighbours", other);
  BOOST_TEST(fallen.attacker.opened().values.empty());
  fallen.attacker.plant_key(victim.id, fallen.attacker.own_key(victim.id));
  fallen.attacker.put_own_value(victim.id, secret, "a value that the attacker sealed");

  const OpenedBoxes opened = fallen.attacker.opened();
  BOOST_TEST((opened.values == std::vector<std::string>{secret}), opened);
  BOOST_TEST(opened.metadata.size() == 2U, opened);
  BOOST_TEST(opened.prefixes.size() == 2U, opened);
  BOOST_TEST(opened.key_pairs.empty(), opened);
}

BOOST_AUTO_TEST_CASE(kept_keys_open_nothing_that_is_stored_later) {
  FallenDeployment fallen;
  Attacker& attacker = fallen.attacker;
  std::string secret;
  std::string replaced;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Victim with_planted_value = fallen.new_victim_with("planted", replaced);
  const Victim newcomer = fallen.new_victim();
  attacker.plant_key(newcomer.id, attacker.own_certified_key(attacker.own_signer()));
  attacker.plant_key(with_planted_value.id, attacker.own_key(with_planted_value.id));
  attacker.put_own_value(with_planted_value.id, replaced, "a value that the attacker sealed");
  const crypto::TenantKey own = attacker.own_certified_key(attacker.audit_key());
  attacker.put({{.table = store::Table::meta,
                 .key = store::prekey_row_key(own.certificate->number),
                 .value = store::encode_prekey(own)}});
  BOOST_TEST(!attacker.opened().values.empty());
  CHECK_STATUS(fallen.create(newcomer, "first"), 500);

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.before.status == 1, recovery.before.out);
  expect_no_finding(recovery.after, "its key ");
  const OpenedBoxes opened = attacker.opened();
  BOOST_TEST(opened.empty(), opened);
  // Changed values, new values, new tenants, new bindings, in later copies of the store.
  REQUIRE_STATUS(fallen.change(victim, secret, {{"secret_value", "a newer value"}}), 200);
  REQUIRE_STATUS(fallen.change(victim, secret, {{"tool_name", "tool_moved*"}}), 200);
  REQUIRE_STATUS(fallen.change(with_planted_value, replaced, {{"secret_value", "sent again"}}), 200);
  fallen.expect_value(victim, "moved", "a newer value");
  fallen.expect_value(with_planted_value, "planted", "sent again");
  fallen.expect_safe({victim, with_planted_value, newcomer});
}

BOOST_AUTO_TEST_CASE(a_record_from_before_the_guide_is_refused_afterwards) {
  FallenDeployment fallen;
  Attacker& attacker = fallen.attacker;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  attacker.plant_key(victim.id, attacker.own_key(victim.id));
  const StoredRow planted = attacker.record_row_of(victim.id);
  fallen.throw_out({}, "--discard-unreadable");
  REQUIRE_STATUS(fallen.change(victim, secret, {{"secret_value", "a newer value"}}), 200);
  const StoredRow present = attacker.record_row_of(victim.id);

  // The record names the metadata key that was retired.
  attacker.put({planted});
  CHECK_STATUS(fallen.create(victim, "refused"), 500);
  CHECK_STATUS(fallen.release(victim, "tool_kept"), 500);
  expect_finding(fallen.deployment.command({"verify"}), "tenant " + victim.id);
  BOOST_TEST(attacker.opened().values.empty());
  attacker.put({present});
  fallen.expect_value(victim, "kept", "a newer value");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
