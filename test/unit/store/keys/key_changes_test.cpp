// One process changes keys while another, with old keyrings, is in the middle of an operation: the operation never
// names a retired key.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/row_key.hpp"
#include "test/unit/store/keys/rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

constexpr KeyKind both_kinds[] = {KeyKind::root, KeyKind::metadata};

/// Whether it was refused with those words, and with an error that does not lead to a retry.
template <class T>
bool refused(const Outcome<T>& outcome, const std::string& words) {
  if (outcome) return false;
  BOOST_TEST_MESSAGE(outcome.error().subject);
  return outcome.error().code != Errc::unavailable && outcome.error().subject.find(words) != std::string::npos;
}

AuditMark before_entry(RotationFixture& r, std::uint64_t sequence) {
  AuditPoint point;
  point.sequence = sequence;
  const auto plan = r.fixture.store().audit().plan_prune(point);
  BOOST_REQUIRE(plan);
  return plan->through;
}

/// The checkpoint's row.
std::string checkpoint(RotationFixture& r) {
  const Rows rows = r.fixture.rows(Table::meta);
  const auto row = rows.find("audit checkpoint");
  return row == rows.end() ? "" : row->second;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_changes)

BOOST_AUTO_TEST_CASE(a_running_rewrap_ends_when_a_newer_key_exists) {
  for (const KeyKind kind : both_kinds) {
    for (const bool retired : {false, true}) {
      RotationFixture r;
      const crypto::KeyId fresh = r.rotate(kind);
      const RewrapStep first = r.step(kind, 1);
      BOOST_REQUIRE(!first.finished);
      // Promoted back; and after a quicker rewrap, retired.
      r.others_named(kind, retired ? std::vector{r.old} : std::vector{r.old, fresh},
                     retired ? std::vector{fresh} : std::vector<crypto::KeyId>());
      const Rows tenants = r.fixture.rows(Table::tenants);
      const Rows api_keys = r.fixture.rows(Table::api_keys);
      const std::string words = retired ? "which was retired" : crypto::to_hex(r.old) + " was promoted since";
      BOOST_TEST(refused(r.fixture.wait(r.fixture.store().keys().rewrap_step(kind, first.next, 128, who())), words));
      BOOST_TEST(refused(r.fixture.wait(r.fixture.store().keys().rewrap_step(kind, {}, 128, who())), words));
      RewrapPosition at_keys;
      at_keys.table = Table::api_keys;
      if (kind == KeyKind::metadata) {
        BOOST_TEST(refused(r.fixture.wait(r.fixture.store().keys().rewrap_step(kind, at_keys, 128, who())), words));
      }
      BOOST_CHECK(r.fixture.rows(Table::tenants) == tenants);
      BOOST_CHECK(r.fixture.rows(Table::api_keys) == api_keys);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_rewrap_that_begins_late_does_not_name_a_retired_key_again) {
  for (const KeyKind kind : both_kinds) {
    RotationFixture r;
    const crypto::KeyId fresh = r.rotate(kind);
    BOOST_TEST(r.run(kind, 128).problems.empty());
    r.fixture.reopen_with(r.stale);
    r.others_named(kind, {fresh}, {r.old});
    const std::string before = r.fixture.rows(Table::meta).at("keys");
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().keys().begin_rewrap(kind, who())), "which was retired"));
    BOOST_TEST(
        refused(r.fixture.wait(r.fixture.store().keys().change(KeyChange::retire, kind, fresh, who())), "was retired"));
    BOOST_TEST(r.fixture.rows(Table::meta).at("keys") == before);
  }
}

BOOST_AUTO_TEST_CASE(keyrings_without_a_key_that_the_store_names_do_not_rewrap) {
  for (const KeyKind kind : both_kinds) {
    RotationFixture r;
    const StoreKeys earlier = r.rings.load();
    const crypto::KeyId first = r.rings.primary(kind);
    const crypto::KeyId next = r.rings.add(kind);
    r.others_named(kind, {next, first}, {});
    const auto begun = r.fixture.wait(r.fixture.store().keys().begin_rewrap(kind, who()));
    BOOST_TEST(refused(begun, "does not hold the key " + crypto::to_hex(next)));
    if (kind == KeyKind::root) continue;
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().audit().prune(before_entry(r, 5), who(), {})),
                       "does not hold the key"));
  }
}

