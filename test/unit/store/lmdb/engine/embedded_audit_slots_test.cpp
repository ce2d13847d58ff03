// The audit log's slots in an embedded store, which it has after a restore from a shared one.
#include <boost/test/unit_test.hpp>

#include "store/engine/await.hpp"
#include "store/rows/audit_slot_key.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr AuditSlot api_1 = slot_of(SlotOwner::api, 1);
constexpr AuditSlot api_2 = slot_of(SlotOwner::api, 2);
constexpr AuditSlot tools_1 = slot_of(SlotOwner::tools, 1);

std::string sequence_key(int sequence) { return std::string(7, '\0') + static_cast<char>(sequence); }

std::string key_of(AuditSlot slot, int sequence) {
  const auto prefix = audit_slot_prefix(slot);
  return std::string(crypto::as_text(prefix)) + sequence_key(sequence);
}

Task<Outcome<std::vector<AuditSlot>>> read_slots(Transaction& transaction) {
  co_return co_await transaction.audit_slots();
}

Task<Outcome<std::string>> read_newest(Transaction& transaction, AuditSlot slot) {
  const auto row = co_await transaction.newest_entry(slot);
  co_return row ? std::string(crypto::as_text(row->key)) : std::string();
}

struct SlotsFixture : StoreFixture {
  std::vector<AuditSlot> slots() {
    auto found = read_blocking<std::vector<AuditSlot>>(engine(), read_slots);
    BOOST_REQUIRE(found);
    return std::move(*found);
  }
  std::string newest(AuditSlot slot) {
    auto found = read_blocking<std::string>(
        engine(), [slot](Transaction& transaction) { return read_newest(transaction, slot); });
    BOOST_REQUIRE(found);
    return std::move(*found);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(embedded_audit_slots)

BOOST_FIXTURE_TEST_CASE(an_empty_log_has_none, SlotsFixture) {
  BOOST_TEST(slots().empty());
  BOOST_TEST(newest({}).empty());
  BOOST_TEST(newest(api_1).empty());
}

BOOST_FIXTURE_TEST_CASE(each_slot_has_its_newest_entry, SlotsFixture) {
  for (const int sequence : {1, 2, 3}) put(Table::audit, sequence_key(sequence), std::string("row"));
  BOOST_TEST((slots() == std::vector<AuditSlot>{AuditSlot{}}));
  for (const int sequence : {1, 2}) put(Table::audit, key_of(tools_1, sequence), std::string("row"));
  for (const int sequence : {7, 9}) put(Table::audit, key_of(api_1, sequence), std::string("row"));
  BOOST_TEST((slots() == std::vector<AuditSlot>{AuditSlot{}, api_1, tools_1}));
  BOOST_TEST(newest({}) == sequence_key(3));
  BOOST_TEST(newest(api_1) == key_of(api_1, 9));
  BOOST_TEST(newest(tools_1) == key_of(tools_1, 2));
  BOOST_TEST(newest(api_2).empty());
}

BOOST_FIXTURE_TEST_CASE(a_log_without_the_slot_of_embedded_stores, SlotsFixture) {
  put(Table::audit, key_of(api_2, 5), std::string("row"));
  BOOST_TEST((slots() == std::vector<AuditSlot>{api_2}));
  BOOST_TEST(newest({}).empty());
  BOOST_TEST(newest(api_1).empty());
  BOOST_TEST(newest(api_2) == key_of(api_2, 5));
}

BOOST_FIXTURE_TEST_CASE(a_row_that_is_no_entry_is_the_newest_of_the_first_slot, SlotsFixture) {
  put(Table::audit, sequence_key(1), std::string("row"));
  put(Table::audit, key_of(api_1, 1), std::string("row"));
  const std::string junk(12, '\xff');
  put(Table::audit, junk, std::string("row"));
  BOOST_TEST((slots() == std::vector<AuditSlot>{AuditSlot{}, api_1}));
  BOOST_TEST(newest({}) == junk);  // so that nothing is appended behind its back
  BOOST_TEST(newest(api_1) == key_of(api_1, 1));
}

BOOST_FIXTURE_TEST_CASE(a_log_grows_in_full_pages_and_may_be_filled_in_between, SlotsFixture) {
  for (const int sequence : {2, 3, 1, 3}) put(Table::audit, sequence_key(sequence), std::string(1, 'a'));
  put(Table::audit, sequence_key(3), std::string(1, 'b'));
  const Rows all = rows(Table::audit);
  BOOST_TEST(all.size() == 3U);
  BOOST_TEST(all.at(sequence_key(3)) == "b");
}

BOOST_AUTO_TEST_SUITE_END()
