// Pruning the audit log, and the checks of its checkpoint.
#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

AuditPoint at(std::uint64_t sequence) {
  AuditPoint point;
  point.sequence = sequence;
  return point;
}

/// The problem that `tacit verify` reports, if it is exactly one.
std::string only_problem(StoreFixture& fixture) {
  const VerifyReport report = fixture.verify();
  for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
  BOOST_TEST(report.problem_count == 1U);
  return report.problems.empty() ? "" : report.problems.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_prune)

BOOST_AUTO_TEST_CASE(the_rest_of_the_chain_still_verifies) {
  AuditFixture fixture(10);
  const AuditMark fourth = fixture.mark(4);
  BOOST_TEST(fixture.prune(5) == 4U);
  const AuditReport report = fixture.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.entries == 7U);  // six that stayed, and the entry of the pruning
  BOOST_TEST(report.head.sequence == 11U);
  BOOST_REQUIRE(report.checkpoint.has_value());
  BOOST_CHECK(report.checkpoint->through == fourth);
  BOOST_TEST(report.checkpoint->pruned_by == who().actor);
  BOOST_TEST(report.checkpoint->pruned_at > now_microseconds() - 60'000'000);
  const VerifyReport whole = fixture.verify();
  BOOST_TEST(whole.problem_count == 0U);
  BOOST_TEST(whole.audit_pruned_through == 4U);
  const std::string entry = fixture.audit().back();
  BOOST_TEST(entry.find("\"action\":\"audit.prune\"") != std::string::npos);
  BOOST_TEST(entry.find("\"reason\":\"" + to_string(fourth) + "\"") != std::string::npos);
  // The log continues, is pruned again, and is opened again.
  fixture.add(3);
  BOOST_TEST(fixture.prune(9) == 4U);
  fixture.reopen();
  BOOST_TEST(fixture.verify_log().problem_count == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(fixture.read(0).front().mark.sequence == 9U);
  BOOST_TEST(fixture.read(2).front().mark.sequence == 9U);
  BOOST_TEST(fixture.read(2).front().fault == "");
}

BOOST_AUTO_TEST_CASE(the_newest_entry_is_never_pruned) {
  AuditFixture fixture(3);
  BOOST_TEST(fixture.plan(at(100)).entries == 2U);
  BOOST_TEST(fixture.plan(at(1)).entries == 0U);
  BOOST_CHECK(fixture.plan(at(1)).through == AuditMark());
  const auto refused = fixture.wait(fixture.store().audit().prune(fixture.head(), who(), {}));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::conflict);
  BOOST_TEST(fixture.audit().size() == 3U);
  BOOST_TEST(*fixture.wait(fixture.store().audit().prune({}, who(), {})) == 0U);
  BOOST_TEST(fixture.prune(100) == 2U);
  BOOST_TEST(fixture.audit().size() == 2U);
  AuditFixture empty;
  BOOST_TEST(empty.plan(at(100)).entries == 0U);
}

BOOST_AUTO_TEST_CASE(pruning_by_time_stops_at_the_first_later_entry) {
  AuditFixture fixture(3);
  AuditPoint between;
  between.instant = now_microseconds();
  fixture.add(3);
  const AuditPrunePlan plan = fixture.plan(between);
  BOOST_TEST(plan.entries == 3U);
  BOOST_TEST(plan.through.sequence == 3U);
  BOOST_TEST(plan.newest_time == std::string(audit_time(fixture.audit().at(2))));
}

