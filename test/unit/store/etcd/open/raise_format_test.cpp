// The rise of a store in etcd: not while a process of an older build may write, and in two steps.
#include "store/etcd/open/raise_format.hpp"

#include <boost/test/unit_test.hpp>

#include "store/etcd/rpc/rpc_await.hpp"
#include "store/etcd/slots/free_slot.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  Fixture() {
    options.name = "main";
    options.write_deadline = 5s;
    put(format_row_key(), format_value(4));
    put(rows_row_key(), rows_value(3));
  }

  void put(ByteView key, Bytes value) { cluster->put(keys.key(Table::meta, key), std::move(value)); }
  Bytes stored(ByteView key) const { return cluster->value(keys.key(Table::meta, key)).value_or(Bytes()); }
  void hold(AuditSlot slot, Bytes value) { cluster->put(slot_lease_key(keys, slot), std::move(value)); }
  void erase(Bytes key) {
    WriteTxn txn;
    txn.changes.emplace_back(Delete{.key = std::move(key)});
    BOOST_REQUIRE(write_now(*cluster->client(), std::move(txn), Clock::now() + 5s).has_value());
  }
  bool has(std::uint32_t format, std::uint32_t rows) const {
    return stored(format_row_key()) == format_value(format) && stored(rows_row_key()) == rows_value(rows);
  }
  Outcome<FormatRaised> raise(const std::function<void()>& waiting = {}) {
    return raise_format(cluster->client(), options, waiting, 10ms);
  }

  std::shared_ptr<FakeCluster> cluster = std::make_shared<FakeCluster>();
  KeyMap keys{"main"};
  EtcdOptions options;
  const Bytes process = Bytes(16, 7);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(raise_format)

BOOST_FIXTURE_TEST_CASE(the_format_rises_first_and_the_rows_after_the_wait, Fixture) {
  hold(slot_of(SlotOwner::api, 1), slot_lease_value(process));
  bool waited = false;
  const auto raised = raise([&] {
    waited = true;
    BOOST_TEST(has(6, 3));
  });
  BOOST_TEST_REQUIRE(raised.has_value());
  BOOST_TEST(waited);
  BOOST_TEST(raised->before == 4U);
  BOOST_TEST(raised->after == 6U);
  BOOST_TEST(has(6, 5));
  const auto again = raise([] { BOOST_ERROR("there is no more to do"); });
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(again->rows_were_new);
}

BOOST_FIXTURE_TEST_CASE(an_older_process_keeps_the_store_as_it_is, Fixture) {
  for (const SlotOwner owner : {SlotOwner::api, SlotOwner::tools, SlotOwner::operators}) {
    const AuditSlot slot = slot_of(owner, 3);
    hold(slot, process);
    const auto refused = raise();
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error().code == Errc::not_allowed));
    BOOST_TEST(refused.error().subject.find(to_string(slot)) != std::string::npos, refused.error().subject);
    BOOST_TEST(has(4, 3));
    erase(slot_lease_key(keys, slot));
  }
}

BOOST_FIXTURE_TEST_CASE(an_older_process_that_comes_during_the_wait_keeps_the_rows_as_they_are, Fixture) {
  const auto refused = raise([this] { hold(slot_of(SlotOwner::api, 1), process); });
  BOOST_TEST(!refused.has_value());
  BOOST_TEST(has(6, 3));
  erase(slot_lease_key(keys, slot_of(SlotOwner::api, 1)));
  BOOST_TEST(raise().has_value());
  BOOST_TEST(has(6, 5));
}

BOOST_FIXTURE_TEST_CASE(a_store_that_is_absent_or_unknown_is_refused, Fixture) {
  put(format_row_key(), format_value(slots_store_format + 1));
  BOOST_TEST(!raise().has_value());
  erase(keys.key(Table::meta, format_row_key()));
  const auto refused = raise();
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == Errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
