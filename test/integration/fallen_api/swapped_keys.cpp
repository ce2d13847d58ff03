// Genuine key pairs in the wrong place: of another tenant, for two tenants at once, taken before, or replaced since.
// They open nothing for the attacker, so the service continues; `tacit verify` and `tacit tenant rekey` name them.
#include <algorithm>

#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

std::string of_tenant(const Victim& victim, const std::string& words) { return "tenant " + victim.id + ": " + words; }

const std::string put_back = "its key is not the one of its last entry in the audit log: an old one was put back";

void swap_keys(const Attacker& attacker, const Victim& one, const Victim& two) {
  const auto key_of_one = attacker.record_of(one.id).key;
  const auto key_of_two = attacker.record_of(two.id).key;
  attacker.plant_key(one.id, key_of_two.value());
  attacker.plant_key(two.id, key_of_one.value());
}

/// A new root signing key in place of the present one.
void rotate_signing_key(FallenDeployment& fallen) {
  const crypto::KeyId old = fallen.attacker.keys().signers().primary(crypto::SigningRole::root)->id;
  std::string added = succeed(fallen.deployment, {"key", "add", "signing"});
  added.pop_back();
  const auto restart_all = [&] {
    fallen.stop_api();
    fallen.start_api();
    fallen.stop_tools();
    fallen.start_tools();
  };
  restart_all();
  succeed(fallen.deployment, {"key", "promote", added});
  restart_all();
  succeed(fallen.deployment, {"key", "rewrap", "root"});
  succeed(fallen.deployment, {"key", "retire", crypto::to_hex(old), "--yes"});
  restart_all();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_swapped_keys)

BOOST_AUTO_TEST_CASE(keys_of_two_tenants_that_were_swapped_are_found) {
  FallenDeployment fallen;
  std::string secret_of_one;
  std::string secret_of_two;
  const Victim one = fallen.new_victim_with("ones", secret_of_one);
  const Victim two = fallen.new_victim_with("twos", secret_of_two);
  swap_keys(fallen.attacker, one, two);

  fallen.make(one, "served");
  fallen.make(two, "served");
  CHECK_STATUS(fallen.release(one, "tool_ones"), 500);  // its value names the other pair
  BOOST_TEST(fallen.attacker.opened().values.empty());

  const Recovery recovery = fallen.throw_out({}, "--discard-unreadable");
  expect_finding(recovery.before, of_tenant(one, put_back));
  expect_finding(recovery.before, of_tenant(two, put_back));
  expect_no_finding(recovery.after, "its key is not the one of its last entry");
  REQUIRE_STATUS(fallen.change(one, secret_of_one, {{"secret_value", "sent again"}}), 200);
  fallen.expect_value(one, "ones", "sent again");
  fallen.expect_value(two, "served");
  fallen.expect_safe({one, two});
}

BOOST_AUTO_TEST_CASE(a_number_that_is_used_twice_is_found_and_never_sealed_to_again) {
  FallenDeployment fallen;
  const Attacker& attacker = fallen.attacker;
  const Victim one = fallen.new_victim();
  const Victim two = fallen.new_victim();
  const crypto::TenantKey prekey = attacker.some_prekey();
  attacker.plant_key(one.id, prekey);
  attacker.plant_key(two.id, prekey);
  // A prekey that a tenant has taken goes back to the pool.
  const std::vector<StoredRow> pool = attacker.rows(store::Table::meta, crypto::as_bytes("prekey"));
  const Victim three = fallen.new_victim();
  fallen.make(three, "first");
  attacker.put(pool);

  fallen.make(one, "first");
  fallen.make(two, "first");
  BOOST_TEST(attacker.opened().values.empty());

  const crypto::KeyNumber taken = attacker.record_of(three.id).key->certificate->number;
  const Recovery recovery = fallen.throw_out();
  const std::string also = "key's number is also that of ";
  BOOST_TEST((recovery.before.out.find(of_tenant(one, "its " + also)) != std::string::npos ||
              recovery.before.out.find(of_tenant(two, "its " + also)) != std::string::npos),
             recovery.before.out);
  expect_finding(recovery.before,
                 "prekey " + crypto::to_hex(taken) + ": its number is also that of tenant " + three.id + "'s key");
  expect_finding(recovery.before, "prekey " + crypto::to_hex(prekey.certificate->number) + ": its number is also that");
  BOOST_TEST(recovery.rekey.status == 1);
  const std::string told = recovery.rekey.out + recovery.rekey.err;
  BOOST_TEST(told.find(also) != std::string::npos, told);
  expect_no_finding(recovery.after, "number is also that of");
  for (const Victim* victim : {&one, &two, &three}) fallen.expect_value(*victim, "first");
  fallen.expect_safe({one, two, three});
}

