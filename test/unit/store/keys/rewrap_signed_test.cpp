// A root rewrap renews everything that the root signing key signs, and what is sealed to the root key besides tenants'
// present pairs; a key that is still used is not retired.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/await.hpp"
#include "store/keys/prekeys.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "test/unit/store/keys/signed_rotation_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);
const crypto::Uuid erased = tenant_id(2);

std::string key_of_mark(const crypto::Uuid& id) { return "erasing" + std::string(crypto::as_text(id.view())); }

/// A store with each kind of row that the root signing key signs.
struct SignedRows : SignedRotation {
  SignedRows() {
    BOOST_REQUIRE(fixture.wait(fixture.store().prekeys().add(3)));
    put_tenant(tenant, certified(2), certified(1));
    const StoreKeys now = ring();
    put_meta("audit checkpoint", encode_checkpoint({.through = {}, .pruned_at = 7, .pruned_by = "operator:test"},
                                                   *now.root_signer(), now.store()));
    put_meta("rekey", rekey_value(5, *now.root_signer(), now.store()));
    put_mark(now);
  }

  void put_meta(const std::string& key, const Bytes& value) {
    fixture.put(Table::meta, key, std::string(crypto::as_text(value)));
  }
  void put_mark(const StoreKeys& with) {
    WorkBody<void> body = [with](Transaction& transaction) { return put_it(transaction, with); };
    BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body))));
  }
  static Task<Outcome<void>> put_it(Transaction& transaction, StoreKeys with) {
    co_return put_erasure_mark(transaction, erased, with, 9);
  }
  std::optional<crypto::KeyId> signer_of(const std::string& key) {
    return signer_of_row(crypto::as_bytes(fixture.rows(Table::meta).at(key)));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap_signed)

BOOST_AUTO_TEST_CASE(everything_that_the_old_key_signed_is_signed_again) {
  SignedRows r;
  const crypto::KeyId old = r.ring().root_signer()->id;
  const crypto::KeyId fresh = r.rotate_signing();
  KeyUse left = r.uses(KeyKind::signing, old);
  BOOST_TEST(left.tenants == 1U);
  BOOST_TEST(left.prekeys == 3U);
  BOOST_TEST(hindrance_of(KeyKind::signing, left) ==
             "1 tenant and 3 prekeys are still signed with it; run: tacit key rewrap root");
  const RewrapStep done = r.rewrap(KeyKind::root);
  BOOST_TEST(done.problems.empty());
  BOOST_TEST(done.tenants == 1U);
  BOOST_TEST(done.prekeys == 3U);
  BOOST_TEST(r.uses(KeyKind::signing, old).total() == 0U);
  left = r.uses(KeyKind::signing, fresh);
  BOOST_TEST(left.tenants == 1U);
  BOOST_TEST(left.rows() == 3U + 4U);
  const TenantRecord record = r.record(tenant);
  BOOST_TEST(record.key->certificate->made == 2);
  BOOST_TEST(record.previous_key->certificate->made == 1);
  const StoreKeys now = r.ring();
  BOOST_TEST(check_tenant_key(now, *record.key).has_value());
  BOOST_TEST(check_tenant_key(now, *record.previous_key).has_value());
  const auto started = started_of_rekey(crypto::as_bytes(r.fixture.rows(Table::meta).at("rekey")), now);
  BOOST_TEST((started == std::int64_t{5}));
  BOOST_TEST(r.fixture.store().prekeys().figures()->usable == 3U);
  BOOST_TEST(r.rewrap(KeyKind::root).rows() == 0U);
}

BOOST_AUTO_TEST_CASE(a_promotion_signs_the_single_rows_with_the_promoted_key) {
  SignedRows r;
  const crypto::KeyId fresh = r.rotate_signing();
  for (const std::string& key :
       {std::string("keys"), std::string("audit checkpoint"), std::string("rekey"), key_of_mark(erased)}) {
    BOOST_TEST_CONTEXT(key) { BOOST_TEST((r.signer_of(key) == fresh)); }
  }
}

