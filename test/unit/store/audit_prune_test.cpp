// Pruning the audit log, and what the checkpoint that it leaves is worth.
#include "store/api_keys.hpp"
#include "store/audit_checkpoint.hpp"
#include "store/audit_trail.hpp"
#include "store/secrets.hpp"
#include "store/timestamp.hpp"
#include "test/unit/store/audit_bed.hpp"
#include "test/unit/store/held_commits.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

AuditPoint at(std::uint64_t sequence) {
  AuditPoint point;
  point.sequence = sequence;
  return point;
}

/// What `tacit verify` says is wrong, if it is one thing.
std::string only_problem(Bed& bed) {
  const VerifyReport report = bed.verify();
  for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
  BOOST_TEST(report.problem_count == 1U);
  return report.problems.empty() ? "" : report.problems.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_prune)

BOOST_AUTO_TEST_CASE(the_rest_of_the_chain_still_verifies) {
  AuditBed bed(10);
  const AuditMark fourth = bed.mark(4);
  BOOST_TEST(bed.prune(5) == 4U);
  const AuditReport report = bed.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.entries == 7U);  // six that stayed, and the pruning's own
  BOOST_TEST(report.head.sequence == 11U);
  BOOST_REQUIRE(report.checkpoint.has_value());
  BOOST_CHECK(report.checkpoint->through == fourth);
  BOOST_TEST(report.checkpoint->pruned_by == who().actor);
  BOOST_TEST(report.checkpoint->pruned_at > now_microseconds() - 60'000'000);
  const VerifyReport whole = bed.verify();
  BOOST_TEST(whole.problem_count == 0U);
  BOOST_TEST(whole.audit_pruned_through == 4U);
  const std::string entry = bed.audit().back();
  BOOST_TEST(entry.find("\"action\":\"audit.prune\"") != std::string::npos);
  BOOST_TEST(entry.find("\"reason\":\"" + to_string(fourth) + "\"") != std::string::npos);
  // And the log goes on, is pruned again, and is opened again.
  bed.add(3);
  BOOST_TEST(bed.prune(9) == 4U);
  bed.reopen();
  BOOST_TEST(bed.verify_log().problem_count == 0U);
  BOOST_TEST(bed.verify().problem_count == 0U);
  BOOST_TEST(bed.read(0).front().mark.sequence == 9U);
  BOOST_TEST(bed.read(2).front().mark.sequence == 9U);
  BOOST_TEST(bed.read(2).front().fault == "");
}

BOOST_AUTO_TEST_CASE(never_the_newest_entry) {
  AuditBed bed(3);
  BOOST_TEST(bed.plan(at(100)).entries == 2U);
  BOOST_TEST(bed.plan(at(1)).entries == 0U);
  BOOST_CHECK(bed.plan(at(1)).through == AuditMark());
  const auto refused = bed.wait(bed.store().audit().prune(bed.head(), who(), {}));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::conflict);
  BOOST_TEST(bed.audit().size() == 3U);
  BOOST_TEST(*bed.wait(bed.store().audit().prune({}, who(), {})) == 0U);
  BOOST_TEST(bed.prune(100) == 2U);
  BOOST_TEST(bed.audit().size() == 2U);
  AuditBed empty;
  BOOST_TEST(empty.plan(at(100)).entries == 0U);
}

BOOST_AUTO_TEST_CASE(by_time_up_to_the_first_entry_that_is_not_before) {
  AuditBed bed(3);
  AuditPoint between;
  between.instant = now_microseconds();
  bed.add(3);
  const AuditPrunePlan plan = bed.plan(between);
  BOOST_TEST(plan.entries == 3U);
  BOOST_TEST(plan.through.sequence == 3U);
  BOOST_TEST(plan.newest_time == std::string(audit_time(bed.audit().at(2))));
}

