// The rekey of a tenant: its values move from one key pair to another, step by step, invisibly to clients.
#include "test/says.hpp"
#include "test/unit/store/keys/rekey_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);

using tacit::test::says;

/// Replaces a secret's value box by other bytes, under the metadata key: what only an attacker with that key can do.
void damage_value(RekeyFixture& f, const crypto::Uuid& id) {
  const StoreKeys keys = RekeyFixture::keys();
  const crypto::TenantKeys tenant_keys(keys.metadata->primary(), tenant);
  const std::string key(crypto::as_text(secret_row_key(tenant, id).view()));
  const std::string row = f.rows(Table::tenants).at(key);
  const auto secret = open_secret({*keys.metadata, tenant, nullptr}, id, crypto::as_bytes(row));
  BOOST_REQUIRE(secret);
  Bytes box(secret->value_box.begin(), secret->value_box.end());
  box.back() ^= 1;
  const Bytes altered = seal_secret(tenant_keys, id, secret->header, box, secret->metadata);
  f.put(Table::tenants, key, std::string(crypto::as_text(altered)));
}

crypto::Uuid parse_secret_id(const std::string& row_key) {
  crypto::Uuid id;
  BOOST_REQUIRE(parse_id(crypto::as_bytes(row_key).last(id.bytes.size()), id));
  return id;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rekey)

BOOST_AUTO_TEST_CASE(a_tenant_gets_a_new_pair_and_keeps_its_values) {
  RekeyFixture f;
  f.make_tenant(tenant, 5);
  const auto before = f.listed(tenant);
  const TenantRecord old = f.record(tenant);
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  BOOST_TEST(ran.counted == 5U);
  BOOST_TEST(ran.secrets == 5U);
  BOOST_TEST(ran.tenants == 1U);
  BOOST_TEST(ran.problems.empty());
  const TenantRecord record = f.record(tenant);
  BOOST_TEST(!record.previous_key.has_value());
  BOOST_TEST((record.key->public_key != old.key->public_key));
  BOOST_TEST((record.key->certificate->number != old.key->certificate->number));
  BOOST_TEST(f.sealed_to(tenant, record.key->id()) == 5U);
  BOOST_TEST(record.used == old.used);
  BOOST_TEST(record.count == old.count);
  BOOST_TEST((record.changes == old.changes));
  const auto after = f.listed(tenant);
  BOOST_REQUIRE_EQUAL(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    BOOST_TEST(after[i].updated_at == before[i].updated_at);
    BOOST_TEST(after[i].name == before[i].name);
  }
  f.expect_values(tenant, 5);
  f.expect_clean();
  const auto entries = f.entries();
  BOOST_REQUIRE_EQUAL(entries.size(), 2U);
  BOOST_TEST(says(entries[0], "\"reason\":\"begun\""));
  BOOST_TEST(says(entries[1], "\"reason\":\"done: 5 secrets\""));
}

BOOST_AUTO_TEST_CASE(killed_after_every_transaction) {
  RekeyFixture f;
  constexpr std::size_t secrets = 30;
  f.make_tenant(tenant, secrets);
  const crypto::KeyId old = f.record(tenant).key->id();
  int steps = 0;
  for (bool finished = false; !finished; ++steps) {
    BOOST_REQUIRE(steps < 20);
    BOOST_TEST_CONTEXT("step " << steps) {
      const RekeyStep done = f.step(f.order(), tenant, {}, 7);
      BOOST_TEST(done.problems.empty());
      BOOST_TEST(done.secrets <= 7U);
      finished = done.finished;
      f.reopen();
      f.expect_values(tenant, secrets);
      const TenantRecord record = f.record(tenant);
      BOOST_TEST(record.previous_key.has_value() == !finished);
      if (record.previous_key) BOOST_TEST((record.previous_key->id() == old));
    }
  }
  BOOST_TEST(steps == 1 + 5);  // the new pair, and 7, 7, 7, 7 and 2 secrets
  BOOST_TEST(f.sealed_to(tenant, old) == 0U);
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_tenant_of_3000_secrets) {
  RekeyFixture f;
  constexpr std::size_t secrets = 3000;
  f.make_tenant(tenant, secrets);
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  BOOST_TEST(ran.secrets == secrets);
  BOOST_TEST(f.sealed_to(tenant, f.record(tenant).key->id()) == secrets);
  f.expect_clean();
  BOOST_TEST(f.entries().size() == 1 + (secrets + most_rekeyed_at_once - 1) / most_rekeyed_at_once);
}