BOOST_AUTO_TEST_CASE(rows_of_an_older_key_are_signed_again_by_a_rewrap) {
  SignedRows r;
  const StoreKeys old = r.ring();
  const crypto::KeyId fresh = r.rotate_signing();
  // As an older process writes them until it has read the keyrings again.
  r.put_meta("audit checkpoint", encode_checkpoint({.through = {}, .pruned_at = 8, .pruned_by = "operator:test"},
                                                   *old.root_signer(), old.store()));
  r.put_meta("rekey", rekey_value(6, *old.root_signer(), old.store()));
  r.put_mark(old);
  const KeyUse left = r.uses(KeyKind::signing, old.root_signer()->id);
  BOOST_TEST(hindrance_of(KeyKind::signing, left) ==
             "1 tenant, 3 prekeys, the audit checkpoint, 1 erasure mark and the rekey mark are still signed with it; "
             "run: tacit key rewrap root");
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
  BOOST_TEST(r.uses(KeyKind::signing, old.root_signer()->id).total() == 0U);
  for (const std::string& key : {std::string("audit checkpoint"), std::string("rekey"), key_of_mark(erased)}) {
    BOOST_TEST_CONTEXT(key) { BOOST_TEST((r.signer_of(key) == fresh)); }
  }
}

BOOST_AUTO_TEST_CASE(previous_pairs_and_prekeys_are_sealed_to_the_new_root_key) {
  SignedRows r;
  const crypto::KeyId old = r.ring().root_public->primary().id;
  const crypto::KeyId fresh = r.rotate(KeyKind::root);
  const KeyUse left = r.uses(KeyKind::root, old);
  BOOST_TEST(left.tenants == 1U);
  BOOST_TEST(hindrance_of(KeyKind::root, left) == "1 tenant and 3 prekeys still use it; run: tacit key rewrap root");
  // Killed after each step.
  std::uint64_t prekeys = 0;
  const auto begun = r.fixture.wait(r.keys().begin_rewrap(KeyKind::root, an_operator()));
  BOOST_REQUIRE_MESSAGE(begun, begun.error().subject);
  for (int steps = 0;; ++steps) {
    BOOST_REQUIRE(steps < 10);
    const auto step = r.fixture.wait(r.keys().rewrap_step(KeyKind::root, {}, 1, an_operator()));
    BOOST_REQUIRE_MESSAGE(step, step.error().subject);
    BOOST_TEST(step->problems.empty());
    BOOST_TEST(step->rows() <= 1U);
    prekeys += step->prekeys;
    r.reopen();
    if (step->finished) break;
  }
  BOOST_TEST(prekeys == 3U);
  BOOST_TEST(r.uses(KeyKind::root, old).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::root, fresh).prekeys == 3U);
  const TenantRecord record = r.record(tenant);
  const StoreKeys now = r.ring();
  for (const auto& pair : {record.key, record.previous_key}) {
    BOOST_TEST((pair->root_key_id() == fresh));
    BOOST_TEST(crypto::open_tenant_key(*now.root_private, now.store(), tenant, *pair).has_value());
  }
}

BOOST_AUTO_TEST_CASE(planted_prekeys_are_removed) {
  SignedRows r;
  const StoreKeys now = r.ring();
  const auto plant = [&](const crypto::TenantKey& key) {
    r.put_meta(std::string(crypto::as_text(prekey_row_key(key.certificate->number))), encode_prekey(key));
  };
  crypto::TenantKey altered = r.certified();
  altered.box.back() ^= 1;
  plant(altered);
  plant(crypto::make_certified_key(*now.root_public, now.audit_api->entries().front(), now.store(), 1));
  r.put_meta("prekey", {});
  const RewrapStep done = r.rewrap(KeyKind::root);
  const std::vector<std::string> expected{"a prekey that cannot be read was removed",
                                          "a prekey with a wrong signature was removed",
                                          "a prekey with a wrong signature was removed"};
  BOOST_TEST(done.problems == expected, boost::test_tools::per_element());
  BOOST_TEST(r.fixture.store().prekeys().figures()->usable == 3U);
  BOOST_TEST(r.fixture.store().prekeys().figures()->unusable == 0U);
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
}

