// A store with an audit log of a known number of entries.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_trail.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

struct AuditFixture : StoreFixture {
  explicit AuditFixture(int entries = 0, StoreFixtureOptions options = {}) : StoreFixture(std::move(options)) {
    add(entries);
  }

  void add(int entries) {
    for (int i = 0; i < entries; ++i) {
      AuditEvent event;
      event.action = AuditAction::credential_refused;
      event.reason = "expired";
      BOOST_REQUIRE(wait(store().audit().record(std::move(event), who())));
    }
  }
  AuditMark head() { return *store().audit().head(); }
  /// The place of an entry in the chain.
  AuditMark mark(std::uint64_t sequence) {
    AuditReader reader = store().audit().read(sequence);
    const auto page = reader.next();
    BOOST_REQUIRE((page && !page->empty() && page->front().mark.sequence == sequence));
    return page->front().mark;
  }
  /// All entries from that sequence on.
  std::vector<AuditRecord> read(std::uint64_t first) {
    AuditReader reader = store().audit().read(first);
    std::vector<AuditRecord> all;
    for (bool more = true; more;) {
      const auto page = reader.next();
      BOOST_REQUIRE(page);
      more = !page->empty();
      all.insert(all.end(), page->begin(), page->end());
    }
    return all;
  }
  AuditReport verify_log(const std::optional<AuditAnchor>& anchor = {}) {
    auto report = store().audit().verify(anchor, {});
    BOOST_REQUIRE(report);
    for (const auto& problem : report->problems) BOOST_TEST_MESSAGE(problem);
    return std::move(*report);
  }
  AuditPrunePlan plan(const AuditPoint& before) {
    const auto plan = store().audit().plan_prune(before);
    BOOST_REQUIRE(plan);
    return *plan;
  }
  /// Prunes all entries before that sequence; returns their number.
  std::uint64_t prune(std::uint64_t before) {
    AuditPoint point;
    point.sequence = before;
    AuditContext context = who();
    context.plane = "operator";
    const auto pruned = wait(store().audit().prune(plan(point).through, std::move(context), {}));
    BOOST_REQUIRE(pruned);
    return *pruned;
  }
  static std::string key(std::uint64_t sequence) { return std::string(crypto::as_text(audit_key(sequence))); }
  static std::string checkpoint() { return "audit checkpoint"; }
};

}  // namespace tacit::store::testing
