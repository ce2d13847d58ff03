// Rows that a writer of the database planted, with or without the metadata key: they keep no operator from rotating
// keys and renewing tenants' pairs, and none of them survives that.
#include <algorithm>

#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/await.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/signed_row.hpp"
#include "test/unit/store/keys/rekey_fixture.hpp"
#include "test/unit/store/keys/signed_rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);
const crypto::Uuid other = tenant_id(2);
const std::string altered_checkpoint = "the audit log's record of pruned entries was altered";
const std::string removed = "; it was removed";

std::string key_of_mark(const crypto::Uuid& id) { return "erasing" + text(id.view()); }
std::string mark_of(const crypto::Uuid& id) { return "tenant " + id.str() + ": the mark of its erasure "; }

Task<Outcome<void>> put_with_mac(Transaction& transaction, crypto::Uuid id, StoreKeys keys) {
  put_erasure_mark(transaction, id, *keys.metadata);
  co_return Outcome<void>();
}

Task<Outcome<void>> put_signed(Transaction& transaction, crypto::Uuid id, StoreKeys keys) {
  co_return put_erasure_mark(transaction, id, keys, 9);
}

using PutMark = Task<Outcome<void>> (*)(Transaction&, crypto::Uuid, StoreKeys);

void put_mark(StoreFixture& fixture, const crypto::Uuid& id, const StoreKeys& keys, PutMark how) {
  WorkBody<void> body = [&](Transaction& transaction) { return how(transaction, id, keys); };
  BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body))));
}

std::string checkpoint_with_mac(const StoreKeys& keys) {
  return text(encode_checkpoint({.through = {}, .pruned_at = 7, .pruned_by = "operator:x"}, *keys.metadata));
}

/// Keys that no version of this program puts: too short, of an unknown kind, and the longest possible one.
std::vector<std::string> strange_keys() {
  return {std::string(1, '\0'),
          text(tenant.view()),
          text(tenant.view()) + '\xff',
          text(other.view()) + '\xff',
          text(other.view()) + std::string(495, '\xff'),
          std::string(17, '\xff')};
}

bool has(const std::vector<std::string>& sentences, const std::string& sentence) {
  return std::ranges::find(sentences, sentence) != sentences.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forged_rows)

BOOST_AUTO_TEST_CASE(rows_with_a_mac_do_not_keep_a_metadata_key_from_being_retired) {
  SignedRotation r;
  r.put_tenant(tenant, r.certified());
  put_mark(r.fixture, tenant, r.ring(), put_with_mac);
  put_mark(r.fixture, other, r.ring(), put_with_mac);
  r.fixture.put(Table::meta, "audit checkpoint", checkpoint_with_mac(r.ring()));
  const crypto::KeyId old = r.ring().metadata->primary().id;
  r.rotate(KeyKind::metadata);
  BOOST_TEST(r.uses(KeyKind::metadata, old).total() == 1U);
  r.rewrap(KeyKind::metadata);
  BOOST_TEST(r.uses(KeyKind::metadata, old).total() == 0U);
}

BOOST_AUTO_TEST_CASE(a_root_rewrap_removes_and_names_them) {
  SignedRotation r;
  const StoreKeys keys = r.ring();
  r.put_tenant(tenant, r.certified());
  put_mark(r.fixture, tenant, keys, put_with_mac);
  put_mark(r.fixture, other, keys, put_with_mac);
  r.fixture.put(Table::meta, "erasing", "x");
  r.fixture.put(Table::meta, "audit checkpoint", checkpoint_with_mac(keys));
  r.fixture.put(Table::meta, "rekey", text(rekey_value(1, *keys_of_another_deployment().root_signer(), keys.store())));
  BOOST_TEST(has(r.fixture.verify().problems, mark_of(tenant) + "was altered"));

  const std::vector<std::string> expected{altered_checkpoint + removed, "a mark of an erasure was altered" + removed,
                                          mark_of(other) + "was altered" + removed,
                                          "the mark of a tenant rekey was altered" + removed,
                                          mark_of(tenant) + "was altered" + removed};
  const RewrapStep done = r.rewrap(KeyKind::root);
  BOOST_TEST(done.problems == expected, boost::test_tools::per_element());
  const Rows left = r.fixture.rows(Table::meta);
  for (const std::string& key : {key_of_mark(tenant), key_of_mark(other), std::string("audit checkpoint"),
                                 std::string("rekey"), std::string("erasing")}) {
    BOOST_TEST(!left.contains(key));
  }
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
}

BOOST_AUTO_TEST_CASE(damaged_rows_that_name_the_primary_signer_are_removed_too) {
  SignedRotation r;
  const StoreKeys keys = r.ring();
  Bytes checkpoint =
      encode_checkpoint({.through = {}, .pruned_at = 7, .pruned_by = "operator:x"}, *keys.root_signer(), keys.store());
  Bytes rekey = rekey_value(1, *keys.root_signer(), keys.store());
  checkpoint.back() ^= 1;
  rekey.back() ^= 1;
  r.fixture.put(Table::meta, "audit checkpoint", text(checkpoint));
  r.fixture.put(Table::meta, "rekey", text(rekey));
  BOOST_TEST(r.rewrap(KeyKind::root).problems.size() == 2U);
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
}

