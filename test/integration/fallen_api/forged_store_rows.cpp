// Rows about the whole store need the root signing key: the list of keys, the record of pruned entries, marks of
// erasures and of a rekey, the store's id. Forged ones, and old ones that were put back, are refused in words.
#include <functional>

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_meta.hpp"
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/fallen_api/forged_log.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

StoredRow meta_row(crypto::ByteView key, crypto::Bytes value) {
  return {.table = store::Table::meta, .key = crypto::Bytes(key.begin(), key.end()), .value = std::move(value)};
}

std::string signed_by_own(const Attacker& attacker) {
  return "is signed by the key " + crypto::to_hex(attacker.own_signer().id) + ", which ";
}

/// Neither a server nor a check opens the store with that row, and both say why. The former row is put back.
void expect_refused(FallenDeployment& fallen, const StoredRow& forged, const std::string& why) {
  const StoredRow before = fallen.attacker.row(forged.table, forged.key);
  fallen.attacker.put({forged});
  const std::vector<std::vector<std::string>> commands = {
      {"verify"}, {"serve", "--plane", "api"}, {"serve", "--plane", "tools"}};
  for (const std::vector<std::string>& words : commands) {
    const Finished refused = fallen.deployment.command(words);
    BOOST_TEST(refused.status == 2, words.front() << ": " << refused.status);
    BOOST_TEST((refused.out + refused.err).find(why) != std::string::npos,
               "not found: " << why << "\nin: " << refused.out << refused.err);
  }
  fallen.attacker.put({before});
}

