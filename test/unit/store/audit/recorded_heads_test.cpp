// The comparison of recorded heads with the chains of their slots: in passing, and by looking up what no walk passes.
#include "store/audit/recorded_heads.hpp"

#include "test/unit/store/audit/slot_rows_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

using Texts = std::vector<std::string>;

AuditMark mark_of(AuditSlot slot, std::uint64_t sequence, std::uint8_t hash = 0) {
  AuditMark mark;
  mark.slot = slot;
  mark.sequence = sequence;
  mark.hash.fill(hash != 0 ? hash : static_cast<std::uint8_t>(sequence));
  return mark;
}

struct Heads {
  explicit Heads(ContextPtr store = nullptr) : check(std::move(store), findings) {}

  /// Entries of a slot up to that one, each a commit.
  void walk(AuditSlot slot, std::uint64_t through) {
    for (std::uint64_t& at = walked[slot]; at < through;) check.entry(mark_of(slot, ++at), true, {});
  }
  /// The next entry of a slot, which records these heads.
  void record(AuditSlot slot, const std::vector<AuditMark>& heads) {
    check.entry(mark_of(slot, ++walked[slot]), true, heads);
  }

  Findings findings;
  RecordedHeadsCheck check;
  std::map<AuditSlot, std::uint64_t> walked;
};

std::string fault(const AuditMark& where, const AuditMark& head, const std::string& what) {
  return "audit entry " + name_of_entry(where.slot, where.sequence) + ": records " + to_string(head) +
         " as the newest entry of its slot, but that entry " + what;
}

constexpr const char* rewritten = "has another hash: the slot was rewritten";
constexpr const char* missing = "is missing: entries were cut off from the slot";

}  // namespace

BOOST_AUTO_TEST_SUITE(recorded_heads_check)

BOOST_AUTO_TEST_CASE(heads_of_a_walk_side_by_side_are_not_looked_up) {
  Heads it;  // without a store
  for (std::uint64_t n = 1; n <= 200; ++n) {
    it.walk(api_slot, 50 * n);
    // Of an entry that was passed before, of one that was not reached yet, and of its own slot.
    it.record(tool_slot, {mark_of(api_slot, 50 * n - 30), mark_of(other_api_slot, 20 * n), mark_of(tool_slot, n)});
    it.walk(other_api_slot, 20 * n - 5);
  }
  it.walk(other_api_slot, 4000);
  it.check.end();
  BOOST_TEST(it.check.is_empty());
  BOOST_TEST(it.findings.problems == Texts(), boost::test_tools::per_element());
  BOOST_TEST(it.check.right() == 600U);
}

BOOST_AUTO_TEST_CASE(a_rewritten_entry_is_found_before_and_after_the_walk_passes_it) {
  const AuditMark other = mark_of(api_slot, 7, 99);
  const std::vector<std::uint64_t> walked{3, 7, 20};
  for (const std::uint64_t first : walked) {
    Heads it;
    it.walk(api_slot, first);
    it.record(tool_slot, {other});
    it.walk(api_slot, 30);
    BOOST_TEST(it.findings.problems == Texts{fault(mark_of(tool_slot, 1), other, rewritten)},
               boost::test_tools::per_element());
    BOOST_TEST(it.check.right() == 0U);
    BOOST_TEST(it.check.is_empty());
  }
}

BOOST_AUTO_TEST_CASE(what_was_pruned_is_answered_from_the_checkpoint) {
  Heads it;
  it.check.begins_after(mark_of(api_slot, 10));
  it.walked[api_slot] = 10;
  it.record(tool_slot, {mark_of(api_slot, 9, 77)});  // its hash is not known any more
  it.record(tool_slot, {mark_of(api_slot, 10)});
  BOOST_TEST(it.check.right() == 2U);
  BOOST_TEST(it.findings.problem_count == 0U);
  const AuditMark other = mark_of(api_slot, 10, 99);
  it.record(tool_slot, {other});
  BOOST_TEST(it.findings.problems == Texts{fault(mark_of(tool_slot, 3), other, missing)},
             boost::test_tools::per_element());
  BOOST_TEST(it.check.is_empty());
}

BOOST_AUTO_TEST_CASE(what_no_walk_passes_is_looked_up) {
  const SlotRows first = SlotRows(api_slot).fill(3);
  SlotStore store({first});
  Heads it(store.store().context());
  AuditMark later = first.mark;
  later.sequence = 4;
  // The walk ends before the third entry, and jumps over the first.
  it.record(tool_slot, {first.mark, later, mark_of(api_slot, 1, 99)});
  it.check.entry(mark_of(api_slot, 2), true, {});
  BOOST_TEST(!it.check.is_empty());
  it.check.end();
  BOOST_REQUIRE(it.check.look_up());
  BOOST_TEST(it.check.is_empty());
  BOOST_TEST(it.check.right() == 1U);
  const AuditMark where = mark_of(tool_slot, 1);
  BOOST_TEST(
      it.findings.problems == (Texts{fault(where, mark_of(api_slot, 1, 99), rewritten), fault(where, later, missing)}),
      boost::test_tools::per_element());
}

// An attacker may record any number of heads.
BOOST_AUTO_TEST_CASE(heads_that_wait_are_bounded) {
  Heads it;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    std::vector<AuditMark> heads;
    for (std::uint64_t i = 1; i <= 64; ++i) heads.push_back(mark_of(api_slot, 64 * n + i));
    it.record(tool_slot, heads);
    if (!it.check.is_empty()) return;
  }
  BOOST_TEST_ERROR("64,000 heads wait");
}

BOOST_AUTO_TEST_SUITE_END()
