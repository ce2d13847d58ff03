// Long reads whose revision etcd forgets: the walk goes on, and its rows are those of its first revision.
#include <boost/test/unit_test.hpp>

#include <string>

#include "store/etcd/engine/past_rows.hpp"
#include "store/etcd/rpc/rpc_await.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

const KeyMap& map() {
  static const KeyMap keys("main");
  return keys;
}

Bytes at(const std::string& key) { return map().key(Table::tenants, bytes(key)); }

Clock::time_point soon() { return Clock::now() + std::chrono::seconds(10); }

void erase(FakeCluster& cluster, const std::string& key) {
  WriteTxn txn;
  txn.changes.emplace_back(Delete{.key = at(key)});
  BOOST_REQUIRE(write_now(*cluster.client(), std::move(txn), soon()).has_value());
}

std::string shown(const Rows& rows) {
  std::string result;
  for (const auto& [key, value] : rows) result += text(key) + "=" + text(value) + " ";
  return result;
}

/// A walk of four rows a page. `between` is called after each page, and `begun` counts its beginnings.
struct Walk {
  std::function<void(int page)> between;
  Rows rows{};
  int begun = 0;

  Task<bool> run(Transaction& transaction) {
    ++begun;
    rows.clear();
    Bytes start;
    for (int page = 0;; ++page) {
      const auto found = co_await transaction.scan(Table::tenants, {}, start, 4);
      for (const Row& row : found) rows.emplace_back(copy_of(row.key), copy_of(row.value));
      if (found.empty()) co_return false;
      start = key_after(found.back().key);
      transaction.release_rows();
      between(page);
    }
  }
};

struct Filled {
  Filled() {
    for (int i = 10; i < 50; ++i) BOOST_REQUIRE(!put(*engine, Table::tenants, "k" + std::to_string(i), "old"));
    before = scan(*engine, Table::tenants);
  }
  void put_now(const std::string& key, const std::string& value) { cluster.put(at(key), bytes(value)); }
  void compact() { cluster.compact(cluster.revision()); }

  FakeCluster cluster;
  std::unique_ptr<EtcdEngine> engine = engine_on(cluster);
  Rows before;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_past_rows)

BOOST_FIXTURE_TEST_CASE(a_walk_goes_on_when_its_revision_is_compacted_again_and_again, Filled) {
  int changes = 0;
  Walk walk;
  walk.between = [&](int page) {
    if (walk.begun == 1) return page == 1 ? (put_now("k00", "before the walk"), compact()) : void();
    const std::string number = std::to_string(++changes);
    put_now("k11", "changed behind the walk " + number);
    put_now("k40", "changed before it comes " + number);
    put_now("k41", "made again " + number);
    erase(cluster, "k41");
    if (changes % 2 == 0) put_now("k41", "made again " + number);
    put_now("k" + std::to_string(10 + changes) + " new", "made");
    put_now("k" + std::to_string(30 + changes) + " new", "made");
    put_now("k49 " + number, "made");
    if (changes == 2) erase(cluster, "k49");
    compact();
  };
  before.insert(before.begin(), {bytes("k00"), bytes("before the walk")});
  BOOST_TEST(!engine->read([&](Transaction& transaction) { return walk.run(transaction); }));
  BOOST_TEST(walk.begun == 2);
  BOOST_TEST(changes > 5);
  BOOST_TEST(shown(walk.rows) == shown(before));
  BOOST_TEST(scan(*engine, Table::tenants).size() > before.size());
}

/// Pages of the answer that have none of the walk's rows do not end it.
BOOST_FIXTURE_TEST_CASE(rows_that_were_made_since_fill_no_page, Filled) {
  Walk walk;
  walk.between = [&](int page) {
    if (walk.begun == 1) return page == 0 ? (put_now("k00", "before the walk"), compact()) : void();
    if (page != 0) return;
    for (int i = 0; i < 1'500; ++i) put_now("k15 " + std::to_string(10'000 + i), "made");
    compact();
  };
  BOOST_TEST(!engine->read([&](Transaction& transaction) { return walk.run(transaction); }));
  before.insert(before.begin(), {bytes("k00"), bytes("before the walk")});
  BOOST_TEST(walk.begun == 2);
  BOOST_TEST(shown(walk.rows) == shown(before));
}

BOOST_FIXTURE_TEST_CASE(an_answer_is_turned_back_to_the_revision, Filled) {
  PastRows past(cluster.client(), map().rows(), cluster.revision());
  put_now("k20", "new");
  erase(cluster, "k21");
  put_now("k21 a", "made");
  compact();
  ReadTxn txn;
  txn.ranges.push_back(Range{.key = at("k20"), .end = at("k23")});
  txn.ranges.push_back(Range{.key = at("k21")});
  txn.ranges.push_back(Range{.key = at("k21 a")});
  txn.ranges.push_back(Range{.key = at("k21"), .end = at("k30"), .limit = 1});
  auto answer = read_now(*cluster.client(), txn, soon());
  BOOST_REQUIRE(answer.has_value());
  const auto rewound = past.rewind(txn, std::move(*answer), soon());
  BOOST_REQUIRE(rewound.has_value());
  BOOST_TEST(rewound->revision == past.revision());
  BOOST_TEST(rewound->ranges[0].rows.size() == 3U);
  BOOST_TEST(text(rewound->ranges[0].rows[0].value) == "old");
  BOOST_TEST(text(rewound->ranges[0].rows[1].value) == "old");
  BOOST_TEST(rewound->ranges[1].rows.size() == 1U);
  BOOST_TEST(rewound->ranges[2].rows.empty());
  // Its only row was made since; the deleted one is before it.
  BOOST_TEST(rewound->ranges[3].rows.size() == 1U);
  BOOST_TEST((rewound->ranges[3].reached == key_after(at("k21 a"))));
}

/// etcd 3.5 compacted the former row before it told of the change.
BOOST_FIXTURE_TEST_CASE(a_row_that_etcd_forgot_is_not_made_up, Filled) {
  PastRows past(cluster.client(), map().rows(), cluster.revision());
  cluster.forget_former_rows();
  put_now("k20", "new");
  ReadTxn txn;
  txn.ranges.push_back(Range{.key = at("k30")});
  auto answer = read_now(*cluster.client(), txn, soon());
  BOOST_REQUIRE(answer.has_value());
  const auto rewound = past.rewind(txn, std::move(*answer), soon());
  BOOST_REQUIRE(!rewound);
  BOOST_TEST((rewound.error().code == RpcErrc::compacted));
}

BOOST_FIXTURE_TEST_CASE(an_answer_waits_for_the_watch, Filled) {
  PastRows past(cluster.client(), map().rows(), cluster.revision());
  put_now("k20", "new");
  ReadTxn txn;
  txn.ranges.push_back(Range{.key = at("k20")});
  auto answer = read_now(*cluster.client(), txn, soon());
  BOOST_REQUIRE(answer.has_value());
  answer->revision += 1'000;  // of which the watch does not tell
  const auto rewound = past.rewind(txn, std::move(*answer), Clock::now() + std::chrono::milliseconds(300));
  BOOST_REQUIRE(!rewound);
  BOOST_TEST((rewound.error().code == RpcErrc::unreachable));
}

BOOST_AUTO_TEST_SUITE_END()
