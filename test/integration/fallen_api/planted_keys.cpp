// With the metadata key and the database, an attacker makes a tenant's record that names a key pair of the attacker's
// own. No value is sealed to it, none is released with it, and `tacit verify` names it.
#include <functional>

#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

std::string of_tenant(const Victim& victim, const std::string& words) { return "tenant " + victim.id + ": " + words; }

const std::string wrong = "the signature of its key is wrong";

std::string signed_by_unknown(const crypto::KeyId& signer) {
  return "its key is signed by the key " + crypto::to_hex(signer) + ", which root-public-keyring does not accept";
}

/// A key pair that was not made for this store or not as it is, and how `verify` names it.
struct Forgery {
  std::string what;
  crypto::TenantKey key;
  std::string finding;
};

/// A genuine prekey after that change.
Forgery altered(const Attacker& attacker, const std::string& what,
                const std::function<void(crypto::TenantKey&)>& edit) {
  crypto::TenantKey key = attacker.some_prekey();
  edit(key);
  return {.what = what, .key = std::move(key), .finding = wrong};
}

void flip(std::uint8_t& byte) { byte ^= 1U; }

std::vector<Forgery> altered_prekeys(const Attacker& attacker) {
  using Key = crypto::TenantKey;
  return {
      altered(attacker, "number", [](Key& key) { flip(key.certificate->number.front()); }),
      altered(attacker, "made", [](Key& key) { key.certificate->made += 1; }),
      altered(attacker, "box format", [](Key& key) { flip(key.box.front()); }),
      altered(attacker, "root key id", [](Key& key) { flip(key.box.at(1)); }),
      altered(attacker, "box", [](Key& key) { flip(key.box.back()); }),
      altered(attacker, "short box", [](Key& key) { key.box.pop_back(); }),
      altered(attacker, "public key", [](Key& key) { flip(key.public_key.back()); }),
      altered(attacker, "signature", [](Key& key) { flip(key.certificate->signature.back()); }),
  };
}

std::vector<Forgery> forgeries(Attacker& attacker, const Attacker& of_another_store) {
  const crypto::TenantKey foreign = of_another_store.some_prekey();
  std::vector<Forgery> all = altered_prekeys(attacker);
  all.push_back({.what = "own signer",
                 .key = attacker.own_certified_key(attacker.own_signer()),
                 .finding = signed_by_unknown(attacker.own_signer().id)});
  all.push_back({.what = "audit key",
                 .key = attacker.own_certified_key(attacker.audit_key()),
                 .finding = signed_by_unknown(attacker.audit_key().id)});
  all.push_back({.what = "another store", .key = foreign, .finding = signed_by_unknown(foreign.certificate->signer)});
  // The attacker's own pair under a genuine certificate of another one.
  const crypto::TenantKey genuine = attacker.some_prekey();
  crypto::TenantKey own = attacker.own_certified_key(attacker.own_signer());
  own.certificate = genuine.certificate;
  all.push_back({.what = "certificate of another pair", .key = own, .finding = wrong});
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_planted_keys)

BOOST_AUTO_TEST_CASE(values_of_a_new_tenant_are_not_sealed_to_a_planted_key) {
  FallenDeployment fallen;
  std::string secret;
  const Victim neighbour = fallen.new_victim_with("neighbours", secret);
  const Victim victim = fallen.new_victim();
  fallen.attacker.plant_key(victim.id, fallen.attacker.own_key(victim.id));

  CHECK_STATUS(fallen.create(victim, "first"), 500);
  expect_integrity_entry(fallen, victim);
  BOOST_TEST(fallen.attacker.opened().values.empty());
  fallen.make(neighbour, "second");
  fallen.expect_value(neighbour, "neighbours");

  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, of_tenant(victim, "its key is not signed"));
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim, neighbour});
}

BOOST_AUTO_TEST_CASE(values_of_a_tenant_are_not_sealed_to_a_replaced_key) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  fallen.attacker.plant_key(victim.id, fallen.attacker.own_key(victim.id));

  CHECK_STATUS(fallen.create(victim, "first"), 500);
  CHECK_STATUS(fallen.change(victim, secret, {{"secret_value", "another value"}}), 500);
  CHECK_STATUS(fallen.release(victim, "tool_kept"), 500);
  expect_integrity_entry(fallen, victim);
  BOOST_TEST(fallen.attacker.opened().values.empty());

  // The pair that opens the value is gone from the store, so the value comes from a backup or from the user.
  const Recovery recovery = fallen.throw_out({}, "--discard-unreadable");
  expect_finding(recovery.before, of_tenant(victim, "its key is not signed"));
  expect_no_finding(recovery.after, of_tenant(victim, "its key"));
  expect_finding(recovery.after,
                 of_tenant(victim, "secret " + secret + ": its value names a key that its tenant's record does not"));
  REQUIRE_STATUS(fallen.change(victim, secret, {{"secret_value", "sent again"}}), 200);
  fallen.expect_value(victim, "kept", "sent again");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_planted_previous_key_is_named_and_removed) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const crypto::TenantKey own = fallen.attacker.own_key(victim.id);
  fallen.attacker.change_record(victim.id, [&](store::TenantRecord& record) { record.previous_key = own; });

  fallen.make(victim, "served");
  fallen.expect_value(victim, "kept");
  BOOST_TEST(fallen.attacker.opened().values.empty());

  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, of_tenant(victim, "its previous key is not signed"));
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_value(victim, "kept");
  fallen.expect_value(victim, "served");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_planted_key_beside_the_genuine_one_costs_no_value) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const crypto::TenantKey own = fallen.attacker.own_key(victim.id);
  fallen.attacker.change_record(victim.id, [&](store::TenantRecord& record) {
    record.previous_key = record.key;
    record.key = own;
  });

  CHECK_STATUS(fallen.create(victim, "first"), 500);
  CHECK_STATUS(fallen.change(victim, secret, {{"secret_value", "another value"}}), 500);
  fallen.expect_value(victim, "kept");  // by the genuine pair

  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, of_tenant(victim, "its key is not signed"));
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(each_forged_certificate_is_refused_and_named) {
  FallenDeployment fallen;
  const Deployment other;
  std::vector<Victim> victims;
  const std::vector<Forgery> all = forgeries(fallen.attacker, Attacker(other));
  for (const Forgery& forgery : all) {
    victims.push_back(fallen.new_victim());
    fallen.attacker.plant_key(victims.back().id, forgery.key);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST_CONTEXT(all[i].what) {
      CHECK_STATUS(fallen.create(victims[i], "first"), 500);
      expect_integrity_entry(fallen, victims[i]);
    }
  }
  BOOST_TEST(fallen.attacker.opened().values.empty());

  const Recovery recovery = fallen.throw_out({}, "--discard-unreadable");  // some private halves open nothing
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST_CONTEXT(all[i].what) expect_finding(recovery.before, of_tenant(victims[i], all[i].finding));
  }
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe(victims);
}

BOOST_AUTO_TEST_SUITE_END()