BOOST_AUTO_TEST_CASE(pruning_uses_bounded_transactions_and_one_entry) {
  AuditFixture fixture(2000);
  std::vector<std::uint64_t> steps;
  const auto before = fixture.engine().statistics().batches;
  const auto through = fixture.plan(at(1900)).through;
  BOOST_REQUIRE(fixture.wait(
      fixture.store().audit().prune(through, who(), [&](std::uint64_t removed) { steps.push_back(removed); })));
  BOOST_REQUIRE(steps.size() >= 4U);
  BOOST_TEST(steps.front() <= 512U);
  BOOST_TEST(steps.back() == 1899U);
  BOOST_TEST(fixture.engine().statistics().batches - before == steps.size());
  BOOST_TEST(fixture.head().sequence == 2001U);
  BOOST_TEST(fixture.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_interrupted_pruning_leaves_a_valid_chain) {
  HeldCommits commits;
  StoreFixtureOptions options;
  options.commit = commits.hook();
  AuditFixture fixture(2000, options);
  const auto through = fixture.plan(at(1900)).through;
  const auto failed = fixture.wait(fixture.store().audit().prune(through, who(), [&](std::uint64_t removed) {
    if (removed > 600) commits.fail_with(ENOSPC);
  }));
  BOOST_REQUIRE(!failed);
  commits.fail_with(MDB_SUCCESS);
  const AuditReport report = fixture.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_REQUIRE(report.checkpoint.has_value());
  BOOST_TEST(report.checkpoint->through.sequence > 600U);
  BOOST_TEST(report.checkpoint->through.sequence < 1899U);
  fixture.prune(1900);
  BOOST_TEST(fixture.verify_log().checkpoint->through.sequence == 1899U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(entries_that_break_the_chain_stay_as_evidence) {
  AuditFixture fixture(10);
  std::string altered = fixture.rows(Table::audit).at(AuditFixture::key(3));
  altered.back() = ' ';
  const auto whole = fixture.plan(at(8)).through;
  fixture.put(Table::audit, AuditFixture::key(3), altered);
  const auto plan = fixture.store().audit().plan_prune(at(8));
  BOOST_REQUIRE(!plan);
  BOOST_CHECK(plan.error().code == Errc::integrity);
  BOOST_TEST(plan.error().subject.find("audit entry 3") != std::string::npos);
  // Nor if it is altered after the check.
  BOOST_TEST(!fixture.wait(fixture.store().audit().prune(whole, who(), {})));
  BOOST_TEST(fixture.audit().size() == 10U);
  BOOST_TEST(fixture.plan(at(3)).entries == 2U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_cannot_be_made_altered_taken_away_or_put_back_unnoticed) {
  AuditFixture fixture(10);
  fixture.prune(4);
  const std::string older = fixture.rows(Table::meta).at(AuditFixture::checkpoint());
  fixture.prune(6);
  const std::string newer = fixture.rows(Table::meta).at(AuditFixture::checkpoint());
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put(Table::meta, AuditFixture::checkpoint(), older);
  BOOST_TEST(only_problem(fixture) == "audit entries are missing: 3 is followed by 6");
  BOOST_TEST(fixture.verify_log().problem_count == 1U);
  fixture.put(Table::meta, AuditFixture::checkpoint(), std::nullopt);
  BOOST_TEST(only_problem(fixture) == "audit entries are missing: 0 is followed by 6");
  for (std::size_t i = 0; i < newer.size(); ++i) {
    std::string altered = newer;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    fixture.put(Table::meta, AuditFixture::checkpoint(), altered);
    BOOST_TEST(fixture.verify().problem_count == 2U);  // its own, and that the log does not begin with 1
    BOOST_TEST(fixture.verify_log().problem_count == 2U);
  }
  const auto refused = fixture.wait(fixture.store().audit().prune(fixture.mark(8), who(), {}));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::integrity);
  fixture.put(Table::meta, AuditFixture::checkpoint(), newer);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_names_the_key_that_it_is_under) {
  AuditCheckpoint checkpoint;
  checkpoint.through.sequence = 7;
  checkpoint.pruned_at = -1;
  checkpoint.pruned_by = "operator:root";
  const StoreKeys keys = all_keys();
  const auto row = encode_checkpoint(checkpoint, *keys.metadata);
  const auto read = decode_checkpoint(row, keys);
  BOOST_REQUIRE(read.has_value());
  BOOST_CHECK(read->through == checkpoint.through);
  BOOST_TEST(read->pruned_at == -1);
  BOOST_TEST(read->pruned_by == "operator:root");
  BOOST_TEST(!decode_checkpoint({}, keys));
  BOOST_TEST(!decode_checkpoint(ByteView(row).first(row.size() - 1), keys));
}

BOOST_AUTO_TEST_CASE(entries_put_back_below_the_checkpoint_are_found) {
  AuditFixture fixture(10);
  const Rows before = fixture.rows(Table::audit);
  fixture.prune(5);
  fixture.put(Table::audit, AuditFixture::key(3), before.at(AuditFixture::key(3)));
  const std::string words = "audit entry 3 is stored although the log was pruned through 4";
  BOOST_TEST(only_problem(fixture) == words);
  BOOST_TEST(fixture.verify_log().problems.at(0) == words);
  // A read that begins later does not return it.
  BOOST_TEST(fixture.read(2).front().mark.sequence == 5U);
}

BOOST_AUTO_TEST_CASE(a_log_that_is_missing_after_pruning_is_reported) {
  AuditFixture fixture(3);
  fixture.prune(3);
  for (const auto& [key, value] : fixture.rows(Table::audit)) fixture.put(Table::audit, key, std::nullopt);
  BOOST_TEST(only_problem(fixture) == "the audit log is empty although it was pruned");
  BOOST_TEST(fixture.verify_log().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(a_reader_learns_of_entries_pruned_ahead_of_it) {
  AuditFixture fixture(1500);
  AuditReader reader = fixture.store().audit().read(0);
  BOOST_TEST(reader.next()->back().mark.sequence == 1000U);
  fixture.prune(1201);
  const auto page = reader.next();
  BOOST_REQUIRE((page && !page->empty()));
  BOOST_TEST(page->front().mark.sequence == 1201U);
  BOOST_TEST(page->front().fault == "");
  BOOST_TEST(reader.pruned_meanwhile() == 200U);
}

BOOST_AUTO_TEST_CASE(an_anchor_at_the_checkpoint_counts_and_one_before_it_cannot) {
  AuditFixture fixture(10);
  AuditAnchor anchor;
  anchor.hash = fixture.mark(4).hash;
  anchor.sequence = 4;
  AuditAnchor pruned;
  pruned.hash = fixture.mark(2).hash;
  pruned.sequence = 2;
  fixture.prune(5);
  BOOST_TEST(fixture.verify_log(anchor).problem_count == 0U);
  BOOST_TEST(fixture.verify_log(pruned).problems.at(0).ends_with("names an entry that was pruned"));
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_log_still_covers_rows) {
  AuditFixture fixture;
  const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("first"), who()));
  const auto other = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("second"), who()));
  BOOST_REQUIRE((made && other));
  ApiKey key;
  key.id = "AAAAAAAAAAA";
  key.tenant = tenant_id(1);
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(key, who())));
  fixture.add(1);
  fixture.prune(5);  // all entries of their creation
  BOOST_TEST(fixture.verify().problem_count == 0U);
  const Rows tenants = fixture.rows(Table::tenants);
  SecretUpdate update;
  update.value.emplace().append("another value");
  update.discard_previous = true;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().update(tenant_id(1), made->id, std::move(update), who())));
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(key.id, who())));
  BOOST_TEST(fixture.verify().problem_count == 0U);
  const Rows after = fixture.rows(Table::tenants);
  for (const auto& [name, value] : tenants) {
    if (after.contains(name)) fixture.put(Table::tenants, name, value);
  }
  BOOST_TEST(only_problem(fixture).find(made->id.str() + ": is older than its last change") != std::string::npos);
  for (const auto& [name, value] : after) fixture.put(Table::tenants, name, value);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(tenant_id(1), made->id, who())));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(tenant_id(1), other->id, who())));
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(pruning_frees_room_in_a_full_map) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{1} << 20;
  AuditFixture fixture(0, options);
  const auto fill = [&fixture] {
    int written = 0;
    for (bool taken = true; taken && written < 5000; ++written) {
      AuditEvent event;
      event.action = AuditAction::quota_set;
      event.reason = std::string(500, 'r');
      taken = fixture.wait(fixture.store().audit().record(std::move(event), who())).has_value();
    }
    return written;
  };
  BOOST_TEST(fill() > 100);
  BOOST_TEST(fixture.prune(UINT64_MAX) > 100U);
  BOOST_TEST(fill() > 100);
  BOOST_TEST(fixture.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
