// The log of a store with slots: reading, verifying, anchors, pruning, and what a process saw of it.
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_slots_reader.hpp"
#include "test/unit/store/audit/slot_rows_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningRole;

namespace {

using Slots = std::vector<AuditSlot>;

AuditAnchor anchor_of(const AuditMark& mark) {
  AuditAnchor anchor;
  anchor.slot = mark.slot;
  anchor.sequence = mark.sequence;
  anchor.hash = mark.hash;
  return anchor;
}

/// Two slots; the second records the head of the first in the middle of its entries.
struct Two {
  SlotRows first = SlotRows(api_slot).fill(3);
  SlotRows second = SlotRows(tool_slot);

  Two() {
    const std::string tools = shared_body("tools", AuditAction::tool_refused);
    second.commit({tools, tools}, {SigningRole::tools});
    second.commit(heads_body({first.mark, second.mark}));
    first.fill(2);
    second.commit({tools}, {SigningRole::tools});
  }
  std::vector<SlotRows> all() const { return {first, second}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_log)

BOOST_AUTO_TEST_CASE(slots_are_read_apart_and_together) {
  const Two two;
  SlotStore it(two.all(), 2);
  const auto slots = it.store().audit().slots();
  BOOST_REQUIRE(slots);
  BOOST_TEST((*slots == Slots{{}, api_slot, tool_slot}));
  BOOST_TEST(it.read(0).size() == 2U);
  const auto of_slot = it.read_slot(tool_slot);
  BOOST_REQUIRE(of_slot.size() == 4U);
  for (const AuditRecord& record : of_slot) {
    BOOST_TEST(record.fault == "");
    BOOST_TEST((record.mark.slot == tool_slot));
  }
  BOOST_TEST(of_slot[0].first == 0U);
  BOOST_TEST(of_slot[1].first == 1U);
  BOOST_TEST(it.read_slot(api_slot, 4).size() == 2U);
  AuditSlotsReader reader = it.store().audit().read_all({{api_slot, 4}});
  std::map<AuditSlot, std::vector<std::uint64_t>> seen;
  for (;;) {
    const auto page = reader.next();
    BOOST_REQUIRE(page);
    if (page->empty()) break;
    for (const AuditRecord& record : *page) seen[record.mark.slot].push_back(record.mark.sequence);
  }
  BOOST_TEST((seen[AuditSlot()] == std::vector<std::uint64_t>{1, 2}));
  BOOST_TEST((seen[api_slot] == std::vector<std::uint64_t>{4, 5}));
  BOOST_TEST((seen[tool_slot] == std::vector<std::uint64_t>{1, 2, 3, 4}));
}

BOOST_AUTO_TEST_CASE(an_embedded_store_appends_to_its_own_slot) {
  const Two two;
  SlotStore it(two.all(), 1);
  it.add(2);
  BOOST_TEST(it.head().sequence == 3U);
  BOOST_TEST(it.read(0).size() == 3U);
  BOOST_TEST(it.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_intact_log_has_no_problems) {
  const Two two;
  SlotStore it(two.all());
  const AuditReport report = it.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.entries == 1U + 5U + 4U);
  BOOST_TEST((report.heads == std::vector<AuditMark>{two.first.mark, two.second.mark}));
  BOOST_TEST((report.head == it.head()));
  BOOST_TEST(report.heads_checked == 2U);
  BOOST_TEST(report.signatures_checked == 1U + 5U + 3U);
}

BOOST_AUTO_TEST_CASE(damage_in_a_slot_is_found) {
  const Two two;
  {
    SlotStore it(two.all());
    std::string row = two.first.rows.at(two.first.key(2));
    row.at(row.size() - 3) ^= 1;  // in the body
    it.put(Table::audit, two.first.key(2), row);
    it.expect_problem("audit entry api-1:2 does not match its hash and the previous entry");
  }
  {
    SlotStore it(two.all());
    it.put(Table::audit, two.first.key(2), std::nullopt);
    it.expect_problem("audit entries are missing: api-1:1 is followed by api-1:3");
  }
  {
    SlotRows forged = two.first;
    forged.commit({shared_body("api", AuditAction::secret_create)}, {});
    SlotStore it({forged, two.second});
    it.expect_problem("the newest audit entries, from api-1:6, are not signed");
  }
  {
    // A slot's rows under the keys of another slot.
    SlotStore it({two.second});
    for (const auto& [key, value] : two.first.rows) {
      const auto place = parse_audit_key(crypto::as_bytes(key));
      const AuditKey other = audit_key(other_api_slot, place->sequence);
      it.put(Table::audit, std::string(crypto::as_text(other.view())), value);
    }
    it.expect_problem("audit entry api-2:1 does not match its hash and the previous entry");
  }
}

BOOST_AUTO_TEST_CASE(a_slot_that_was_cut_off_contradicts_another) {
  const Two two;
  SlotStore it(two.all());
  for (std::uint64_t sequence = 3; sequence <= 5; ++sequence) {
    it.put(Table::audit, two.first.key(sequence), std::nullopt);
  }
  it.expect_problem("audit entry tools-1:3: records api-1:3:");
  it.expect_problem("that entry is missing: entries were cut off from the slot");
  SlotStore gone({two.second});
  gone.expect_problem("that entry is missing: entries were cut off from the slot");
}

BOOST_AUTO_TEST_CASE(a_slot_that_was_rewritten_contradicts_another) {
  Two two;
  SlotRows rewritten(api_slot);
  rewritten.fill(2).commit(shared_body("api", AuditAction::secret_create)).fill(2);
  SlotStore it({rewritten, two.second});
  it.expect_problem("that entry has another hash: the slot was rewritten");
}

BOOST_AUTO_TEST_CASE(anchors_of_one_and_of_all_slots) {
  const Two two;
  SlotStore it(two.all());
  const AuditMark own = it.head();
  BOOST_TEST(it.verify_log(anchor_of(two.first.mark)).problem_count == 0U);
  AuditAnchor all;
  all.marks = {own, two.first.mark, two.second.mark};
  BOOST_TEST(it.verify_log(all).problem_count == 0U);
  AuditAnchor hashed;
  hashed.hash = crypto::sha256(crypto::as_bytes(to_string({own, two.first.mark, two.second.mark})));
  BOOST_TEST(it.verify_log(hashed).problem_count == 0U);
  const auto recorded = recorded_heads(it.read_slot(tool_slot, 3).front().body);
  hashed.hash = crypto::sha256(crypto::as_bytes(to_string(recorded)));
  BOOST_TEST(it.verify_log(hashed).problem_count == 0U);
  hashed.hash[0] ^= 1;
  BOOST_TEST(it.verify_log(hashed).problem_count == 1U);
  for (AuditMark& mark : all.marks) {
    mark.hash[0] ^= 1;
    const AuditReport report = it.verify_log(all);
    mark.hash[0] ^= 1;
    BOOST_REQUIRE(report.problem_count == 1U);
    BOOST_TEST(report.problems.front().find("differs from the anchor") != std::string::npos);
  }
  AuditMark later = two.first.mark;
  ++later.sequence;
  BOOST_TEST(it.verify_log(anchor_of(later)).problem_count == 1U);
  AuditMark unknown = two.first.mark;
  unknown.slot = other_api_slot;
  const AuditReport report = it.verify_log(anchor_of(unknown));
  BOOST_REQUIRE(report.problem_count == 1U);
  BOOST_TEST(report.problems.front().ends_with(" names an entry that is missing"));
}

BOOST_AUTO_TEST_CASE(a_slot_is_pruned_by_whole_commits_and_leaves_its_own_checkpoint) {
  const Two two;
  SlotStore it(two.all(), 3);
  AuditPoint point;
  point.slot = tool_slot;
  point.sequence = 2;  // within a commit
  BOOST_TEST(it.store().audit().plan_prune(point, tool_slot)->entries == 0U);
  BOOST_TEST(it.store().audit().plan_prune(point, api_slot)->entries == 0U);
  point.sequence = 4;
  const auto plan = it.store().audit().plan_prune(point, tool_slot);
  BOOST_REQUIRE(plan);
  BOOST_TEST(plan->entries == 3U);
  BOOST_TEST((plan->through.slot == tool_slot && plan->through.sequence == 3U));
  AuditContext context = who();
  context.plane = "operator";
  const auto pruned = it.wait(it.store().audit().prune(plan->through, context, {}));
  BOOST_REQUIRE(pruned);
  BOOST_TEST(*pruned == 3U);
  BOOST_TEST(!it.rows(Table::meta).contains(AuditFixture::checkpoint()));
  const std::string key(crypto::as_text(checkpoint_key(tool_slot)));
  const std::string row = it.rows(Table::meta).at(key);
  const auto checkpoint = decode_checkpoint(crypto::as_bytes(row), slot_keys(), tool_slot);
  BOOST_REQUIRE(checkpoint.has_value());
  BOOST_TEST((checkpoint->through == plan->through));
  // It is no checkpoint of another slot.
  BOOST_TEST(!decode_checkpoint(crypto::as_bytes(row), slot_keys(), api_slot).has_value());
  BOOST_TEST(!decode_checkpoint(crypto::as_bytes(row), slot_keys()).has_value());
  const AuditReport report = it.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_REQUIRE(report.checkpoints.size() == 1U);
  BOOST_TEST((report.checkpoints.front().through == plan->through));
  BOOST_TEST(!report.checkpoint.has_value());
  BOOST_TEST(it.read_slot(tool_slot).size() == 1U);
  BOOST_TEST(it.read(0).size() == 4U);  // and the entry of the pruning
}

BOOST_AUTO_TEST_CASE(a_head_that_was_pruned_contradicts_nothing) {
  const Two two;
  SlotStore it(two.all());
  AuditPoint point;
  point.slot = api_slot;
  point.sequence = 5;
  const auto plan = it.store().audit().plan_prune(point, api_slot);
  BOOST_REQUIRE((plan && plan->entries == 4U));
  AuditContext context = who();
  context.plane = "operator";
  BOOST_REQUIRE(it.wait(it.store().audit().prune(plan->through, context, {})));
  BOOST_TEST(it.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_slot_that_changes_while_the_process_runs_is_noticed) {
  Two two;
  SlotStore it(two.all());
  const auto changed = [&it] {
    BOOST_REQUIRE(it.store().audit().check_history());
    return it.store().audit().history().changed();
  };
  BOOST_TEST(!changed().has_value());
  two.first.fill(1);
  it.put(Table::audit, two.first.key(6), two.first.rows.at(two.first.key(6)));
  BOOST_TEST(!changed().has_value());
  it.put(Table::audit, two.first.key(6), std::nullopt);
  const auto found = changed();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->expected == two.first.mark));
  BOOST_TEST(!found->found.has_value());
}

BOOST_AUTO_TEST_CASE(an_unsigned_entry_of_a_slot_is_noticed) {
  Two two;
  SlotStore it(two.all());
  BOOST_REQUIRE(it.store().audit().check_history());
  two.first.commit({shared_body("api", AuditAction::secret_create)}, {});
  it.put(Table::audit, two.first.key(6), two.first.rows.at(two.first.key(6)));
  BOOST_REQUIRE(it.store().audit().check_history());
  const auto found = it.store().audit().history().changed();
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->expected == two.first.mark));
  BOOST_TEST(found->is_unsigned);
}

BOOST_AUTO_TEST_SUITE_END()