// An old mark, from an erasure of that tenant: its signature is right.
BOOST_AUTO_TEST_CASE(a_signed_mark_beside_a_record_counts_nowhere) {
  SignedRotation r;
  r.put_tenant(tenant, r.certified());
  put_mark(r.fixture, tenant, r.ring(), put_signed);
  const auto problems = r.fixture.verify().problems;
  BOOST_TEST(
      has(problems, "tenant " + tenant.str() + ": a mark of its erasure stands beside its record: no erasure put it"));
  // The tenant's rows are checked: this one has no history in the audit log.
  BOOST_TEST(std::ranges::none_of(
      problems, [](const std::string& problem) { return problem.find("is not finished") != std::string::npos; }));
  // Nor does it keep a key from being promoted.
  r.rotate_signing();
  BOOST_TEST(!r.fixture.rows(Table::meta).contains(key_of_mark(tenant)));
  put_mark(r.fixture, tenant, r.ring(), put_signed);
  const std::vector<std::string> expected{mark_of(tenant) + "stands beside its record" + removed};
  BOOST_TEST(r.rewrap(KeyKind::root).problems == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mark_of_an_erasure_without_a_record_stays) {
  SignedRotation r;
  put_mark(r.fixture, other, r.ring(), put_signed);
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
  BOOST_TEST(r.fixture.rows(Table::meta).contains(key_of_mark(other)));
}

BOOST_AUTO_TEST_CASE(a_rekey_of_all_ends_beside_forged_rows) {
  RekeyFixture f;
  f.make_tenant(tenant, 2);
  put_mark(f, tenant, RekeyFixture::keys(), put_with_mac);
  Bytes forged = encode_checkpoint({.through = {}, .pruned_at = 7, .pruned_by = "operator:x"},
                                   *keys_of_another_deployment().root_signer(), RekeyFixture::keys().store());
  f.put(Table::meta, "audit checkpoint", text(forged));
  const crypto::KeyId old = f.record(tenant).key->id();
  const auto ran = f.rekey({});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  const std::vector<std::string> expected{altered_checkpoint + removed,
                                          mark_of(tenant) + "stands beside its record" + removed};
  BOOST_TEST(ran.problems == expected, boost::test_tools::per_element());
  BOOST_TEST(!ran.unfinished);
  BOOST_TEST(ran.cut_off.has_value());
  BOOST_TEST((f.record(tenant).key->id() != old));
  f.expect_values(tenant, 2);
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_rekey_of_all_signs_a_mark_with_a_mac_before_the_cut_off) {
  RekeyFixture f;
  put_mark(f, other, RekeyFixture::keys(), put_with_mac);  // by a process that has not read the keyrings again
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(ran.problems.empty());
  const Rows rows = f.rows(Table::meta);
  const auto mark = rows.find(key_of_mark(other));
  BOOST_REQUIRE(mark != rows.end());
  const Row row{crypto::as_bytes(mark->first), crypto::as_bytes(mark->second)};
  BOOST_TEST(is_good_erasure_mark(row, keys_of_phase(crypto::SigningPhase::required)));
}

BOOST_AUTO_TEST_CASE(strange_row_keys_end_no_walk_over_tenants) {
  RekeyFixture f;
  f.make_tenant(tenant, 1);
  f.make_tenant(tenant_id(3), 1);
  f.put_tenant(tenant_id(4), crypto::make_tenant_key(*RekeyFixture::keys().root_public, tenant_id(4)));
  for (const std::string& key : strange_keys()) f.put(Table::tenants, key, "x");
  BOOST_TEST(*f.store().keys().unsigned_tenants() == 1U);
  const crypto::KeyId old = f.record(tenant_id(3)).key->id();
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(ran.problems.empty());
  BOOST_TEST(ran.tenants == 3U);
  BOOST_TEST((f.record(tenant_id(3)).key->id() != old));
  for (const KeyKind kind : {KeyKind::root, KeyKind::signing, KeyKind::metadata}) {
    const auto census = f.store().keys().census(kind, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->unreadable == 0U);
  }
}

BOOST_AUTO_TEST_CASE(strange_row_keys_end_no_rewrap) {
  SignedRotation r;
  r.put_tenant(tenant, r.certified());
  r.put_tenant(tenant_id(3), r.certified());
  for (const std::string& key : strange_keys()) r.fixture.put(Table::tenants, key, "x");
  const crypto::KeyId old = r.ring().root_signer()->id;
  r.rotate_signing();
  BOOST_TEST(r.rewrap(KeyKind::root).tenants == 2U);
  BOOST_TEST(r.uses(KeyKind::signing, old).total() == 0U);
  const crypto::KeyId metadata = r.ring().metadata->primary().id;
  r.rotate(KeyKind::metadata);
  r.rewrap(KeyKind::metadata);
  BOOST_TEST(r.uses(KeyKind::metadata, metadata).total() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