BOOST_AUTO_TEST_CASE(pairs_that_are_not_accepted_stay_and_are_reported) {
  SignedRows r;
  const StoreKeys now = r.ring();
  const crypto::Uuid other = tenant_id(3);
  r.put_tenant(other, crypto::make_certified_key(*now.root_public, now.audit_api->entries().front(), now.store(), 1));
  const TenantRecord before = r.record(other);
  r.rotate_signing();
  const RewrapStep done = r.rewrap(KeyKind::root);
  BOOST_REQUIRE_EQUAL(done.problems.size(), 1U);
  BOOST_TEST(done.problems.front().find("which root-public-keyring does not accept") != std::string::npos);
  BOOST_TEST((r.record(other).key == before.key));
}

BOOST_AUTO_TEST_CASE(an_altered_row_is_not_signed_by_a_promotion) {
  SignedRows r;
  const crypto::KeyId fresh = r.add_signing();
  const auto alter = [&](const std::string& key) {
    std::string row = r.fixture.rows(Table::meta).at(key);
    row.at(3) = static_cast<char>(row.at(3) ^ 1);
    r.fixture.put(Table::meta, key, row);
  };
  for (const std::string& key : {std::string("audit checkpoint"), std::string("rekey"), key_of_mark(erased)})
    alter(key);
  const auto promoted = r.fixture.wait(r.keys().promote_signing(fresh, an_operator()));
  BOOST_REQUIRE(!promoted);
  BOOST_TEST(promoted.error().subject == "the audit log's record of pruned entries was altered");
}

BOOST_AUTO_TEST_CASE(a_retired_key_is_accepted_only_on_request) {
  SignedRows r;
  const StoreKeys old = r.ring();
  const Rows before = r.fixture.rows(Table::meta);
  const Rows tenants = r.fixture.rows(Table::tenants);
  r.rotate_signing();
  BOOST_REQUIRE(r.rewrap(KeyKind::root).problems.empty());
  const crypto::KeyId id = old.root_signer()->id;
  BOOST_REQUIRE(r.fixture.wait(r.keys().change(KeyChange::retire, KeyKind::signing, id, an_operator())));
  {
    auto edit = r.rings.edit_signing();
    BOOST_REQUIRE(edit.retire(id, 0));
    BOOST_REQUIRE(edit.apply());
  }
  r.reopen();
  // A backup from before the rotation is restored.
  for (const auto& [key, value] : r.fixture.rows(Table::meta)) {
    if (!before.contains(key)) r.fixture.put(Table::meta, key, std::nullopt);
  }
  for (const auto& [key, value] : before) r.fixture.put(Table::meta, key, value);
  for (const auto& [key, value] : tenants) r.fixture.put(Table::tenants, key, value);
  r.fixture.close();
  const auto refused = Store::open(r.fixture.store_options(), r.ring());
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().subject.find("its record of its keys is signed by the key " + crypto::to_hex(id) +
                                          ", which was retired: run tacit key rewrap root --accept-retired") !=
             std::string::npos);
  r.reopen(true);
  const RewrapStep done = r.rewrap(KeyKind::root);
  BOOST_TEST(done.problems.empty());
  BOOST_TEST(done.tenants == 1U);
  BOOST_TEST(done.prekeys == 3U);
  r.reopen();
  BOOST_TEST(r.uses(KeyKind::signing, id).total() == 0U);
}