BOOST_AUTO_TEST_CASE(changes_of_a_tenant_that_is_half_way) {
  RekeyFixture f;
  f.make_tenant(tenant, 20);
  const auto order = f.order();
  RekeyStep done = f.step(order, tenant);
  done = f.step(order, tenant, done.next, 5);
  // Each of these works as always, on secrets that were moved and on others.
  const auto infos = f.listed(tenant);
  for (std::size_t i = 0; i < infos.size(); i += 2) {
    SecretUpdate rename;
    rename.name = infos[i].name + " renamed";
    BOOST_REQUIRE(f.wait(f.store().secrets().update(tenant, infos[i].id, std::move(rename), who())));
  }
  SecretUpdate change;
  change.value.emplace();
  change.value->append(std::string_view("another value"));
  BOOST_REQUIRE(f.wait(f.store().secrets().update(tenant, infos[1].id, std::move(change), who())));
  BOOST_REQUIRE(f.wait(f.store().secrets().remove(tenant, infos[3].id, who())));
  f.create(tenant, 100);
  BOOST_TEST(f.resolved(tenant, 100) == RekeyFixture::value_of(100));
  while (!done.finished) done = f.step(order, tenant, done.next, 5);
  BOOST_TEST(done.problems.empty());
  BOOST_TEST(f.listed(tenant).size() == 20U);
  BOOST_TEST(f.sealed_to(tenant, f.record(tenant).key->id()) == 20U);
  f.expect_clean();
}