BOOST_AUTO_TEST_CASE(in_transactions_of_bounded_size_with_one_entry_of_its_own) {
  AuditBed bed(2000);
  std::vector<std::uint64_t> steps;
  const auto before = bed.engine().statistics().batches;
  const auto through = bed.plan(at(1900)).through;
  BOOST_REQUIRE(
      bed.wait(bed.store().audit().prune(through, who(), [&](std::uint64_t removed) { steps.push_back(removed); })));
  BOOST_REQUIRE(steps.size() >= 4U);
  BOOST_TEST(steps.front() <= 512U);
  BOOST_TEST(steps.back() == 1899U);
  BOOST_TEST(bed.engine().statistics().batches - before == steps.size());
  BOOST_TEST(bed.head().sequence == 2001U);
  BOOST_TEST(bed.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_ends_halfway_leaves_a_chain_that_holds) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  AuditBed bed(2000, options);
  const auto through = bed.plan(at(1900)).through;
  const auto failed = bed.wait(bed.store().audit().prune(through, who(), [&](std::uint64_t removed) {
    if (removed > 600) commits.fail_with(ENOSPC);
  }));
  BOOST_REQUIRE(!failed);
  commits.fail_with(MDB_SUCCESS);
  const AuditReport report = bed.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_REQUIRE(report.checkpoint.has_value());
  BOOST_TEST(report.checkpoint->through.sequence > 600U);
  BOOST_TEST(report.checkpoint->through.sequence < 1899U);
  bed.prune(1900);
  BOOST_TEST(bed.verify_log().checkpoint->through.sequence == 1899U);
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_the_chain_is_evidence_and_stays) {
  AuditBed bed(10);
  std::string altered = bed.rows(Table::audit).at(AuditBed::key(3));
  altered.back() = ' ';
  const auto whole = bed.plan(at(8)).through;
  bed.put(Table::audit, AuditBed::key(3), altered);
  const auto plan = bed.store().audit().plan_prune(at(8));
  BOOST_REQUIRE(!plan);
  BOOST_CHECK(plan.error().code == Errc::integrity);
  BOOST_TEST(plan.error().subject.find("audit entry 3") != std::string::npos);
  // Nor if it is altered after it was looked at.
  BOOST_TEST(!bed.wait(bed.store().audit().prune(whole, who(), {})));
  BOOST_TEST(bed.audit().size() == 10U);
  BOOST_TEST(bed.plan(at(3)).entries == 2U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_cannot_be_made_altered_taken_away_or_put_back_unnoticed) {
  AuditBed bed(10);
  bed.prune(4);
  const std::string older = bed.rows(Table::meta).at(AuditBed::checkpoint());
  bed.prune(6);
  const std::string newer = bed.rows(Table::meta).at(AuditBed::checkpoint());
  BOOST_TEST(bed.verify().problem_count == 0U);
  bed.put(Table::meta, AuditBed::checkpoint(), older);
  BOOST_TEST(only_problem(bed) == "audit entries are missing: 3 is followed by 6");
  BOOST_TEST(bed.verify_log().problem_count == 1U);
  bed.put(Table::meta, AuditBed::checkpoint(), std::nullopt);
  BOOST_TEST(only_problem(bed) == "audit entries are missing: 0 is followed by 6");
  for (std::size_t i = 0; i < newer.size(); ++i) {
    std::string altered = newer;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    bed.put(Table::meta, AuditBed::checkpoint(), altered);
    BOOST_TEST(bed.verify().problem_count == 2U);  // it, and that the log does not begin with 1
    BOOST_TEST(bed.verify_log().problem_count == 2U);
  }
  const auto refused = bed.wait(bed.store().audit().prune(bed.mark(8), who(), {}));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::integrity);
  bed.put(Table::meta, AuditBed::checkpoint(), newer);
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_names_the_key_that_it_is_under) {
  AuditCheckpoint checkpoint;
  checkpoint.through.sequence = 7;
  checkpoint.pruned_at = -1;
  checkpoint.pruned_by = "operator:root";
  const StoreKeys keys = all_keys();
  const auto row = encode_checkpoint(checkpoint, *keys.metadata);
  const auto read = decode_checkpoint(row, *keys.metadata);
  BOOST_REQUIRE(read.has_value());
  BOOST_CHECK(read->through == checkpoint.through);
  BOOST_TEST(read->pruned_at == -1);
  BOOST_TEST(read->pruned_by == "operator:root");
  BOOST_TEST(!decode_checkpoint({}, *keys.metadata));
  BOOST_TEST(!decode_checkpoint(ByteView(row).first(row.size() - 1), *keys.metadata));
}

