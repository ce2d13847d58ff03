// The check of the rows about the whole store, each finding, and any byte of the signed ones.
#include "store/audit/audit_checkpoint.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/signed_row.hpp"
#include "test/unit/store/verify/verify_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

StoreKeys required() { return keys_of_phase(SigningPhase::required); }

const std::string key_list = "the store as a whole: its record of its keys ";
const std::string bad_checkpoint = "the audit log's record of pruned entries was altered";
const std::string mark_of = "tenant " + tenant_id(1).str() + ": ";

/// The rows of a new store.
Rows new_rows(const StoreKeys& keys) {
  Rows rows{{"format", row_text(format_value(3))}, {"rows", row_text(rows_value(3))}};
  rows["keys"] = row_text(*first_keys_value(keys));
  rows["store"] = row_text(store_value(keys.store()));
  return rows;
}

Texts findings(const Rows& rows, const StoreKeys& keys = required()) {
  VerifyParts parts(keys);
  for (const auto& row : rows) parts.meta.row(row_of(row));
  parts.meta.finish();
  return parts.report.problems;
}

/// The findings of a new store with one row more, or another one.
Texts with(const std::string& key, const std::string& value, const StoreKeys& keys = required()) {
  Rows rows = new_rows(required());
  rows[key] = value;
  return findings(rows, keys);
}

std::string checkpoint(const StoreKeys& keys) {
  AuditCheckpoint made;
  made.through.sequence = 7;
  made.pruned_by = "operator:root";
  return row_text(*encode_checkpoint(made, keys));
}

const std::string mark_key = "erasing" + row_text(tenant_id(1).view());

std::string erasure_mark(const StoreKeys& keys, const crypto::Uuid& tenant = tenant_id(1)) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(2);
  encoder.i64(5);
  append_row_signature(value, "tacit signed erasure 1", *keys.root_signer(), keys.store(), tenant.view());
  return row_text(value);
}

std::string rekey_mark(const StoreKeys& keys) { return row_text(rekey_value(5, *keys.root_signer(), keys.store())); }

/// Whether each damage of the row is found.
void expect_every_damage_found(const std::string& key, const std::string& value, const Texts& whole) {
  expect(with(key, value), whole);
  for_each_damage(value, [&](const std::string& damaged) {
    const Texts found = with(key, damaged);
    BOOST_TEST(!found.empty());
    BOOST_TEST((found != whole || found.empty()));
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_meta)

BOOST_AUTO_TEST_CASE(a_new_store_has_no_finding) {
  expect(findings(new_rows(required())), {});
  expect(findings(new_rows(required()), keys_of_phase(SigningPhase::signing)), {});
  expect(findings(new_rows(required()), keys_of_phase(SigningPhase::none)), {});
}

BOOST_AUTO_TEST_CASE(the_id_of_the_store) {
  Rows rows = new_rows(required());
  rows.erase("store");
  expect(findings(rows), {"the store's id is not recorded"});
  const std::string other = "the store's id is that of another store than root-public-keyring's";
  expect(with("store", row_text(store_value(keys_of_another_deployment().store()))), {other});
  expect_every_damage_found("store", row_text(store_value(required().store())), {});
}

BOOST_AUTO_TEST_CASE(the_record_of_keys) {
  const StoreKeys keys = required();
  Rows rows = new_rows(keys);
  rows.erase("keys");
  expect(findings(rows), {"the store's keys are not recorded"});
  NamedKeys named;
  named.root.push_back(keys.root_public->primary().id);
  named.metadata.push_back(keys.metadata->primary().id);
  expect(with("keys", row_text(keys_value(named, *keys.metadata))), {key_list + "is not signed"});
  named.signing.push_back(keys.root_signer()->id);
  named.store = keys.store();
  const auto& signer = *keys_of_another_deployment().root_signer();
  expect(with("keys", row_text(keys_value(named, signer))), {key_list + not_accepted(signer.id)});
  std::string altered = new_rows(keys)["keys"];
  altered[20] = static_cast<char>(altered[20] ^ 1);
  expect(with("keys", altered), {key_list + "was altered"});
  expect_every_damage_found("keys", new_rows(keys)["keys"], {});
}

BOOST_AUTO_TEST_CASE(a_record_of_keys_by_a_retired_signer_is_accepted_only_in_backups) {
  const RetiredSigner deployment;
  const Rows rows = new_rows(deployment.before);
  expect(findings(rows, deployment.before), {});
  StoreKeys keys = deployment.after;
  BOOST_TEST(findings(rows, keys).size() == 1U);
  keys.accept_retired = true;
  expect(findings(rows, keys), {});
}

BOOST_AUTO_TEST_CASE(the_checkpoint_of_the_log) {
  const std::string key = row_text(checkpoint_key());
  expect(with(key, checkpoint(keys_of_phase(SigningPhase::none))), {bad_checkpoint});
  StoreKeys foreign = required();
  foreign.root_public = keys_of_another_deployment().root_public;
  foreign.root_signing = keys_of_another_deployment().root_signing;
  expect(with(key, checkpoint(foreign)), {bad_checkpoint});
  expect_every_damage_found(key, checkpoint(required()), {});
}

BOOST_AUTO_TEST_CASE(the_record_of_the_cut_off) {
  const auto record = [](std::uint64_t sequence, const StoreKeys& keys) {
    return row_text(cut_off_value(sequence, *keys.root_signer(), keys.store()));
  };
  expect_every_damage_found("cut-off", record(1, required()), {});
  expect(with("cut-off", record(1, keys_of_another_deployment())), {"the record of the cut-off was altered"});
  expect(with("cut-off", record(5, required()), keys_of_phase(SigningPhase::signing)),
         {"root-public-keyring lacks its line cut-off 5, so signatures are not required: put it back, and reload the "
          "servers"});
  StoreKeys of_a_backup = keys_of_phase(SigningPhase::signing);
  of_a_backup.accept_retired = true;
  expect(with("cut-off", record(5, required()), of_a_backup), {});
}

BOOST_AUTO_TEST_CASE(the_mark_of_an_erasure) {
  const std::string altered = mark_of + "the mark of its erasure was altered";
  expect_every_damage_found(
      mark_key, erasure_mark(required()),
      {mark_of + "its erasure is not finished: it is in progress, or was interrupted and has to be run again"});
  expect(with(mark_key, erasure_mark(required(), tenant_id(2))), {altered});
  expect(with(mark_key, erasure_mark(keys_of_another_deployment())), {altered});
  expect(with(mark_key, std::string(41, '\1')), {altered});
}

BOOST_AUTO_TEST_CASE(the_mark_of_a_rekey) {
  const std::string altered = "the mark of a tenant rekey was altered";
  expect_every_damage_found("rekey", rekey_mark(required()), {"a tenant rekey --all is not finished: run it again"});
  expect(with("rekey", rekey_mark(keys_of_another_deployment())), {altered});
  expect(with("rekey", ""), {altered});
}

BOOST_AUTO_TEST_CASE(formats_that_contradict_each_other) {
  expect(with("format", row_text(format_value(2))), {"the store accepts rows of a newer format than its own"});
  expect(with("rows", row_text(rows_value(2))), {});
  expect(with("format", "x"),
         {"a row of unknown meaning about the store as a whole", "the store's format is not recorded"});
  expect(with("other", "x"), {"a row of unknown meaning about the store as a whole"});
}

BOOST_AUTO_TEST_SUITE_END()