store::AuditCheckpoint checkpoint_through(const LogEntry& entry) {
  return {.through = entry.mark, .pruned_at = 1'790'000'000'000'000, .pruned_by = "operator:root"};
}

/// Rows that hide all entries up to that one, in each form that the attacker can make.
std::vector<StoredRow> forged_checkpoints(const Attacker& attacker, const LogEntry& last) {
  const auto checkpoint = checkpoint_through(last);
  const crypto::Uuid& store = attacker.keys().store();
  return {meta_row(store::checkpoint_key(), store::encode_checkpoint(checkpoint, *attacker.keys().metadata)),
          meta_row(store::checkpoint_key(), store::encode_checkpoint(checkpoint, attacker.own_signer(), store)),
          meta_row(store::checkpoint_key(), store::encode_checkpoint(checkpoint, attacker.audit_key(), store))};
}

StoredRow forged_rekey_mark(const Attacker& attacker) {
  crypto::Bytes row{1};
  row.resize(1 + 8);  // format ‖ started
  store::append_row_signature(row, "tacit signed rekey 1", attacker.own_signer(), attacker.keys().store(), {});
  return meta_row(crypto::as_bytes("rekey"), std::move(row));
}

/// A mark in Table::meta that the attacker makes by that code.
StoredRow made(const Attacker& attacker, crypto::ByteView key, const Attacker::Body& make) {
  attacker.change(make);
  StoredRow row = attacker.row(store::Table::meta, key);
  attacker.erase({row});
  return row;
}

void expect_named(const FallenDeployment& fallen, const StoredRow& forged, const std::string& words) {
  fallen.attacker.put({forged});
  expect_finding(fallen.deployment.command({"verify"}), words);
  fallen.attacker.erase({forged});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_forged_store_rows)

BOOST_AUTO_TEST_CASE(a_forged_list_of_keys_is_refused) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "kept");
  fallen.stop_api();
  fallen.stop_tools();
  const Attacker& attacker = fallen.attacker;
  const StoredRow genuine = attacker.row(store::Table::meta, store::keys_row_key());
  const auto read = store::read_named_keys(genuine.value, attacker.keys());
  BOOST_REQUIRE(read.has_value());
  const store::NamedKeys named = *read;
  const auto list = [](crypto::Bytes value) { return meta_row(store::keys_row_key(), std::move(value)); };

  expect_refused(fallen, list(store::keys_value(named, *attacker.keys().metadata)),
                 "its record of its keys is not signed");
  expect_refused(fallen, list(store::keys_value(named, attacker.own_signer())),
                 "its record of its keys " + signed_by_own(attacker));
  expect_refused(fallen, list(store::keys_value(named, attacker.audit_key())),
                 "its record of its keys is signed by the key " + crypto::to_hex(attacker.audit_key().id));
  StoredRow altered = genuine;
  altered.value.at(24) ^= 1U;  // the serial
  expect_refused(fallen, altered, "its record of its keys was altered");

  fallen.start_tools();
  fallen.start_api();
  fallen.expect_value(victim, "kept");
  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(an_old_list_of_keys_is_found) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "kept");
  const auto list = [&] { return fallen.attacker.row(store::Table::meta, store::keys_row_key()); };
  // An old list that names all keys of the rings: it lacks only that this key was retired.
  std::string added = succeed(fallen.deployment, {"key", "add", "root"});
  added.pop_back();
  const StoredRow old = list();
  succeed(fallen.deployment, {"key", "retire", added, "--yes"});
  const StoredRow present = list();
  BOOST_REQUIRE(old.value != present.value);
  fallen.attacker.put({old});

  expect_finding(fallen.deployment.command({"verify"}),
                 "the store as a whole: its record of its keys is not the one of the last change in the audit log: an "
                 "old one was put back");
  // Put back, because the guide's changes of keys write the list again, from the present one.
  fallen.attacker.put({present});
  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(the_id_of_another_store_is_refused) {
  FallenDeployment fallen;
  fallen.stop_api();
  fallen.stop_tools();
  const crypto::Uuid other = crypto::make_uuid_v4();
  expect_refused(fallen, meta_row(store::store_row_key(), store::store_value(other)),
                 "it is the store " + other.str() + ", but root-public-keyring is for the store " +
                     fallen.attacker.keys().store().str());
  fallen.deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_forged_record_of_pruned_entries_is_named_and_hides_nothing) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "kept");
  fallen.expect_value(victim, "kept");
  fallen.expect_value(victim, "kept");  // one entry after `last` that can be pruned, because the newest one cannot
  const LogEntry last = newest_of(fallen.attacker, "secret.create");
  std::vector<StoredRow> hidden;
  for (const StoredRow& row : fallen.attacker.rows(store::Table::audit)) {
    if (store::parse_audit_row({.key = row.key, .value = row.value})->sequence <= last.mark.sequence) {
      hidden.push_back(row);
    }
  }
  for (const StoredRow& forged : forged_checkpoints(fallen.attacker, last)) {
    fallen.attacker.erase(hidden);
    fallen.attacker.put({forged});
    const std::string words = "the audit log's record of pruned entries was altered";
    expect_finding(fallen.deployment.command({"verify"}), words);
    const Finished entries = fallen.deployment.command({"audit", "verify"});
    BOOST_TEST(entries.status == 1);
    BOOST_TEST((entries.out + entries.err).find(words) != std::string::npos, entries.out << entries.err);
    const std::string next = std::to_string(last.mark.sequence + 2);
    const Finished pruned = fallen.deployment.command({"audit", "prune", "--before", next, "--yes"});
    BOOST_TEST(pruned.status != 0, pruned.out);
    fallen.attacker.erase({forged});
    fallen.attacker.put(hidden);
  }

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(forged_marks_are_named) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "kept");
  const Attacker& attacker = fallen.attacker;
  const crypto::Uuid tenant = uuid_of(victim.id);
  crypto::Bytes erasing_key(store::erasure_mark_prefix().begin(), store::erasure_mark_prefix().end());
  erasing_key.insert(erasing_key.end(), tenant.bytes.begin(), tenant.bytes.end());
  const StoredRow with_mac = made(attacker, erasing_key, [&](store::Transaction& transaction) {
    store::put_erasure_mark(transaction, tenant, *attacker.keys().metadata);
  });
  const std::string erasure = "tenant " + victim.id + ": the mark of its erasure was altered";

  expect_named(fallen, with_mac, erasure);
  expect_named(fallen, forged_rekey_mark(attacker), "the mark of a tenant rekey was altered");
  // A forged mark of an erasure does not keep a tenant's values from being served.
  attacker.put({with_mac});
  fallen.expect_value(victim, "kept");
  attacker.erase({with_mac});

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim});
}

// Otherwise an attacker could keep the operator from renewing a tenant's pair, or from ending the renewal of all.
BOOST_AUTO_TEST_CASE(forged_rows_do_not_keep_the_guide_from_its_end) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "kept");
  const crypto::Uuid tenant = uuid_of(victim.id);
  fallen.attacker.change_record(victim.id, [own = fallen.attacker.own_key(victim.id)](store::TenantRecord& record) {
    record.previous_key = record.key;
    record.key = own;
  });
  fallen.attacker.change([&](store::Transaction& transaction) {
    store::put_erasure_mark(transaction, tenant, *fallen.attacker.keys().metadata);
  });
  const LogEntry entry = newest_of(fallen.attacker, "secret.create");
  fallen.attacker.put({forged_checkpoints(fallen.attacker, entry).front(), forged_rekey_mark(fallen.attacker)});

  const Recovery recovery = fallen.throw_out();
  expect_finding(recovery.before, "tenant " + victim.id + ": the mark of its erasure was altered");
  expect_finding(recovery.before, "the audit log's record of pruned entries was altered");
  expect_finding(recovery.before, "the mark of a tenant rekey was altered");
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_value(victim, "kept");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
