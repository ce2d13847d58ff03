// An attacker with the API plane's keys and the database plants rows, while signatures are required. Each row is
// refused or found, also after the row was put back as it was.
#include "store/audit/audit_history.hpp"
#include "test/unit/store/verify/attack_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const std::string changed_row =
    "its row is not the one of its last entry in the audit log: it was changed or put back without an entry";

}  // namespace

BOOST_AUTO_TEST_SUITE(attack)

BOOST_AUTO_TEST_CASE(an_own_pair_for_a_new_tenant) {
  AttackFixture fixture;
  TenantRecord record;
  record.format = 3;
  record.metadata_key = fixture.keys.metadata->primary().id;
  record.changes = 0;
  record.key = fixture.own_pair(newcomer);
  fixture.plant(newcomer, record);
  BOOST_TEST(is_altered(fixture.create(newcomer, "name")));
  BOOST_TEST(fixture.rows(Table::audit).rbegin()->second.find("secret.integrity") != std::string::npos);
  fixture.expect_findings({of(newcomer) + "its key is not signed"});
}

BOOST_AUTO_TEST_CASE(an_own_pair_instead_of_a_tenants) {
  AttackFixture fixture;
  TenantRecord record = fixture.record(first);
  record.key = fixture.own_pair(first);
  fixture.plant(first, record);
  BOOST_TEST(is_altered(fixture.create(first, "new")));
  BOOST_TEST(is_altered(fixture.change_value()));
  BOOST_TEST(is_altered(fixture.resolve()));
  fixture.expect_findings(
      {of(first) + "its key is not signed",
       of(first) + "its key is not the one of its last entry in the audit log: an old one was put back",
       of(first) + "secret " + fixture.id.str() + ": its value names a key that its tenant's record does not"});
}

BOOST_AUTO_TEST_CASE(a_pair_that_the_attacker_signed) {
  AttackFixture fixture;
  const auto& signer = *fixture.keys.audit_signer(crypto::SigningRole::api);
  TenantRecord record = fixture.record(first);
  record.key = crypto::make_certified_key(*fixture.keys.root_public, signer, fixture.keys.store(), 1);
  fixture.plant(first, record);
  BOOST_TEST(is_altered(fixture.create(first, "new")));
  BOOST_TEST(fixture.finds(of(first) + "its key is signed by the key " + crypto::to_hex(signer.id) +
                           ", which root-public-keyring does not accept"));
}

BOOST_AUTO_TEST_CASE(pairs_of_two_tenants_exchanged) {
  AttackFixture fixture;
  TenantRecord one = fixture.record(first);
  TenantRecord other = fixture.record(second);
  std::swap(one.key, other.key);
  fixture.plant(first, one);
  fixture.plant(second, other);
  BOOST_TEST(fixture.create(first, "new").has_value());
  for (const crypto::Uuid& tenant : {first, second}) {
    BOOST_TEST(fixture.finds(of(tenant) +
                             "its key is not the one of its last entry in the audit log: an old one was put back"));
  }
}

BOOST_AUTO_TEST_CASE(one_pair_for_two_tenants) {
  AttackFixture fixture;
  TenantRecord record = fixture.record(second);
  record.key = fixture.record(first).key;
  fixture.plant(second, record);
  BOOST_TEST(fixture.finds(of(second) + "its key's number is also that of tenant " + first.str() + "'s key"));
}

BOOST_AUTO_TEST_CASE(a_pair_that_was_taken_is_put_back_as_a_prekey) {
  AttackFixture fixture;
  const crypto::TenantKey pair = *fixture.record(first).key;
  const std::string key = text(prekey_row_key(pair.certificate->number));
  fixture.put(Table::meta, key, text(encode_prekey(pair)));
  const Texts found{"prekey " + crypto::to_hex(pair.certificate->number) + ": its number is also that of tenant " +
                    first.str() + "'s key"};
  fixture.expect_findings(found);
  // The log still knows whose it was after the tenant has another one.
  fixture.rekey(first, {"tenant " + first.str() + ": its key's number is also that of a prekey"});
  fixture.expect_findings(found);
}