BOOST_AUTO_TEST_CASE(a_retired_key_cannot_sign_and_a_used_one_is_kept) {
  SignedRows r;
  const StoreKeys old = r.ring();
  const crypto::KeyId id = old.root_signer()->id;
  const auto change = [&](KeyChange how) {
    return r.fixture.wait(r.keys().change(how, KeyKind::signing, id, an_operator()));
  };
  BOOST_TEST((change(KeyChange::retire).error().code == Errc::not_allowed));  // the primary one
  r.rotate_signing();
  BOOST_TEST(change(KeyChange::retire).has_value());
  BOOST_TEST((r.fixture.wait(r.keys().promote_signing(id, an_operator())).error().code == Errc::not_allowed));
  BOOST_TEST(change(KeyChange::keep).has_value());
  BOOST_TEST(change(KeyChange::retire).has_value());
  StoreKeys without = r.ring();
  without.root_signing = nullptr;
  r.fixture.reopen_with(without);
  const auto refused = change(KeyChange::keep);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().subject == "root-signing-keyring is needed to change the list of keys");
}

BOOST_AUTO_TEST_CASE(a_ring_whose_signing_key_the_store_does_not_name_is_not_used) {
  SignedRows r;
  const crypto::KeyId fresh = r.add_signing();
  auto edit = r.rings.edit_signing();
  BOOST_REQUIRE(edit.promote(fresh));
  BOOST_REQUIRE(edit.apply());
  r.reopen();
  const auto checked = r.keys().check_primary_root();
  BOOST_REQUIRE(!checked);
  BOOST_TEST(checked.error().subject.find(crypto::to_hex(fresh) + " as the primary root signing key, which the store "
                                                                  "does not name") != std::string::npos);
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
  BOOST_TEST(r.keys().check_primary_root().has_value());
}

BOOST_AUTO_TEST_CASE(the_first_promotion_signs_an_existing_store_and_may_be_repeated) {
  using enum crypto::SigningPhase;
  StoreFixtureOptions options;
  options.keys = keys_of_phase(none);
  options.new_format = store_format;
  StoreFixture fixture(options);
  const StoreKeys& keys = options.keys;
  const crypto::KeyId id = keys_of_phase(required).root_signer()->id;
  fixture.put(Table::meta, "audit checkpoint",
              std::string(crypto::as_text(
                  encode_checkpoint({.through = {}, .pruned_at = 7, .pruned_by = "operator:x"}, *keys.metadata))));
  const auto put_mark = [&] {
    WorkBody<void> body = [&keys](Transaction& transaction) { return SignedRows::put_it(transaction, keys); };
    BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body))));
  };
  put_mark();
  const auto promote = [&] {
    const auto done = fixture.wait(fixture.store().keys().promote_signing(id, an_operator()));
    BOOST_REQUIRE_MESSAGE(done, done.error().subject);
  };
  promote();
  const std::size_t entries = fixture.audit().size();
  put_mark();  // by a process that does not sign yet
  promote();
  BOOST_TEST(fixture.audit().size() == entries);
  BOOST_REQUIRE(fixture.wait(fixture.store().prekeys().add_first(id, 5)));
  const Rows meta = fixture.rows(Table::meta);
  BOOST_TEST((store_of(crypto::as_bytes(meta.at("store"))) == keys.store()));
  for (const std::string& key : {std::string("keys"), std::string("audit checkpoint"), key_of_mark(erased)}) {
    BOOST_TEST_CONTEXT(key) { BOOST_TEST((signer_of_row(crypto::as_bytes(meta.at(key))) == id)); }
  }
  for (const crypto::SigningPhase phase : {none, signing, required}) fixture.reopen_with(keys_of_phase(phase));
  BOOST_TEST(fixture.store().prekeys().figures()->usable == 5U);
  BOOST_TEST(fixture.store().keys().check_primary_root().has_value());
}

BOOST_AUTO_TEST_CASE(a_store_of_an_older_format_gets_no_signing_key) {
  using enum crypto::SigningPhase;
  StoreFixtureOptions options;
  options.keys = keys_of_phase(none);
  options.new_format = 2;
  StoreFixture fixture(options);
  const crypto::KeyId id = keys_of_phase(required).root_signer()->id;
  const auto refused = fixture.wait(fixture.store().keys().promote_signing(id, an_operator()));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::unavailable));
  BOOST_TEST(refused.error().subject.starts_with("the store's format is 2: a process of an older version"));
}

BOOST_AUTO_TEST_SUITE_END()