// Secrets move before previous values. A box of the previous pair that came back in between would be lost with the
// pair.
BOOST_AUTO_TEST_CASE(a_rollback_to_a_value_that_has_not_moved_waits_for_it) {
  RekeyFixture f;
  constexpr std::size_t secrets = 6;
  f.make_tenant(tenant, secrets);
  const auto infos = f.listed(tenant);
  for (const SecretInfo& info : infos) {
    SecretUpdate change;
    change.value.emplace().append(std::string_view("another value"));
    BOOST_REQUIRE(f.wait(f.store().secrets().update(tenant, info.id, std::move(change), who())));
  }
  const auto order = f.order();
  RekeyStep done = f.step(order, tenant);
  done = f.step(order, tenant, done.next, secrets);
  BOOST_REQUIRE(!done.finished);
  BOOST_REQUIRE(f.sealed_to(tenant, f.record(tenant).key->id()) == secrets);
  const auto early = f.wait(f.store().secrets().rollback(tenant, infos[0].id, 1, who()));
  BOOST_REQUIRE(!early);
  BOOST_CHECK(early.error().code == Errc::unavailable);
  while (!done.finished) done = f.step(order, tenant, done.next, secrets);
  BOOST_TEST(done.problems.empty());
  BOOST_TEST(!f.record(tenant).previous_key.has_value());
  for (const SecretInfo& info : infos) {
    BOOST_TEST(f.wait(f.store().secrets().rollback(tenant, info.id, 1, who())).has_value());
  }
  f.expect_values(tenant, secrets);
  BOOST_TEST(f.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_tenant_that_is_erased_meanwhile) {
  RekeyFixture f;
  f.make_tenant(tenant, 20);
  const auto order = f.order();
  const RekeyStep begun = f.step(order, tenant);
  BOOST_REQUIRE(f.wait(f.store().tenants().erase(tenant, {}, rekeyer())));
  const RekeyStep done = f.step(order, tenant, begun.next);
  BOOST_TEST(done.finished);
  BOOST_TEST(done.problems.empty());
  BOOST_TEST(f.secrets(tenant).empty());
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_value_that_cannot_be_opened_keeps_the_previous_pair) {
  RekeyFixture f;
  f.make_tenant(tenant, 3);
  const crypto::Uuid bad = f.listed(tenant).front().id;
  damage_value(f, bad);
  const std::string sentence = "tenant " + tenant.str() + ": secret " + bad.str() + ": its value cannot be opened";
  for (int again = 0; again < 2; ++again) {
    const auto ran = f.rekey({.tenant = tenant});
    BOOST_REQUIRE(ran.done);
    BOOST_TEST(ran.unfinished);
    BOOST_REQUIRE_EQUAL(ran.problems.size(), 1U);
    BOOST_TEST(ran.problems.front() == sentence);
    BOOST_TEST(ran.secrets == (again == 0 ? 2U : 0U));
    BOOST_TEST(f.record(tenant).previous_key.has_value());
  }
  const Rows before = f.secrets(tenant);
  const auto ran = f.rekey({.tenant = tenant, .discard_unreadable = true});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(!ran.unfinished);
  BOOST_REQUIRE_EQUAL(ran.problems.size(), 1U);
  BOOST_TEST(ran.problems.front() == sentence);
  BOOST_TEST(!f.record(tenant).previous_key.has_value());
  BOOST_TEST((f.secrets(tenant) == before));
}

BOOST_AUTO_TEST_CASE(a_value_of_an_unknown_pair_is_reported_and_stays) {
  RekeyFixture f;
  f.make_tenant(tenant, 2);
  f.put_tenant(tenant, certified_key());  // an attacker replaced the pair
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(!ran.unfinished);
  BOOST_REQUIRE_EQUAL(ran.problems.size(), 2U);
  BOOST_TEST(says(ran.problems.front(), ": its value names a key that its tenant's record does not"));
  BOOST_TEST(!f.record(tenant).previous_key.has_value());
  // It goes when its user stores it again.
  SecretUpdate change;
  change.value.emplace().append(std::string_view("stored again"));
  const auto id = parse_secret_id(f.secrets(tenant).begin()->first);
  const auto changed = f.wait(f.store().secrets().update(tenant, id, std::move(change), who()));
  BOOST_REQUIRE(changed);
  BOOST_TEST(changed->versions == 1U);
}

BOOST_AUTO_TEST_CASE(a_pair_that_is_not_accepted_gets_no_values) {
  RekeyFixture f;
  f.make_tenant(tenant, 3);
  const StoreKeys keys = RekeyFixture::keys();
  const crypto::KeyId old = f.record(tenant).key->id();
  Tenant planted = new_tenant(*keys.metadata, tenant);
  planted.record = f.record(tenant);
  planted.record.prefixes = SealedPrefixes();
  planted.record.previous_key = planted.record.key;
  planted.record.key =
      crypto::make_certified_key(*keys.root_public, keys.audit_api->entries().front(), keys.store(), 1);
  const crypto::KeyId theirs = planted.record.key->id();
  f.put_record(planted);
  const auto ran = f.rekey({.tenant = tenant});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  BOOST_TEST(ran.problems.empty());
  BOOST_TEST(f.sealed_to(tenant, old) == 0U);
  BOOST_TEST(f.sealed_to(tenant, theirs) == 0U);
  BOOST_TEST((f.record(tenant).key->id() != theirs));
}

BOOST_AUTO_TEST_CASE(a_strict_tenant_s_values_are_bound) {
  RekeyFixture f;
  f.make_tenant(tenant, 2);
  TenantLimits limits;
  limits.strict_binding = true;
  BOOST_REQUIRE(f.wait(f.store().tenants().set_limits(tenant, limits, rekeyer())));
  BOOST_REQUIRE(f.rekey({.tenant = tenant}).done);
  for (const auto& [key, value] : f.secrets(tenant)) {
    BOOST_TEST(parse_secret_row(crypto::as_bytes(value))->header.strict);
  }
  f.expect_values(tenant, 2);
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(rows_have_the_newest_format_and_the_same_use) {
  RekeyFixture f;
  f.make_tenant(tenant, 1);
  const TenantRecord before = f.record(tenant);
  BOOST_REQUIRE(f.rekey({.tenant = tenant}).done);
  const Rows rows = f.secrets(tenant);
  const auto secret = parse_secret_row(crypto::as_bytes(rows.begin()->second));
  BOOST_TEST(unsigned{secret->header.format} == 3U);
  BOOST_TEST((crypto::value_format_of(secret->value_box) == crypto::ValueFormat::padded));
  BOOST_TEST(f.record(tenant).used == before.used);
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_tenant_without_secrets_or_without_a_pair) {
  RekeyFixture f;
  f.put_tenant(tenant, certified_key());
  const crypto::KeyId old = f.record(tenant).key->id();
  BOOST_TEST(f.rekey({.tenant = tenant}).tenants == 1U);
  const TenantRecord record = f.record(tenant);
  BOOST_TEST((record.key->id() != old));
  BOOST_TEST(!record.previous_key.has_value());
  BOOST_REQUIRE_EQUAL(f.entries().size(), 1U);
  BOOST_TEST(says(f.entries().front(), "\"reason\":\"done: 0 secrets\""));
  Tenant without_pair = new_tenant(*RekeyFixture::keys().metadata, tenant_id(2));
  without_pair.record.format = 3;
  without_pair.record.changes = 0;
  f.put_record(without_pair);
  const auto none = f.rekey({.tenant = tenant_id(2)});
  BOOST_TEST(none.done.has_value());
  BOOST_TEST(none.tenants == 0U);
}

BOOST_AUTO_TEST_CASE(a_tenant_of_which_nothing_is_stored) {
  RekeyFixture f;
  f.make_tenant(tenant, 1);
  const auto ran = f.rekey({.tenant = tenant_id(2)});
  BOOST_REQUIRE(!ran.done);
  BOOST_TEST((ran.done.error().code == Errc::not_found));
  BOOST_TEST(says(ran.done.error().subject, "nothing is stored of the tenant " + tenant_id(2).str()));
}

BOOST_AUTO_TEST_CASE(all_private_halves_are_needed) {
  RekeyFixture f;
  f.make_tenant(tenant, 1);
  const auto refusal = [&](StoreKeys keys) {
    f.reopen_with(std::move(keys));
    const auto ran = f.rekey({.tenant = tenant});
    BOOST_REQUIRE(!ran.done);
    BOOST_TEST((ran.done.error().code == Errc::not_allowed));
    return ran.done.error().subject;
  };
  StoreKeys keys = RekeyFixture::keys();
  keys.root_private = nullptr;
  BOOST_TEST(says(refusal(keys), "the root private keyring lacks the primary key"));
  keys = RekeyFixture::keys();
  keys.root_signing = nullptr;
  BOOST_TEST(says(refusal(keys), "the root signing keyring lacks the primary key"));
  BOOST_TEST(says(refusal(keys_of_phase(crypto::SigningPhase::none)), "no root signing key is primary"));
}

BOOST_AUTO_TEST_CASE(a_step_stops_when_another_key_was_promoted) {
  RekeyFixture f;
  f.make_tenant(tenant, 3);
  const auto order = f.order();
  const RekeyStep begun = f.step(order, tenant);
  const StoreKeys keys = RekeyFixture::keys();
  NamedKeys named;
  named.store = keys.store();
  named.serial = 9;
  named.root.push_back(keys.root_public->primary().id);
  named.metadata.push_back(keys.metadata->primary().id);
  named.signing = {crypto::KeyId{7}, keys.root_signer()->id};
  f.put(Table::meta, "keys", std::string(crypto::as_text(keys_value(named, *keys.root_signer()))));
  const auto refused = f.wait(rekey_step(order, tenant, begun.next, 48));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
}

BOOST_AUTO_TEST_SUITE_END()