BOOST_AUTO_TEST_CASE(a_prekey_that_was_put_back_after_its_tenant_was_rekeyed_is_found) {
  FallenDeployment fallen;
  const Attacker& attacker = fallen.attacker;
  const std::vector<StoredRow> pool = attacker.rows(store::Table::meta, crypto::as_bytes("prekey"));
  const Victim one = fallen.new_victim();
  fallen.make(one, "first");
  const crypto::KeyNumber taken = attacker.record_of(one.id).key->certificate->number;
  succeed(fallen.deployment, {"tenant", "rekey", "--tenant", one.id});
  fallen.stop_tools();
  attacker.erase(attacker.rows(store::Table::meta, crypto::as_bytes("prekey")));
  for (const StoredRow& row : pool) {
    if (std::ranges::equal(crypto::ByteView(row.key).last(taken.size()), taken)) attacker.put({row});
  }
  const Victim two = fallen.new_victim();
  fallen.make(two, "first");
  BOOST_TEST((attacker.record_of(two.id).key->certificate->number == taken));
  fallen.start_tools();
  fallen.expect_value(two, "first");

  // No stored row has the number twice; the log has.
  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, "gives tenant " + two.id + " a key whose number is also that of tenant " + one.id);
  fallen.expect_value(two, "first");
  fallen.expect_safe({one, two});
}

BOOST_AUTO_TEST_CASE(a_record_from_before_a_rekey_is_found) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const StoredRow old = fallen.attacker.record_row_of(victim.id);
  succeed(fallen.deployment, {"tenant", "rekey", "--tenant", victim.id});
  fallen.attacker.put({old});

  fallen.make(victim, "served");
  CHECK_STATUS(fallen.release(victim, "tool_kept"), 500);  // its value names the pair that was lost with the record

  const Recovery recovery = fallen.throw_out({}, "--discard-unreadable");
  expect_finding(recovery.before, of_tenant(victim, put_back));
  expect_no_finding(recovery.after, "its key is not the one of its last entry");
  fallen.expect_value(victim, "served");
  REQUIRE_STATUS(fallen.change(victim, secret, {{"secret_value", "sent again"}}), 200);
  fallen.expect_value(victim, "kept", "sent again");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_record_that_a_retired_key_signed_is_refused) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const StoredRow old = fallen.attacker.record_row_of(victim.id);
  const crypto::KeyId old_signer = fallen.attacker.record_of(victim.id).key->certificate->signer;
  rotate_signing_key(fallen);
  fallen.expect_value(victim, "kept");
  fallen.attacker.put({old});

  CHECK_STATUS(fallen.create(victim, "refused"), 500);
  CHECK_STATUS(fallen.release(victim, "tool_kept"), 500);
  expect_integrity_entry(fallen, victim);
  expect_finding(fallen.deployment.command({"verify"}),
                 of_tenant(victim, "its key is signed by the key " + crypto::to_hex(old_signer) +
                                       ", which root-public-keyring does not accept"));

  // The root key has not changed, so the old pair still opens the values, and the guide keeps them.
  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, of_tenant(victim, "its key is signed by the key "));
  expect_no_finding(recovery.after, of_tenant(victim, "its key"));
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
