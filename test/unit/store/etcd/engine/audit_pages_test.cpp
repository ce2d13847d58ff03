// The audit log of a store in etcd, seen as rows.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_log.hpp"
#include "store/etcd/engine/audit_position.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Task<bool> log_several(Transaction& transaction, int from, int through) {
  for (int i = from; i <= through; ++i) transaction.log("{\"n\":" + std::to_string(i) + "}");
  co_return true;
}

void log_range(Engine& engine, int from, int through) {
  BOOST_TEST(!write(engine, [=](Transaction& transaction) { return log_several(transaction, from, through); }));
}

/// "api-1:3 api-1:4 …" of rows.
std::string places_of(const Rows& rows) {
  std::string places;
  for (const auto& [key, value] : rows) {
    const auto place = entry_of_key(key);
    places += place ? to_string(place->slot) + ":" + std::to_string(place->sequence) + " " : "? ";
  }
  return places;
}

std::string bodies_of(const Rows& rows) {
  std::string bodies;
  for (const auto& [key, value] : rows) {
    const auto entry = parse_audit_row(Row{key, value});
    bodies += entry ? std::string(entry->body) : "?";
  }
  return bodies;
}

Bytes key_of(std::uint16_t index, std::uint8_t sequence) {
  return Bytes{0xFF, 0x10, static_cast<std::uint8_t>(index), 0, 0, 0, 0, 0, 0, 0, sequence};
}

Task<bool> read_newest(Transaction& transaction, std::string& newest, std::string& slots) {
  const auto row = co_await transaction.newest_entry(slot_of(SlotOwner::api, 2));
  const auto place = row ? entry_of_key(row->key) : std::nullopt;
  newest = place ? std::to_string(place->sequence) : "none";
  const auto all = co_await transaction.audit_slots();
  slots.clear();
  for (const AuditSlot slot : all) slots += to_string(slot) + " ";
  co_return false;
}

Task<bool> erase_through(Transaction& transaction, std::uint16_t index, std::uint8_t first, std::uint8_t through) {
  for (std::uint8_t i = first; i <= through; ++i) transaction.erase(Table::audit, key_of(index, i));
  const auto rows = co_await transaction.scan(Table::audit, {}, {}, SIZE_MAX);
  co_return rows.size() > 0;
}

/// Without reading anything else.
Task<bool> erase_alone(Transaction& transaction, std::uint8_t first, std::uint8_t through) {
  for (std::uint8_t i = first; i <= through; ++i) transaction.erase(Table::audit, key_of(1, i));
  co_return true;
}

/// Whether the entry is there, and then erases through it.
Task<bool> erase_seen(Transaction& transaction, std::uint8_t first, std::uint8_t through, bool& seen) {
  const Bytes key = key_of(1, through);
  const auto row = co_await transaction.get(Table::audit, key);
  seen = row.has_value();
  for (std::uint8_t i = first; i <= through; ++i) transaction.erase(Table::audit, key_of(1, i));
  co_return true;
}

Task<bool> wait_for(Transaction&, std::shared_future<void> gate) {
  gate.wait();
  co_return false;
}

/// Submits the writes while the writer is busy, so that they are of one batch.
void write_together(Engine& engine, std::vector<Work> works) {
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  auto busy = submit(engine, [open](Transaction& transaction) { return wait_for(transaction, open); });
  std::vector<std::future<std::optional<Errc>>> answers;
  for (Work& work : works) answers.push_back(submit(engine, std::move(work)));
  gate.set_value();
  BOOST_TEST(!busy.get());
  for (auto& answer : answers) BOOST_TEST(!answer.get());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_audit_pages)