BOOST_AUTO_TEST_CASE(an_old_pair_put_back_after_a_rekey) {
  AttackFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  fixture.rekey(first);
  fixture.expect_findings({});
  fixture.put_back(Table::tenants, before);
  fixture.expect_findings(
      {of(first) + "its key is not the one of its last entry in the audit log: an old one was put back",
       of(first) + "secret " + fixture.id.str() + ": " + changed_row});
}

BOOST_AUTO_TEST_CASE(a_secret_bound_to_another_tool_under_the_same_time) {
  AttackFixture fixture;
  fixture.rebind("other");
  BOOST_TEST(fixture.resolve("other").has_value());
  BOOST_TEST(fixture.finds(of(first) + "secret " + fixture.id.str() + ": " + changed_row));
}

BOOST_AUTO_TEST_CASE(a_secret_bound_to_another_tool_released_and_put_back) {
  AttackFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  fixture.rebind("other");
  BOOST_REQUIRE(fixture.resolve("other").has_value());
  const std::uint64_t entry = fixture.store().audit().head()->sequence;
  fixture.put_back(Table::tenants, before);
  fixture.expect_findings({"audit entry " + std::to_string(entry) + ": secret " + fixture.id.str() + " of tenant " +
                           first.str() + " was released from a row that the log does not know"});
  // A rekey does not hide it.
  fixture.rekey(first);
  BOOST_TEST(fixture.verify().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(a_store_that_pretends_to_be_of_an_older_format_releases_nothing) {
  AttackFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  fixture.put(Table::meta, text(rows_row_key()), text(rows_value(2)));
  fixture.rebind("other");
  const auto released = fixture.resolve("other");
  BOOST_TEST((!released && released.error().code == Errc::unavailable));
  fixture.put_back(Table::tenants, before);
  fixture.put(Table::meta, text(rows_row_key()), text(rows_value(store_format)));
  fixture.expect_findings({});
}

BOOST_AUTO_TEST_CASE(a_changed_row_stays_a_finding_after_a_rekey) {
  AttackFixture fixture;
  fixture.rebind("other");
  fixture.rekey(first);
  const VerifyReport report = fixture.verify();
  BOOST_REQUIRE(report.problem_count == 1U);
  const std::string& found = report.problems.front();
  BOOST_TEST(found.ends_with(": moves secret " + fixture.id.str() + " of tenant " + first.str() +
                             " from a row that the log does not know: it was changed or put back without an entry"),
             found);
}

BOOST_AUTO_TEST_CASE(a_strictly_bound_secret_bound_to_another_tool) {
  AttackFixture fixture(true);
  BOOST_TEST(fixture.verify().values_bound == 1U);
  BOOST_REQUIRE(fixture.resolve().has_value());
  fixture.rebind("other");
  BOOST_TEST(is_altered(fixture.resolve("other")));
  BOOST_TEST(fixture.finds(of(first) + "secret " + fixture.id.str() + ": its value cannot be opened"));
  fixture.rebind("another", false);
  BOOST_TEST(is_altered(fixture.resolve("another")));
}

BOOST_AUTO_TEST_CASE(strict_binding_cleared_in_a_record) {
  AttackFixture fixture(true);
  TenantRecord record = fixture.record(first);
  record.limits.strict_binding.reset();
  fixture.plant(first, record);
  fixture.expect_findings({of(first) + "its strict binding differs from the last limits.set in the audit log"});
}

BOOST_AUTO_TEST_CASE(an_operators_entry_that_the_api_plane_signed) {
  AttackFixture fixture;
  const auto digest_now = [&] {
    return row_digest(crypto::as_bytes(fixture.rows(Table::tenants).at(fixture.secret_key())));
  };
  MovedRow moved{.tenant = first, .secret = fixture.id, .before = digest_now()};
  fixture.rebind("other");
  moved.after = digest_now();
  AuditEvent event;
  event.action = AuditAction::key_rewrap;
  event.reason = "metadata 00: moved";
  event.moved.push_back(moved);
  const std::uint64_t sequence = fixture.append(audit_body(event, by_operator(), 1'700'000'000'000'000, true));
  const std::string entry = std::to_string(sequence);
  BOOST_TEST(fixture.finds("audit entry " + entry + ": moves rows, but its commit is not signed by an operator"));
  BOOST_TEST(fixture.finds("audit entries " + entry + " to " + entry + ": the plane operator is not signed"));
  BOOST_TEST(fixture.finds(of(first) + "secret " + fixture.id.str() + ": " + changed_row));
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_signature_is_not_covered_by_the_next_commit) {
  AttackFixture fixture;
  fixture.rebind("other");
  AuditEvent event;
  event.action = AuditAction::secret_update;
  event.tenant = first;
  event.secrets.push_back(fixture.id);
  event.rows.push_back(row_digest(crypto::as_bytes(fixture.rows(Table::tenants).at(fixture.secret_key()))));
  event.versions.push_back(1);
  const auto info = fixture.wait(fixture.store().secrets().get(first, fixture.id, by_api_plane()));
  BOOST_REQUIRE(info);
  const std::string body = audit_body(event, by_api_plane(), info->updated_at, true);
  const std::string entry = std::to_string(fixture.append(body, false));
  BOOST_REQUIRE(fixture.create(first, "new").has_value());
  fixture.expect_findings({"audit entries " + entry + " to " + entry + ": the plane api is not signed",
                           of(first) + "secret " + fixture.id.str() + ": " + changed_row});
  BOOST_TEST(!fixture.store().audit().history().intact());
}

BOOST_AUTO_TEST_CASE(one_altered_entry_does_not_hide_a_row_that_is_changed_later) {
  AttackFixture fixture;
  const std::string key = text(audit_key(1));
  std::string row = fixture.rows(Table::audit).at(key);
  row.at(row.find("Z\",\"plane\"") - 1) ^= 1;
  fixture.put(Table::audit, key, row);
  BOOST_REQUIRE(fixture.change_value().has_value());
  fixture.rebind("other");
  BOOST_TEST(
      fixture.finds("audit entry 1 does not match its hash and the previous entry; rows are compared with the log "
                    "only from entry 2 on"));
  BOOST_TEST(fixture.finds(of(first) + "secret " + fixture.id.str() + ": " + changed_row));
}

BOOST_AUTO_TEST_CASE(a_log_that_was_rewritten_and_signed_by_the_api_plane) {
  AttackFixture fixture;
  BOOST_REQUIRE(fixture.resolve().has_value());
  // The release's entry is replaced by a harmless one.
  const std::uint64_t sequence = fixture.store().audit().head()->sequence;
  fixture.put(Table::audit, text(audit_key(sequence)), std::nullopt);
  AuditEvent event;
  event.action = AuditAction::tool_refused;
  fixture.append(audit_body(event, by_tool_plane(), 1'700'000'000'000'000));
  const std::string entry = std::to_string(sequence);
  BOOST_TEST(fixture.finds("audit entries " + entry + " to " + entry + ": the plane tools is not signed"));
}

BOOST_AUTO_TEST_CASE(the_stores_id_or_its_record_of_keys_removed_or_replaced) {
  AttackFixture fixture;
  const Rows before = fixture.rows(Table::meta);
  fixture.put(Table::meta, "store", std::nullopt);
  fixture.expect_findings({"the store's id is not recorded"});
  fixture.put(Table::meta, "store", before.at("store"));
  NamedKeys named;
  named.root.push_back(fixture.keys.root_public->primary().id);
  named.metadata.push_back(fixture.keys.metadata->primary().id);
  fixture.put(Table::meta, "keys", text(keys_value(named, *fixture.keys.metadata)));
  fixture.expect_findings({"the store as a whole: its record of its keys is not signed"});
  fixture.put(Table::meta, "keys", before.at("keys"));
  fixture.expect_findings({});
}

BOOST_AUTO_TEST_SUITE_END()
