// A commit stays in doubt, and its process gets another slot: the commit may still be applied, by the head of the slot
// that nobody continues. It then counts as later, or, if anything that it has read was changed, not at all.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "store/audit/audit_log.hpp"
#include "store/etcd/engine/audit_position.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Task<bool> add_one(Transaction& transaction, std::string name) {
  const Bytes key = bytes(name);
  const auto row = co_await transaction.get(Table::tenants, key);
  const int before = row ? std::stoi(text(*row)) : 0;
  transaction.put(Table::tenants, key, bytes(std::to_string(before + 1)));
  transaction.log("{\"" + name + "\":" + std::to_string(before + 1) + "}");
  co_return true;
}

struct MovingEngine {
  MovingEngine() {
    EngineChoice choice;
    choice.deadline = std::chrono::milliseconds(1'200);
    choice.moves = number;
    engine = engine_on(cluster, std::move(choice));
    BOOST_REQUIRE(!add("a"));
    BOOST_REQUIRE(!add("b"));
  }

  std::optional<Errc> add(const std::string& name) {
    return write(*engine, [name](Transaction& transaction) { return add_one(transaction, name); });
  }
  /// Its commit is on its way when the process gets another slot.
  void add_in_doubt_and_move(const std::string& name) {
    cluster.hold_writes();
    BOOST_TEST((add(name) == Errc::unavailable));
    cluster.stop_holding();
    number->store(2);
    // The writer has answered, but it is busy until it has taken note of that.
    for (int i = 0; engine->unwilling() && i < 1'000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::string value(const std::string& name) { return get(*engine, Table::tenants, name).value_or("none"); }
  /// Each slot's entries are in sequence; returns their number.
  std::size_t entries() {
    const Rows rows = scan(*engine, Table::audit);
    AuditPosition last;
    for (const auto& [key, row] : rows) {
      const auto place = entry_of_key(key);
      BOOST_REQUIRE(place);
      if (place->slot != last.slot) last = AuditPosition{place->slot, 0};
      BOOST_TEST(place->sequence == last.sequence + 1);
      last = *place;
    }
    return rows.size();
  }

  FakeCluster cluster;
  std::shared_ptr<std::atomic<std::uint16_t>> number = std::make_shared<std::atomic<std::uint16_t>>(std::uint16_t{1});
  std::unique_ptr<EtcdEngine> engine;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(moved_slot)

BOOST_FIXTURE_TEST_CASE(a_late_commit_is_refused_if_what_it_read_was_changed, MovingEngine) {
  add_in_doubt_and_move("a");
  BOOST_TEST(!add("a"));  // the client tries again
  BOOST_TEST(value("a") == "2");
  BOOST_TEST(!cluster.deliver_held());
  BOOST_TEST(value("a") == "2");
  BOOST_TEST(entries() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_late_commit_of_other_rows_counts_as_later, MovingEngine) {
  add_in_doubt_and_move("a");
  BOOST_TEST(!add("b"));
  BOOST_TEST(cluster.deliver_held());
  BOOST_TEST(value("a") == "2");
  BOOST_TEST(value("b") == "2");
  BOOST_TEST(entries() == 4U);
  // Both slots go on.
  BOOST_TEST(!add("a"));
  number->store(1);
  BOOST_TEST(!add("a"));
  BOOST_TEST(value("a") == "4");
  BOOST_TEST(entries() == 6U);
}

BOOST_FIXTURE_TEST_CASE(a_late_commit_is_refused_once_its_slot_goes_on, MovingEngine) {
  add_in_doubt_and_move("a");
  BOOST_TEST(!add("b"));
  const auto other = engine_on(cluster, {.slot = 1});
  BOOST_TEST(!write(*other, [](Transaction& transaction) { return add_one(transaction, "b"); }));
  BOOST_TEST(!cluster.deliver_held());
  BOOST_TEST(value("a") == "1");
  BOOST_TEST(value("b") == "3");
  BOOST_TEST(entries() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