BOOST_AUTO_TEST_CASE(entries_of_all_slots_are_rows_in_order) {
  FakeCluster cluster;
  const auto one = engine_on(cluster, {.slot = 1});
  const auto two = engine_on(cluster, {.slot = 2});
  log_range(*two, 1, 2);
  log_range(*one, 1, 3);
  log_range(*two, 3, 3);
  BOOST_TEST(places_of(scan(*one, Table::audit)) == "api-1:1 api-1:2 api-1:3 api-2:1 api-2:2 api-2:3 ");
  BOOST_TEST(bodies_of(scan(*one, Table::audit)) == R"({"n":1}{"n":2}{"n":3}{"n":1}{"n":2}{"n":3})");
  BOOST_TEST(places_of(scan(*one, Table::audit, Bytes{0xFF, 0x10, 2})) == "api-2:1 api-2:2 api-2:3 ");
  BOOST_TEST(places_of(scan(*one, Table::audit, Bytes{0})) == "");
}

BOOST_AUTO_TEST_CASE(pages_begin_and_end_within_blocks) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 5);
  log_range(*engine, 6, 6);
  log_range(*engine, 7, 9);
  std::string all;
  Bytes start;
  for (int pages = 0; pages < 10; ++pages) {
    const Rows page = scan(*engine, Table::audit, {}, start, 2);
    if (page.empty()) break;
    all += bodies_of(page);
    start = key_after(page.back().first);
  }
  BOOST_TEST(all == R"({"n":1}{"n":2}{"n":3}{"n":4}{"n":5}{"n":6}{"n":7}{"n":8}{"n":9})");
  BOOST_TEST(get(*engine, Table::audit, text(key_of(1, 8))).has_value());
  BOOST_TEST(!get(*engine, Table::audit, text(key_of(1, 10))).has_value());
  BOOST_TEST(!get(*engine, Table::audit, text(key_of(2, 1))).has_value());
}

BOOST_AUTO_TEST_CASE(the_newest_entry_and_the_slots_are_known) {
  FakeCluster cluster;
  const auto one = engine_on(cluster, {.slot = 1});
  const auto two = engine_on(cluster, {.slot = 2});
  std::string newest;
  std::string slots;
  const auto work = [&](Transaction& transaction) { return read_newest(transaction, newest, slots); };
  BOOST_TEST(!put(*one, Table::tenants, "a", "1"));  // a head without entries
  BOOST_TEST(!one->read(work));
  BOOST_TEST(newest == "none");
  BOOST_TEST(slots == "");
  log_range(*one, 1, 1);
  log_range(*two, 1, 4);
  BOOST_TEST(!one->read(work));
  BOOST_TEST(newest == "4");
  BOOST_TEST(slots == "api-1 api-2 ");
}

BOOST_AUTO_TEST_CASE(the_oldest_entries_can_be_removed) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 2);
  log_range(*engine, 3, 5);
  log_range(*engine, 6, 7);
  const std::string rest = bodies_of(scan(*engine, Table::audit, {}, key_of(1, 5)));
  const Rows before = scan(*engine, Table::audit, {}, key_of(1, 5));
  BOOST_TEST(!write(*engine, [](Transaction& transaction) { return erase_through(transaction, 1, 1, 4); }));
  BOOST_TEST(places_of(scan(*engine, Table::audit)) == "api-1:5 api-1:6 api-1:7 ");
  BOOST_TEST(bodies_of(scan(*engine, Table::audit)) == rest);
  BOOST_TEST((scan(*engine, Table::audit, {}, key_of(1, 6)) == Rows(before.begin() + 1, before.end())));
  // Through the middle of the newest block.
  BOOST_TEST(!write(*engine, [](Transaction& transaction) { return erase_through(transaction, 1, 5, 6); }));
  BOOST_TEST(places_of(scan(*engine, Table::audit)) == "api-1:7 ");
  log_range(*engine, 8, 8);
  BOOST_TEST(places_of(scan(*engine, Table::audit)) == "api-1:7 api-1:8 ");
}

BOOST_AUTO_TEST_CASE(entries_in_the_middle_of_a_block_cannot_be_removed) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 5);
  const auto work = [](Transaction& transaction) { return erase_through(transaction, 1, 3, 4); };
  BOOST_TEST((write(*engine, work) == Errc::unavailable));
  BOOST_TEST(scan(*engine, Table::audit).size() == 5U);
}

