// Reading the audit log in pages, and checking its chain alone.
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_trail.hpp"

#include "store/model/timestamp.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

AuditAnchor anchor_of(const AuditMark& mark) {
  AuditAnchor anchor;
  anchor.sequence = mark.sequence;
  anchor.hash = mark.hash;
  return anchor;
}

AuditPoint at(std::uint64_t sequence) {
  AuditPoint point;
  point.sequence = sequence;
  return point;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_read)

BOOST_AUTO_TEST_CASE(an_empty_log) {
  AuditFixture fixture;
  BOOST_TEST(fixture.head().sequence == 0U);
  BOOST_TEST(fixture.read(0).empty());
  BOOST_TEST(fixture.read(7).empty());
  const AuditReport report = fixture.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.entries == 0U);
  BOOST_TEST(to_string(report.head) == "0:" + std::string(64, '0'));
}

BOOST_AUTO_TEST_CASE(pages_join_without_a_gap_and_continue_with_new_entries) {
  AuditFixture fixture(2500);
  AuditReader reader = fixture.store().audit().read(0);
  std::uint64_t next = 1;
  std::size_t pages = 0;
  for (bool more = true; more;) {
    const auto page = reader.next();
    BOOST_REQUIRE(page);
    more = !page->empty();
    pages += more ? 1 : 0;
    for (const AuditRecord& record : *page) {
      BOOST_TEST(record.mark.sequence == next++);
      BOOST_TEST(record.fault == "");
    }
  }
  BOOST_TEST(next == 2501U);
  BOOST_TEST(pages >= 3U);
  fixture.add(1);
  const auto page = reader.next();
  BOOST_REQUIRE((page && page->size() == 1));
  BOOST_TEST(page->front().mark.sequence == 2501U);
  BOOST_TEST(page->front().fault == "");
  BOOST_CHECK(page->front().mark == fixture.head());
}

BOOST_AUTO_TEST_CASE(reading_begins_and_checks_at_the_given_point) {
  AuditFixture fixture(5);
  const auto some = fixture.read(4);
  BOOST_TEST(some.size() == 2U);
  BOOST_TEST(some.front().mark.sequence == 4U);
  BOOST_TEST(some.front().fault == "");
  AuditReader beyond = fixture.store().audit().read(100);
  BOOST_TEST(beyond.next()->empty());
  fixture.add(1);
  BOOST_TEST(beyond.next()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(points_are_sequences_or_instants) {
  AuditFixture fixture;
  const std::int64_t began = now_microseconds();
  fixture.add(1);
  const AuditRecord record = fixture.read(0).front();
  BOOST_TEST(!is_before(record, at(1)));
  BOOST_TEST(is_before(record, at(2)));
  AuditPoint instant;
  instant.instant = began;
  BOOST_TEST(!is_before(record, instant));
  instant.instant = now_microseconds() + 1;
  BOOST_TEST(is_before(record, instant));
  AuditRecord nameless = record;
  nameless.body = "{\"plane\":\"api\"}";
  BOOST_TEST(!is_before(nameless, instant));
  BOOST_TEST(audit_time(record.body).size() == 27U);
  BOOST_TEST(audit_time("{\"time\":\"2026") == "");
}

BOOST_AUTO_TEST_CASE(altered_and_missing_entries_are_marked) {
  AuditFixture fixture(5);
  Rows rows = fixture.rows(Table::audit);
  std::string altered = rows.at(AuditFixture::key(3));
  altered.back() = ']';
  fixture.put(Table::audit, AuditFixture::key(3), altered);
  auto all = fixture.read(0);
  BOOST_TEST(all.size() == 5U);
  BOOST_TEST(all.at(2).fault == "audit entry 3 does not match its hash and the previous entry");
  BOOST_TEST(all.at(3).fault == "");  // entry 4 follows the stored hash
  BOOST_TEST(fixture.verify_log().problem_count == 1U);
  fixture.put(Table::audit, AuditFixture::key(3), std::nullopt);
  all = fixture.read(0);
  BOOST_TEST(all.size() == 4U);
  BOOST_TEST(all.at(2).fault == "audit entries are missing: 2 is followed by 4");
  BOOST_TEST(fixture.verify_log().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(an_invalid_row_ends_reading_after_the_entries_before_it) {
  AuditFixture fixture(5);
  fixture.put(Table::audit, AuditFixture::key(4), "not an entry");
  AuditReader reader = fixture.store().audit().read(0);
  BOOST_TEST(reader.next()->size() == 3U);
  const auto page = reader.next();
  BOOST_REQUIRE(!page);
  BOOST_CHECK(page.error().code == Errc::integrity);
  BOOST_TEST(page.error().subject == "an audit entry after 3 cannot be read");
  const AuditReport report = fixture.verify_log();
  BOOST_TEST(report.problem_count == 1U);
  BOOST_TEST(report.head.sequence == 3U);
}

BOOST_AUTO_TEST_CASE(an_anchor_is_found_or_missed) {
  AuditFixture fixture(5);
  const AuditMark third = fixture.mark(3);
  BOOST_TEST(fixture.verify_log(anchor_of(third)).problem_count == 0U);
  AuditAnchor anchor = anchor_of(third);
  anchor.sequence.reset();
  BOOST_TEST(fixture.verify_log(anchor).problem_count == 0U);
  anchor.hash[0] = static_cast<std::uint8_t>(anchor.hash[0] ^ 1U);
  BOOST_TEST(fixture.verify_log(anchor).problems.at(0).starts_with("no entry has the anchor's hash"));
  anchor.sequence = 3;
  BOOST_TEST(fixture.verify_log(anchor).problems.at(0).starts_with("entry 3 differs from the anchor 3:"));
  // The newest entries were cut off: nothing else shows that.
  const AuditMark head = fixture.head();
  fixture.put(Table::audit, AuditFixture::key(5), std::nullopt);
  BOOST_TEST(fixture.verify_log().problem_count == 0U);
  BOOST_TEST(fixture.verify_log(anchor_of(head)).problems.at(0).ends_with("names an entry that is missing"));
}

BOOST_AUTO_TEST_SUITE_END()
