// Rules of signatures: every commit is signed, the cut-off is recorded, checkpoints are of several slots, and what was
// altered is neither used nor passed over in silence.
#include <boost/test/unit_test.hpp>

#include <map>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/key_census.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/signing_state.hpp"
#include "store/rows/row_key.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
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

void the_last_entry_of_each_commit_is_signed(ContractStore& it) {
  fill(it, 6);
  std::map<AuditSlot, AuditEntry> last;
  std::map<AuditSlot, std::size_t> signed_entries;
  const Rows rows = it.rows(Table::audit);
  for (const auto& [key, value] : rows) {
    const Row row{crypto::as_bytes(key), crypto::as_bytes(value)};
    const auto entry = parse_audit_row(row);
    BOOST_REQUIRE(entry);
    last[entry->slot] = *entry;
    if (!entry->signatures.empty()) ++signed_entries[entry->slot];
  }
  BOOST_TEST(last.size() == (it.shared() ? 2U : 1U));
  for (const auto& [slot, entry] : last) {
    BOOST_TEST(!entry.signatures.empty());
    BOOST_TEST(signed_entries[slot] > 0U);
  }
  const auto report = it.other().audit().verify(std::nullopt, {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count == 0U);
  it.check();
}

void the_cut_off_is_recorded_once(ContractStore& it) {
  fill(it, 2);
  BOOST_TEST(!it.rows(Table::meta).contains("cut-off"));
  BOOST_REQUIRE(it.wait(record_cut_off(it.store().keys())));
  const std::string recorded = it.rows(Table::meta).at("cut-off");
  BOOST_REQUIRE(it.wait(record_cut_off(it.other().keys())));
  BOOST_TEST((it.rows(Table::meta).at("cut-off") == recorded));
  const auto state = look_at_signing(it.other().keys());
  BOOST_REQUIRE(state);
  BOOST_TEST(!state->cut_off_fault.has_value());
  it.check();
  it.put(Table::meta, "cut-off", "altered");
  const auto report = verify_store(it.other(), {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count > 0U);
  BOOST_REQUIRE(it.wait(record_cut_off(it.other().keys())));
  it.check();
}

void each_slot_has_a_checkpoint_of_its_own(ContractStore& it) {
  fill(it, 12);
  const auto heads = it.store().audit().heads();
  BOOST_REQUIRE(heads);
  std::uint64_t pruned = 0;
  for (const AuditMark& head : *heads) {
    AuditPoint point;
    point.sequence = head.sequence;
    point.slot = head.slot;
    const auto plan = it.other().audit().plan_prune(point, head.slot);
    BOOST_REQUIRE_MESSAGE(plan, to_string(head.slot) << ": " << plan.error().subject);
    const auto done = it.wait(it.store().audit().prune(plan->through, operator_context(), {}));
    BOOST_REQUIRE_MESSAGE(done, to_string(head.slot) << ": " << done.error().subject);
    pruned += *done;
  }
  BOOST_TEST(pruned > 0U);
  std::size_t checkpoints = 0;
  for (const auto& [key, value] : it.rows(Table::meta)) checkpoints += key.starts_with("audit checkpoint") ? 1U : 0U;
  BOOST_TEST(checkpoints == heads->size());
  BOOST_REQUIRE(it.wait(it.other().secrets().create(tenant_id(1), new_secret("after"), who())));
  const auto report = it.other().audit().verify(std::nullopt, {});
  BOOST_REQUIRE(report);
  for (const std::string& problem : report->problems) BOOST_TEST_ERROR(problem);
  const auto census = it.store().keys().census(KeyKind::signing, {});
  BOOST_REQUIRE(census);
  std::uint64_t signed_checkpoints = 0;
  for (const auto& [id, use] : census->uses) signed_checkpoints += use.checkpoints;
  BOOST_TEST(signed_checkpoints == heads->size());
}

void the_census_counts_what_each_signer_has_signed(ContractStore& it) {
  fill(it, 3);
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(2), new_secret("a"), who())));
  const auto census = it.other().keys().census(KeyKind::signing, {});
  BOOST_REQUIRE(census);
  BOOST_TEST(census->unreadable == 0U);
  BOOST_REQUIRE(census->uses.size() == 1U);
  const auto& [id, use] = *census->uses.begin();
  BOOST_TEST((id == contract_keys().root_signer()->id));
  BOOST_TEST(use.tenants == 2U);
  BOOST_TEST(use.key_lists == 1U);
  BOOST_TEST(use.prekeys == 6U);  // of 8, two tenants took one each
}

void an_altered_secret_is_not_released_and_audited(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  const std::string key = text(secret_row_key(tenant_id(1), made->id).view());
  std::string row = it.rows(Table::tenants).at(key);
  row.back() = static_cast<char>(row.back() ^ 1);
  it.put(Table::tenants, key, row);
  const auto found = it.wait(it.other().secrets().get(tenant_id(1), made->id, who()));
  BOOST_REQUIRE(!found);
  BOOST_CHECK(found.error().code == Errc::integrity);
  BOOST_TEST(it.count_entries("integrity") == 1U);
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  const auto released = it.wait(resolve_values(it.other(), std::move(query), tool_context()));
  BOOST_REQUIRE(!released);
  BOOST_CHECK(released.error().code == Errc::integrity);
  BOOST_TEST(it.count_entries("integrity") == 2U);
  const auto report = verify_store(it.store(), {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count > 0U);
}

void a_strictly_bound_value_moves_only_with_itself(ContractStore& it) {
  TenantLimits limits;
  limits.strict_binding = true;
  BOOST_REQUIRE(it.wait(it.store().tenants().set_limits(tenant_id(1), limits, operator_context())));
  const auto made = it.wait(it.other().secrets().create(tenant_id(1), new_default("a", "tool", "key", "one"), who()));
  BOOST_REQUIRE(made);
  SecretUpdate update;
  update.tool_name = {FieldChange::Kind::set, "other"};
  const auto refused = it.wait(it.store().secrets().update(tenant_id(1), made->id, std::move(update), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::value_needed);
  SecretUpdate with_value;
  with_value.tool_name = {FieldChange::Kind::set, "other"};
  with_value.value.emplace().append("two");
  BOOST_REQUIRE(it.wait(it.store().secrets().update(tenant_id(1), made->id, std::move(with_value), who())));
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "other";
  const auto released = it.wait(resolve_values(it.other(), std::move(query), tool_context()));
  BOOST_REQUIRE(released);
  BOOST_REQUIRE(released->size() == 1U);
  BOOST_TEST(text_of(released->front().value) == "two");
  it.check();
}

}  // namespace

std::vector<ContractRule> signature_rules() {
  return {
      {"the_last_entry_of_each_commit_is_signed", the_last_entry_of_each_commit_is_signed},
      {"the_cut_off_is_recorded_once", the_cut_off_is_recorded_once},
      {"each_slot_has_a_checkpoint_of_its_own", each_slot_has_a_checkpoint_of_its_own},
      {"the_census_counts_what_each_signer_has_signed", the_census_counts_what_each_signer_has_signed},
      {"an_altered_secret_is_not_released_and_audited", an_altered_secret_is_not_released_and_audited},
      {"a_strictly_bound_value_moves_only_with_itself", a_strictly_bound_value_moves_only_with_itself},
  };
}

}  // namespace tacit::store::testing