BOOST_AUTO_TEST_CASE(another_process_may_prune_a_slot_that_is_in_use) {
  FakeCluster cluster;
  const auto lost = std::make_shared<std::atomic<int>>(0);
  const auto one = engine_on(cluster, {.slot = 1}, lost);
  const auto two = engine_on(cluster, {.slot = 2});
  log_range(*one, 1, 5);
  BOOST_TEST(!write(*two, [](Transaction& transaction) { return erase_through(transaction, 1, 1, 3); }));
  log_range(*one, 6, 6);
  BOOST_TEST(places_of(scan(*one, Table::audit)) == "api-1:4 api-1:5 api-1:6 ");
  BOOST_TEST(lost->load() == 0);
}

// The first one puts the rest of the block in another place.
BOOST_AUTO_TEST_CASE(two_prunings_of_a_block_in_one_batch) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 5);
  log_range(*engine, 6, 7);
  write_together(*engine, {[](Transaction& transaction) { return erase_alone(transaction, 1, 2); },
                           [](Transaction& transaction) { return erase_alone(transaction, 3, 4); }});
  BOOST_TEST(places_of(scan(*engine, Table::audit)) == "api-1:5 api-1:6 api-1:7 ");
  BOOST_TEST(bodies_of(scan(*engine, Table::audit)) == R"({"n":5}{"n":6}{"n":7})");
}

BOOST_AUTO_TEST_CASE(a_pruning_sees_what_an_earlier_one_of_its_batch_left) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 3);
  log_range(*engine, 4, 9);
  bool gone = true;
  bool left = false;
  write_together(*engine, {[](Transaction& transaction) { return erase_alone(transaction, 1, 5); },
                           [&gone](Transaction& transaction) { return erase_seen(transaction, 1, 3, gone); },
                           [&left](Transaction& transaction) { return erase_seen(transaction, 6, 8, left); }});
  BOOST_TEST(!gone);
  BOOST_TEST(left);
  BOOST_TEST(bodies_of(scan(*engine, Table::audit)) == R"({"n":9})");
}

BOOST_AUTO_TEST_CASE(a_block_that_cannot_be_read_is_a_row_that_is_no_entry) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  log_range(*engine, 1, 2);
  log_range(*engine, 3, 3);
  const KeyMap keys("main");
  cluster.put(keys.block({slot_of(SlotOwner::api, 1), 1}), bytes("nonsense"));
  BOOST_TEST(bodies_of(scan(*engine, Table::audit)) == R"(?{"n":3})");
}

BOOST_AUTO_TEST_CASE(places_follow_the_order_of_keys) {
  BOOST_TEST((*first_entry_from({}) == AuditPosition{}));
  BOOST_TEST((*first_entry_from(Bytes{0, 0, 0, 0, 0, 0, 0, 9}) == AuditPosition{AuditSlot{}, 9}));
  BOOST_TEST((*first_entry_from(Bytes{0, 0, 0, 0, 0, 0, 0, 9, 0}) == AuditPosition{AuditSlot{}, 10}));
  BOOST_TEST((*first_entry_from(Bytes{1}) == AuditPosition{AuditSlot{1}, 0}));
  BOOST_TEST((*first_entry_from(Bytes{0xFF, 0x10}) == AuditPosition{AuditSlot{0x1000}, 0}));
  BOOST_TEST((*first_entry_from(key_after(key_of(2, 5))) == AuditPosition{AuditSlot{0x1002}, 6}));
  BOOST_TEST((*entry_of_key(key_of(2, 5)) == AuditPosition{AuditSlot{0x1002}, 5}));
  BOOST_TEST(!entry_of_key(Bytes{0xFF, 0x10, 2}));
  BOOST_TEST(!first_entry_from(Bytes(12, 0xFF)));
}

BOOST_AUTO_TEST_SUITE_END()