BOOST_AUTO_TEST_CASE(a_keyring_that_was_edited_by_hand_can_be_rewrapped_to) {
  for (const KeyKind kind : both_kinds) {
    RotationFixture r;
    const crypto::KeyId first = r.rings.primary(kind);
    const crypto::KeyId next = r.rings.add(kind);
    r.rings.promote(kind, next);
    r.fixture.reopen_with(r.rings.load());
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().keys().rewrap_step(kind, {}, 128, who())),
                       "which the store does not name"));
    const auto begun = r.fixture.wait(r.fixture.store().keys().begin_rewrap(kind, who()));
    BOOST_REQUIRE((begun && *begun == next));
    BOOST_TEST(r.run(kind, 128).problems.empty());
    BOOST_TEST(r.uses(kind, first).total() == 0U);
    r.retire(kind, first);
    r.expect_unchanged();
  }
}

BOOST_AUTO_TEST_CASE(a_pruning_under_way_writes_no_checkpoint_under_an_older_key) {
  for (const bool retired : {false, true}) {
    RotationFixture r;
    const crypto::KeyId fresh = r.rotate(KeyKind::metadata);
    BOOST_TEST(r.run(KeyKind::metadata, 128).problems.empty());
    r.fixture.reopen_with(r.stale);
    const AuditMark through = before_entry(r, 20);
    r.others_named(KeyKind::metadata, retired ? std::vector{fresh} : std::vector{fresh, r.old},
                   retired ? std::vector{r.old} : std::vector<crypto::KeyId>());
    const Rows log = r.fixture.rows(Table::audit);
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().audit().prune(through, who(), {})),
                       retired ? "which was retired" : "was promoted since"));
    BOOST_TEST(checkpoint(r).empty());
    BOOST_CHECK(r.fixture.rows(Table::audit) == log);
    r.fixture.reopen_with(r.rings.load());
    BOOST_TEST(r.fixture.wait(r.fixture.store().audit().prune(through, who(), {})).has_value());
    r.retire(KeyKind::metadata, r.old);
    r.expect_clean();
  }
}

BOOST_AUTO_TEST_CASE(an_unreadable_checkpoint_stays_and_is_reported) {
  RotationFixture r;
  BOOST_REQUIRE(r.fixture.wait(r.fixture.store().audit().prune(before_entry(r, 5), who(), {})));
  std::string damaged = checkpoint(r);
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  r.fixture.put(Table::meta, "audit checkpoint", damaged);
  r.rotate(KeyKind::metadata);
  for (int run = 0; run < 2; ++run) {
    const RewrapStep all = r.run(KeyKind::metadata, 7);
    BOOST_REQUIRE(all.problems.size() == 1U);
    BOOST_TEST(all.problems.front() == "the audit log's record of pruned entries was altered");
    BOOST_TEST(all.secrets == (run == 0 ? many + 3 : 0U));
  }
  BOOST_TEST(checkpoint(r) == damaged);
  BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 1U);
}

BOOST_AUTO_TEST_CASE(rows_without_a_readable_key_id_are_counted) {
  RotationFixture r;
  BOOST_REQUIRE(r.fixture.wait(r.fixture.store().audit().prune(before_entry(r, 5), who(), {})));
  std::uint64_t damaged = 0;
  const auto damage = [&](Table table, const std::string& key, KeyKind kind) {
    const std::string row = r.fixture.rows(table).at(key);
    r.fixture.put(table, key, "\x7f" + row.substr(1));
    const auto census = r.fixture.store().keys().census(kind, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->unreadable == ++damaged);
  };
  const auto key_of = [](const RowKey& key) { return std::string(crypto::as_text(key.view())); };
  damage(Table::tenants, key_of(secret_row_key(large, r.list(large).at(20).id)), KeyKind::metadata);
  damage(Table::api_keys, numbered(1), KeyKind::metadata);
  damage(Table::meta, "audit checkpoint", KeyKind::metadata);
  damage(Table::tenants, key_of(record_row_key(small)), KeyKind::metadata);
  damaged = 0;
  damage(Table::tenants, key_of(record_row_key(small)), KeyKind::root);
  r.fixture.put(Table::tenants, "short", "a row that belongs to nobody");
  BOOST_TEST(r.fixture.store().keys().census(KeyKind::root, {})->unreadable == 1U);
  const auto census = r.fixture.store().keys().census(KeyKind::metadata, {});
  BOOST_TEST(census->unreadable == 4U);
  BOOST_TEST(census->of(r.rings.primary(KeyKind::metadata)).secrets == 3U + many - 1);
}

BOOST_AUTO_TEST_SUITE_END()
