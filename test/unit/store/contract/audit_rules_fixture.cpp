// Rules of the audit log: each process continues a chain, chains are checked and pruned, and walks over keys end.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/keys/key_census.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rewrap.hpp"
#include "store/rows/row_key.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

void fill(ContractStore& it, int secrets) {
  for (int i = 0; i < secrets; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    BOOST_REQUIRE(it.wait(host.secrets().create(tenant_id(1), new_secret("n" + std::to_string(i)), who())));
  }
}

void each_process_continues_its_chain(ContractStore& it) {
  fill(it, 10);
  const auto heads = it.store().audit().heads();
  BOOST_REQUIRE(heads);
  BOOST_TEST(heads->size() == (it.shared() ? 2U : 1U));
  std::uint64_t entries = 0;
  for (const AuditMark& head : *heads) {
    BOOST_TEST(head.slot.is_embedded() == !it.shared());
    entries += head.sequence;
  }
  BOOST_TEST(entries == 10U);
  const auto report = it.other().audit().verify(std::nullopt, {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count == 0U);
  BOOST_TEST(report->entries == 10U);
  it.check();
}

void an_event_alone_is_recorded(ContractStore& it) {
  AuditEvent event;
  event.action = AuditAction::credential_refused;
  event.reason = "expired";
  BOOST_REQUIRE(it.wait(it.store().audit().record(event, who())));
  const auto bodies = it.audit();
  BOOST_REQUIRE(bodies.size() == 1U);
  BOOST_TEST(bodies.front().find("\"reason\":\"expired\"") != std::string::npos);
}

void old_entries_can_be_pruned(ContractStore& it) {
  fill(it, 12);
  const auto heads = it.store().audit().heads();
  BOOST_REQUIRE(heads);
  const AuditMark head = heads->front();
  AuditPoint point;
  point.sequence = head.sequence;
  point.slot = head.slot;
  const auto plan = it.store().audit().plan_prune(point, head.slot);
  BOOST_REQUIRE(plan);
  BOOST_TEST(plan->entries > 0U);
  const auto pruned = it.wait(it.store().audit().prune(plan->through, operator_context(), {}));
  BOOST_REQUIRE(pruned);
  BOOST_TEST(*pruned == plan->entries);
  const auto report = it.other().audit().verify(std::nullopt, {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count == 0U);
}

void a_rewrap_ends_with_everything_under_the_primary_key(ContractStore& it) {
  fill(it, 30);
  for (const KeyKind kind : {KeyKind::metadata, KeyKind::root}) {
    const auto target = it.wait(it.store().keys().begin_rewrap(kind, operator_context()));
    BOOST_REQUIRE(target);
    RewrapPosition from;
    for (int steps = 0;; ++steps) {
      BOOST_REQUIRE(steps < 1000);
      const auto step = it.wait(it.other().keys().rewrap_step(kind, from, 2000, operator_context()));
      BOOST_REQUIRE(step);
      BOOST_TEST(step->problems.empty());
      if (step->finished) break;
      from = step->next;
    }
    const auto census = it.other().keys().census(kind, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->unreadable == 0U);
    BOOST_TEST(census->uses.size() == 1U);
    BOOST_TEST(census->of(*target).total() > 0U);
  }
  it.check();
}

Task<Outcome<void>> erase_row(Transaction& transaction, std::string key) {
  transaction.erase(Table::tenants, crypto::as_bytes(key));
  co_return Outcome<void>();
}

void a_row_that_went_without_an_entry_is_found(ContractStore& it) {
  fill(it, 2);
  it.check();
  const Rows rows = it.rows(Table::tenants);
  const auto secret = std::ranges::find_if(rows, [](const auto& row) {
    constexpr std::size_t kind = 16;
    return row.first.size() > kind && row.first[kind] == static_cast<char>(RowKind::secret);
  });
  BOOST_REQUIRE((secret != rows.end()));
  const std::string key = secret->first;
  WorkBody<void> body = [key](Transaction& transaction) { return erase_row(transaction, key); };
  BOOST_REQUIRE(it.wait(write<void>(it.engine(), std::move(body), Growth::shrinks)));
  const auto report = verify_store(it.other(), {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count > 0U);
}

}  // namespace

std::vector<ContractRule> audit_rules() {
  return {
      {"each_process_continues_its_chain", each_process_continues_its_chain},
      {"an_event_alone_is_recorded", an_event_alone_is_recorded},
      {"old_entries_can_be_pruned", old_entries_can_be_pruned},
      {"a_rewrap_ends_with_everything_under_the_primary_key", a_rewrap_ends_with_everything_under_the_primary_key},
      {"a_row_that_went_without_an_entry_is_found", a_row_that_went_without_an_entry_is_found},
  };
}

}  // namespace tacit::store::testing
