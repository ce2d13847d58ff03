// The check of a whole log with slots beside that of an embedded store, and of the rows that only shared stores have.
#include "store/verify/verify_log.hpp"

#include "store/audit/audit_checkpoint.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/row_key.hpp"
#include "test/unit/store/audit/slot_rows_fixture.hpp"
#include "test/unit/store/verify/verify_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningRole;

namespace {

/// Gives the rows as they are wanted.
struct SlotParts : VerifyParts {
  Texts run(const std::vector<SlotRows>& slots) {
    std::vector<AuditSlot> names;
    std::map<AuditSlot, std::vector<std::pair<const std::string, std::string>>> rows;
    for (const SlotRows& slot : slots) {
      names.push_back(slot.mark.slot);
      for (const auto& each : slot.rows) rows[slot.mark.slot].push_back(each);
    }
    log.merges(names);
    std::map<AuditSlot, std::size_t> given;
    for (auto slot = log.wants(); slot; slot = log.wants()) {
      std::size_t& at = given[*slot];
      if (at == rows[*slot].size()) {
        log.ends(*slot);
      } else {
        log.row(row_of(rows[*slot][at++]), store_format);
      }
    }
    log.end();
    return report.problems;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_slots)

BOOST_AUTO_TEST_CASE(intact_slots) {
  SlotParts it;
  SlotRows second(tool_slot);
  second.commit({shared_body("tools", AuditAction::tool_refused)}, {SigningRole::tools});
  const SlotRows first = SlotRows(api_slot).fill(3);
  expect(it.run({first, second}), {});
  BOOST_TEST(it.report.audit_entries == 4U);
  BOOST_TEST(it.report.signatures_checked == 4U);
  BOOST_TEST(it.report.audit_head == "");
  BOOST_TEST((it.report.audit_heads == Texts{to_string(first.mark), to_string(second.mark)}));
  BOOST_TEST(it.log.has_slots());
  BOOST_TEST(!it.log.is_empty());
}

BOOST_AUTO_TEST_CASE(faults_name_their_slot) {
  SlotRows damaged = SlotRows(api_slot).fill(3);
  damaged.rows.erase(damaged.key(2));
  SlotParts it;
  expect(it.run({damaged, SlotRows(tool_slot)}),
         {"audit entries are missing: api-1:1 is followed by api-1:3; rows are not compared with the log"});
}

BOOST_AUTO_TEST_CASE(an_unsigned_entry_of_a_slot_is_found_before_any_cut_off_of_slot_0) {
  SlotRows forged(api_slot);
  forged.commit({shared_body("api", AuditAction::credential_refused)}, {});
  SlotParts it;
  expect(it.run({forged}), {"the newest audit entries, from api-1:1, are not signed"});
}

BOOST_AUTO_TEST_CASE(a_pruned_slot_continues_from_its_checkpoint) {
  SlotRows pruned = SlotRows(api_slot).fill(2);
  const AuditMark through = pruned.mark;
  pruned.rows.clear();
  SlotParts empty;
  empty.log.begins_after(through);
  expect(empty.run({pruned}), {"slot api-1 of the audit log is empty although it was pruned"});
  pruned.fill(2);
  SlotParts it;
  it.log.begins_after(through);
  expect(it.run({pruned}), {});
  BOOST_TEST(it.report.audit_pruned_through == 0U);
}

BOOST_AUTO_TEST_CASE(slots_need_the_format_of_slots) {
  for (const std::uint32_t format : {store_format, slots_store_format}) {
    SlotParts it;
    it.meta.row({format_row_key(), format_value(format)});
    it.run({SlotRows(api_slot).fill(1)});
    it.meta.finish();
    const std::string fault = "the audit log has slots, but the store's format is 5, which has none";
    const bool found = std::ranges::find(it.report.problems, fault) != it.report.problems.end();
    BOOST_TEST(found == (format == store_format));
  }
}

// A restore gets these rows from a store of that format, and the format with them.
BOOST_AUTO_TEST_CASE(rows_of_shared_stores_need_the_format_of_slots) {
  const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  AuditCheckpoint checkpoint;
  checkpoint.through.slot = api_slot;
  checkpoint.through.sequence = 7;
  checkpoint.pruned_by = "operator:root";
  const Bytes pruned = *encode_checkpoint(checkpoint, keys);
  const Bytes use = encode_api_key_use("AAAAAAAAAAA", 7, *keys.metadata);
  const auto count = [](const Texts& problems, const std::string& fault) {
    return std::ranges::count(problems, fault + ", but the store's format is 5, which has none");
  };
  for (const std::uint32_t format : {store_format, slots_store_format}) {
    SlotParts it;
    it.meta.row({checkpoint_key(api_slot), pruned});
    it.meta.row({format_row_key(), format_value(format)});
    it.meta.row({api_key_use_row_key("AAAAAAAAAAA"), use});
    it.meta.has_newest_secret();
    it.meta.finish();
    const long expected = format == store_format ? 1 : 0;
    const Texts& problems = it.report.problems;
    BOOST_TEST(count(problems, "there are records of pruned entries of the audit log's slots") == expected);
    BOOST_TEST(count(problems, "there are records of API keys' last uses beside the keys") == expected);
    BOOST_TEST(count(problems, "there are records of tenants' newest secrets") == expected);
    BOOST_TEST(count(problems, "the audit log has slots") == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_newest_secret_in_an_embedded_store_is_found) {
  SlotStore it(std::vector<SlotRows>{});
  it.put(Table::meta, "format", row_text(format_value()));
  const std::string row = row_text(tenant_id(1).view()) + static_cast<char>(RowKind::newest_secret);
  it.put(Table::tenants, row, row_text(tenant_id(2).view()));
  const VerifyReport report = it.verify();
  const std::string fault = "there are records of tenants' newest secrets, but the store's format is 5, which has none";
  BOOST_TEST((std::ranges::find(report.problems, fault) != report.problems.end()));
}

BOOST_AUTO_TEST_CASE(a_store_with_slots_is_verified_whole) {
  const SlotRows first = SlotRows(api_slot).fill(3);
  SlotRows second(tool_slot);
  second.commit(heads_body({first.mark}));
  {
    SlotStore it({first, second});
    const VerifyReport report = it.verify();
    for (const std::string& problem : report.problems) BOOST_TEST_MESSAGE(problem);
    BOOST_TEST(report.problem_count == 0U);
    BOOST_TEST(report.audit_heads.size() == 2U);
    BOOST_TEST(report.heads_checked == 1U);
  }
  SlotRows cut = first;
  cut.rows.erase(cut.key(3));
  SlotStore it({cut, second});
  const VerifyReport report = it.verify();
  BOOST_REQUIRE(report.problem_count == 1U);
  BOOST_TEST(report.problems.front().find("entries were cut off from the slot") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_row_in_no_slot_is_found) {
  SlotStore it({SlotRows(api_slot).fill(3)});
  // In the place of a slot that there cannot be, before another.
  it.put(Table::audit, std::string("\xff\x10\x00", 3) + std::string(8, '\1'), std::string("forged"));
  const VerifyReport report = it.verify();
  const std::string fault = "1 row of the audit log is in none of its slots";
  BOOST_TEST((std::ranges::find(report.problems, fault) != report.problems.end()));
}

BOOST_AUTO_TEST_CASE(uses_of_api_keys) {
  const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  const Bytes key = api_key_use_row_key("AAAAAAAAAAA");
  Bytes value = encode_api_key_use("AAAAAAAAAAA", 7, *keys.metadata);
  const std::string altered = "API key AAAAAAAAAAA: the record of its last use was altered";
  const auto findings = [&](const Bytes& row) {
    VerifyParts parts;
    parts.meta.row({key, row});
    return parts.report.problems;
  };
  expect(findings(value), {});
  value.push_back(0);
  expect(findings(value), {altered});
  expect(findings({}), {altered});
}

BOOST_AUTO_TEST_SUITE_END()