BOOST_AUTO_TEST_CASE(entries_put_back_below_the_checkpoint_are_found) {
  AuditBed bed(10);
  const Rows before = bed.rows(Table::audit);
  bed.prune(5);
  bed.put(Table::audit, AuditBed::key(3), before.at(AuditBed::key(3)));
  const std::string words = "audit entry 3 is stored although the log was pruned through 4";
  BOOST_TEST(only_problem(bed) == words);
  BOOST_TEST(bed.verify_log().problems.at(0) == words);
  // Who begins later does not meet it.
  BOOST_TEST(bed.read(2).front().mark.sequence == 5U);
}

BOOST_AUTO_TEST_CASE(a_log_that_is_gone_after_it_was_pruned) {
  AuditBed bed(3);
  bed.prune(3);
  for (const auto& [key, value] : bed.rows(Table::audit)) bed.put(Table::audit, key, std::nullopt);
  BOOST_TEST(only_problem(bed) == "the audit log is empty although it was pruned");
  BOOST_TEST(bed.verify_log().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(a_reader_is_told_what_was_pruned_before_it_came_there) {
  AuditBed bed(1500);
  AuditReader reader = bed.store().audit().read(0);
  BOOST_TEST(reader.next()->back().mark.sequence == 1000U);
  bed.prune(1201);
  const auto page = reader.next();
  BOOST_REQUIRE((page && !page->empty()));
  BOOST_TEST(page->front().mark.sequence == 1201U);
  BOOST_TEST(page->front().fault == "");
  BOOST_TEST(reader.pruned_meanwhile() == 200U);
}

BOOST_AUTO_TEST_CASE(an_anchor_at_the_checkpoint_counts_and_one_before_it_cannot) {
  AuditBed bed(10);
  AuditAnchor anchor;
  anchor.hash = bed.mark(4).hash;
  anchor.sequence = 4;
  AuditAnchor pruned;
  pruned.hash = bed.mark(2).hash;
  pruned.sequence = 2;
  bed.prune(5);
  BOOST_TEST(bed.verify_log(anchor).problem_count == 0U);
  BOOST_TEST(bed.verify_log(pruned).problems.at(0).ends_with("is of an entry that was pruned"));
}

BOOST_AUTO_TEST_CASE(what_the_rest_of_the_log_tells_of_rows_still_counts) {
  AuditBed bed;
  const auto made = bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("first"), who()));
  const auto other = bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("second"), who()));
  BOOST_REQUIRE((made && other));
  ApiKey key;
  key.id = "AAAAAAAAAAA";
  key.tenant = tenant_id(1);
  BOOST_REQUIRE(bed.wait(bed.store().api_keys().add(key, who())));
  bed.add(1);
  bed.prune(5);  // all of their making
  BOOST_TEST(bed.verify().problem_count == 0U);
  const Rows tenants = bed.rows(Table::tenants);
  SecretUpdate update;
  update.value.emplace().append("another value");
  BOOST_REQUIRE(bed.wait(bed.store().secrets().update(tenant_id(1), made->id, std::move(update), who())));
  BOOST_REQUIRE(bed.wait(bed.store().api_keys().revoke(key.id, who())));
  BOOST_TEST(bed.verify().problem_count == 0U);
  const Rows after = bed.rows(Table::tenants);
  for (const auto& [name, value] : tenants) {
    if (after.contains(name)) bed.put(Table::tenants, name, value);
  }
  BOOST_TEST(only_problem(bed).find(made->id.str() + ": is older than its last change") != std::string::npos);
  for (const auto& [name, value] : after) bed.put(Table::tenants, name, value);
  BOOST_REQUIRE(bed.wait(bed.store().secrets().remove(tenant_id(1), made->id, who())));
  BOOST_REQUIRE(bed.wait(bed.store().secrets().remove(tenant_id(1), other->id, who())));
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_map_is_made_room_in) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  AuditBed bed(0, options);
  const auto fill = [&bed] {
    int written = 0;
    for (bool taken = true; taken && written < 5000; ++written) {
      AuditEvent event;
      event.action = AuditAction::quota_set;
      event.reason = std::string(500, 'r');
      taken = bed.wait(bed.store().audit().record(std::move(event), who())).has_value();
    }
    return written;
  };
  BOOST_TEST(fill() > 100);
  BOOST_TEST(bed.prune(UINT64_MAX) > 100U);
  BOOST_TEST(fill() > 100);
  BOOST_TEST(bed.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
