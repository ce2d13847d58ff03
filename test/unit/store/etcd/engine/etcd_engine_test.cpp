// The engine on a cluster that behaves: transactions, scans, batches, ends.
#include "store/etcd/engine/etcd_engine.hpp"

#include <boost/test/unit_test.hpp>

#include "store/etcd/rpc/rpc_await.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Task<bool> put_then_refuse(Transaction& transaction) {
  transaction.put(Table::tenants, bytes("refused"), bytes("1"));
  transaction.log("refused");
  co_return false;
}

/// Reads its own changes over the stored rows a1 to a4.
Task<bool> change_and_scan(Transaction& transaction, std::string& all, std::string& two, std::string& value) {
  const Bytes prefix = bytes("a");
  transaction.erase(Table::tenants, bytes("a1"));
  transaction.put(Table::tenants, bytes("a2x"), bytes("new"));
  transaction.put(Table::tenants, bytes("a3"), bytes("changed"));
  const auto rows = co_await transaction.scan(Table::tenants, prefix, {}, SIZE_MAX);
  all.clear();
  for (const Row& row : rows) all += text(row.key) + "=" + text(row.value) + " ";
  const auto first = co_await transaction.scan(Table::tenants, prefix, {}, 2);
  two.clear();
  for (const Row& row : first) two += text(row.key) + " ";
  const Bytes key = bytes("a3");
  const auto row = co_await transaction.get(Table::tenants, key);
  value = text(*row);
  co_return true;
}

/// Two reads that are begun before the first is awaited.
Task<bool> read_two(Transaction& transaction, std::string& both) {
  const Bytes one = bytes("one");
  const Bytes two = bytes("two");
  auto first = transaction.get(Table::tenants, one);
  auto second = transaction.get(Table::tenants, two);
  const auto second_row = co_await second;
  const auto first_row = co_await first;
  both = text(*first_row) + text(*second_row);
  co_return false;
}

/// Reads rows one after another, but says before which.
Task<bool> read_expected(Transaction& transaction, std::vector<std::string> keys, std::string& all) {
  for (const std::string& key : keys) transaction.expect(Table::tenants, bytes(key));
  all.clear();
  for (const std::string& key : keys) {
    const Bytes name = bytes(key);
    const auto row = co_await transaction.get(Table::tenants, name);
    all += row ? text(*row) : "-";
  }
  co_return false;
}

Task<bool> increment(Transaction& transaction, std::string name) {
  const Bytes key = bytes(name);
  const auto row = co_await transaction.get(Table::tenants, key);
  const int before = row ? std::stoi(text(*row)) : 0;
  transaction.put(Table::tenants, key, bytes(std::to_string(before + 1)));
  transaction.log("{\"n\":" + std::to_string(before + 1) + "}");
  co_return true;
}

Task<bool> put_many(Transaction& transaction, int count) {
  for (int i = 0; i < count; ++i) transaction.put(Table::tenants, bytes("m" + std::to_string(i)), Bytes(100, 1));
  co_return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_engine)

BOOST_AUTO_TEST_CASE(rows_are_stored_and_read) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  BOOST_TEST(!put(*engine, Table::tenants, "a", "1"));
  BOOST_TEST(*get(*engine, Table::tenants, "a") == "1");
  BOOST_TEST(!get(*engine, Table::tenants, "b"));
  BOOST_TEST(!get(*engine, Table::api_keys, "a"));
  BOOST_TEST(text(*cluster.value(bytes("tacit/main/ta"))) == "1");
}

BOOST_AUTO_TEST_CASE(a_work_that_returns_false_leaves_nothing) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  const auto before = cluster.revision();
  BOOST_TEST(!write(*engine, put_then_refuse));
  BOOST_TEST(cluster.revision() == before);
  BOOST_TEST(!get(*engine, Table::tenants, "refused"));
  BOOST_TEST(scan(*engine, Table::audit).empty());
}

BOOST_AUTO_TEST_CASE(a_transaction_sees_its_own_changes) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  for (const char* key : {"a1", "a2", "a3", "a4", "b"}) BOOST_TEST(!put(*engine, Table::tenants, key, "old"));
  std::string all;
  std::string two;
  std::string value;
  BOOST_TEST(!write(*engine, [&](Transaction& transaction) { return change_and_scan(transaction, all, two, value); }));
  BOOST_TEST(all == "a2=old a2x=new a3=changed a4=old ");
  BOOST_TEST(two == "a2 a2x ");
  BOOST_TEST(value == "changed");
  BOOST_TEST(keys_of(scan(*engine, Table::tenants)) == "a2 a2x a3 a4 b");
}

BOOST_AUTO_TEST_CASE(a_scan_begins_and_ends_where_it_should) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  for (const char* key : {"a", "b1", "b2", "b3", "c"}) BOOST_TEST(!put(*engine, Table::tenants, key, "1"));
  BOOST_TEST(keys_of(scan(*engine, Table::tenants, bytes("b"))) == "b1 b2 b3");
  BOOST_TEST(keys_of(scan(*engine, Table::tenants, bytes("b"), bytes("b2"))) == "b2 b3");
  BOOST_TEST(keys_of(scan(*engine, Table::tenants, bytes("b"), bytes("a"), 2)) == "b1 b2");
  BOOST_TEST(keys_of(scan(*engine, Table::tenants, {}, bytes("b3"))) == "b3 c");
  BOOST_TEST(scan(*engine, Table::tenants, bytes("b"), bytes("c")).empty());
}

BOOST_AUTO_TEST_CASE(a_scan_of_meta_has_the_rows_of_all_its_letters_in_order) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  for (const char* key : {"format", "zz", "use b", "prekey2", "rows", "prekey1", "use a"})
    BOOST_TEST(!put(*engine, Table::meta, key, "1"));
  BOOST_TEST(keys_of(scan(*engine, Table::meta)) == "format prekey1 prekey2 rows use a use b zz");
  BOOST_TEST(keys_of(scan(*engine, Table::meta, {}, bytes("prekey2"), 3)) == "prekey2 rows use a");
}

BOOST_AUTO_TEST_CASE(more_rows_than_a_page_are_scanned) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster, {.limits = {.operations = 2000, .bytes = 4 << 20}});
  BOOST_TEST(!write(*engine, [](Transaction& transaction) { return put_many(transaction, 1300); }));
  BOOST_TEST(scan(*engine, Table::tenants).size() == 1300U);
  BOOST_TEST(scan(*engine, Table::tenants, {}, {}, 700).size() == 700U);
}

BOOST_AUTO_TEST_CASE(reads_that_are_begun_together_share_a_request) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  BOOST_TEST(!put(*engine, Table::tenants, "one", "1"));
  BOOST_TEST(!put(*engine, Table::tenants, "two", "2"));
  const auto before = cluster.reads();
  std::string both;
  BOOST_TEST(!engine->read([&both](Transaction& transaction) { return read_two(transaction, both); }));
  BOOST_TEST(both == "12");
  BOOST_TEST(cluster.reads() == before + 1);
}

BOOST_AUTO_TEST_CASE(rows_that_are_expected_share_a_request) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  for (const char* key : {"a", "b", "c"}) BOOST_TEST(!put(*engine, Table::tenants, key, key));
  const std::vector<std::string> keys{"a", "none", "b", "c"};
  std::string all;
  const auto work = [&](Transaction& transaction) { return read_expected(transaction, keys, all); };
  auto before = cluster.reads();
  BOOST_TEST(!engine->read(work));
  BOOST_TEST(all == "a-bc");
  BOOST_TEST(cluster.reads() == before + 1);
  const auto other = engine_on(cluster, {.slot = 2});  // its first batch, which no commit comes before
  before = cluster.reads();
  BOOST_TEST(!write(*other, work));
  BOOST_TEST(all == "a-bc");
  BOOST_TEST(cluster.reads() == before + 1);
}

BOOST_AUTO_TEST_CASE(writes_of_a_batch_see_the_earlier_ones) {
  FakeCluster cluster;
  cluster.set_faults({.most_delay = std::chrono::milliseconds(2)});
  const auto engine = engine_on(cluster);
  std::vector<std::future<std::optional<Errc>>> answers;
  for (int i = 0; i < 300; ++i)
    answers.push_back(submit(*engine, [](Transaction& transaction) { return increment(transaction, "counter"); }));
  for (auto& answer : answers) BOOST_TEST(!answer.get());
  BOOST_TEST(*get(*engine, Table::tenants, "counter") == "300");
  BOOST_TEST(scan(*engine, Table::audit).size() == 300U);
  BOOST_TEST(engine->statistics().batches < 100U);
  BOOST_TEST(engine->statistics().jobs == 300U);
}

BOOST_AUTO_TEST_CASE(a_write_that_no_commit_can_hold_is_refused_alone) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster, {.limits = {.operations = 64, .bytes = 1 << 20}});
  BOOST_TEST((write(*engine, [](Transaction& transaction) { return put_many(transaction, 100); }) == Errc::too_large));
  std::vector<std::future<std::optional<Errc>>> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(submit(*engine, [](Transaction& transaction) { return put_many(transaction, 40); }));
  for (auto& answer : answers) BOOST_TEST(!answer.get());
  BOOST_TEST(scan(*engine, Table::tenants).size() == 40U);
}

BOOST_AUTO_TEST_CASE(a_coroutine_reads_on_its_executor) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  BOOST_TEST(!put(*engine, Table::tenants, "a", "1"));
  boost::asio::io_context io;
  std::optional<std::string> found;
  std::optional<Errc> failure = Errc::conflict;
  const auto thread = std::this_thread::get_id();
  boost::asio::co_spawn(io, engine->read_async([&found](Transaction& transaction) {
    return get_row(transaction, Table::tenants, "a", found);
  }),
                        [&](const std::exception_ptr& thrown, std::optional<Errc> result) {
                          BOOST_TEST(!thrown);
                          BOOST_TEST((std::this_thread::get_id() == thread));
                          failure = result;
                        });
  io.run();
  BOOST_TEST(!failure);
  BOOST_TEST(*found == "1");
}

BOOST_AUTO_TEST_CASE(a_suspended_work_may_be_destroyed) {
  FakeCluster cluster;
  EngineContext context(cluster.client(), KeyMap("main"), etcd_traits(EtcdOptions()));
  std::string both;
  const Work work = [&both](Transaction& transaction) { return read_two(transaction, both); };
  ReadSnapshot snapshot;
  {
    ReadDriver driver(context, snapshot);
    driver.start(work);
    BOOST_TEST(!driver.done());
    BOOST_TEST(driver.transaction().waits());
  }
  BOOST_TEST(both.empty());
}

BOOST_AUTO_TEST_CASE(a_suspended_read_may_outlive_the_engine) {
  FakeCluster cluster;
  cluster.set_faults({.most_delay = std::chrono::milliseconds(20)});
  auto engine = engine_on(cluster);
  std::optional<std::string> found;
  boost::asio::io_context io;
  std::optional<Errc> failure = Errc::conflict;
  boost::asio::co_spawn(io, engine->read_async([&found](Transaction& transaction) {
    return get_row(transaction, Table::tenants, "a", found);
  }),
                        [&](const std::exception_ptr&, std::optional<Errc> result) { failure = result; });
  io.poll();
  engine.reset();
  io.run();
  BOOST_TEST(!failure);
}

BOOST_AUTO_TEST_CASE(a_read_that_etcd_does_not_answer_ends_at_the_deadline) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster, {.deadline = std::chrono::milliseconds(300)});
  cluster.set_reachable(false);
  std::optional<std::string> found;
  const auto work = [&found](Transaction& transaction) { return get_row(transaction, Table::tenants, "a", found); };
  BOOST_TEST((engine->read(work) == Errc::unavailable));
  BOOST_TEST(
      (write(*engine, [](Transaction& transaction) { return increment(transaction, "a"); }) == Errc::unavailable));
}

BOOST_AUTO_TEST_CASE(no_read_waits_for_a_cluster_that_has_been_silent_for_long) {
  FakeCluster cluster;
  std::chrono::milliseconds silence{0};
  const auto engine =
      engine_on(cluster, {.deadline = std::chrono::milliseconds(10'000), .silence = [&silence] { return silence; }});
  std::optional<std::string> found;
  const auto work = [&found](Transaction& transaction) { return get_row(transaction, Table::tenants, "a", found); };
  const auto in_a_coroutine = [&] {
    boost::asio::io_context io;
    std::optional<Errc> failure = Errc::conflict;
    boost::asio::co_spawn(io, engine->read_async(work),
                          [&](const std::exception_ptr&, std::optional<Errc> result) { failure = result; });
    io.run();
    return failure;
  };
  BOOST_TEST(!in_a_coroutine());
  silence = std::chrono::milliseconds(6'000);
  BOOST_TEST((in_a_coroutine() == Errc::unavailable));
  BOOST_TEST(!engine->read(work));  // commands have more patience
  silence = std::chrono::milliseconds(11'000);
  BOOST_TEST((engine->read(work) == Errc::unavailable));
}

BOOST_AUTO_TEST_CASE(a_write_waits_for_a_cluster_that_comes_back) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  cluster.set_reachable(false);
  auto answer = submit(*engine, [](Transaction& transaction) { return increment(transaction, "a"); });
  BOOST_TEST((answer.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout));
  cluster.set_reachable(true);
  BOOST_TEST(!answer.get());
}

BOOST_AUTO_TEST_CASE(closing_answers_what_was_accepted_and_refuses_the_rest) {
  FakeCluster cluster;
  cluster.set_faults({.most_delay = std::chrono::milliseconds(5)});
  const auto engine = engine_on(cluster);
  std::vector<std::future<std::optional<Errc>>> answers;
  for (int i = 0; i < 20; ++i)
    answers.push_back(submit(*engine, [](Transaction& transaction) { return increment(transaction, "a"); }));
  BOOST_TEST(engine->finish(std::chrono::seconds(10)));
  for (auto& answer : answers) BOOST_TEST(!answer.get());
  BOOST_TEST(
      (write(*engine, [](Transaction& transaction) { return increment(transaction, "a"); }) == Errc::unavailable));
  engine->close();
  engine->close();
  BOOST_TEST(*get(*engine, Table::tenants, "a") == "20");
  BOOST_TEST(*engine->unwilling() == "the store is closing");
}

BOOST_AUTO_TEST_CASE(writes_are_refused_for_lack_of_room) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster, {.refuses = [](Growth growth) {
                                  return growth == Growth::grows ? std::optional<std::string>("full") : std::nullopt;
                                }});
  BOOST_TEST((put(*engine, Table::tenants, "a", "1") == Errc::full));
  const auto logs = [](Transaction& transaction) { return log_entry(transaction, "{}"); };
  BOOST_TEST(!submit(*engine, logs, Growth::logs).get());
  cluster.set_no_space(true);
  BOOST_TEST((submit(*engine, logs, Growth::logs).get() == Errc::full));
}

BOOST_AUTO_TEST_CASE(own_commits_drop_copies_before_they_are_answered) {
  FakeCluster cluster;
  const auto dropped = std::make_shared<std::vector<std::string>>();
  const auto filled = std::make_shared<std::vector<std::string>>();
  RowCopies copies;
  copies.drop = [dropped](Table, ByteView key, std::int64_t) { dropped->push_back(text(key)); };
  copies.fill = [filled](Table, ByteView key, const std::shared_ptr<const Bytes>& value, std::int64_t) {
    filled->push_back(text(key) + (value ? "=" + text(*value) : " absent"));
  };
  const auto engine = engine_on(cluster, {.copies = copies});
  BOOST_TEST(!put(*engine, Table::api_keys, "key", "1"));
  BOOST_TEST(dropped->size() == 1U);
  BOOST_TEST(dropped->front() == "key");
  get(*engine, Table::api_keys, "key");
  get(*engine, Table::api_keys, "other");
  BOOST_TEST(filled->size() == 2U);
  BOOST_TEST(filled->front() == "key=1");
  BOOST_TEST(filled->back() == "other absent");
}

BOOST_AUTO_TEST_CASE(own_commits_renew_copies_with_their_rows) {
  FakeCluster cluster;
  const auto renewed = std::make_shared<std::vector<std::string>>();
  RowCopies copies;
  copies.drop = [](Table, ByteView, std::int64_t) { BOOST_TEST(false); };
  copies.renew = [renewed](Table, ByteView key, const std::optional<Bytes>& value, std::int64_t revision) {
    renewed->push_back(text(key) + (value ? "=" + text(*value) : " absent") + " at " + std::to_string(revision));
  };
  const auto engine = engine_on(cluster, {.copies = copies});
  BOOST_TEST(!put(*engine, Table::api_keys, "key", "1"));
  BOOST_TEST(renewed->back() == "key=1 at " + std::to_string(cluster.revision()));
  BOOST_TEST(!write(*engine, [](Transaction& transaction) -> Task<bool> {
    transaction.erase(Table::api_keys, bytes("key"));
    co_return true;
  }));
  BOOST_TEST(renewed->back() == "key absent at " + std::to_string(cluster.revision()));
  BOOST_TEST(renewed->size() == 2U);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_into_a_store_that_took_the_place_of_the_first) {
  FakeCluster cluster;
  const auto replaced = std::make_shared<std::atomic<int>>(0);
  const auto engine = engine_on(cluster, {.replaced = [replaced] { ++*replaced; }});
  const Bytes format = bytes("tacit/main/mformat");
  cluster.put(format, bytes("4"));
  BOOST_TEST(!put(*engine, Table::tenants, "a", "1"));
  BOOST_TEST(!put(*engine, Table::tenants, "a", "2"));
  cluster.put(format, bytes("6"));  // the format has risen: it is the same store
  BOOST_TEST(!put(*engine, Table::tenants, "a", "3"));
  WriteTxn erased;
  erased.changes.emplace_back(Delete{.key = format});
  BOOST_REQUIRE(write_now(*cluster.client(), std::move(erased), Clock::now() + std::chrono::seconds(5)).has_value());
  cluster.put(format, bytes("4"));  // by a restore
  const auto before = cluster.revision();
  BOOST_TEST((put(*engine, Table::tenants, "b", "1") == Errc::unavailable));
  BOOST_TEST(replaced->load() == 1);
  BOOST_TEST(cluster.revision() == before);
  BOOST_TEST(!get(*engine, Table::tenants, "b"));
}

BOOST_AUTO_TEST_CASE(a_batch_begins_with_what_the_last_commit_showed) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  constexpr int times = 50;
  const auto before = cluster.reads();
  for (int i = 0; i < times; ++i) {
    BOOST_REQUIRE(!write(*engine, [](Transaction& transaction) { return increment(transaction, "n"); }));
  }
  BOOST_TEST(get(*engine, Table::tenants, "n").value() == std::to_string(times));
  // Not all, because some may have taken long.
  BOOST_TEST(cluster.reads() - before < times);
}

BOOST_AUTO_TEST_CASE(a_row_that_another_changed_after_the_last_commit_is_read_again) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  const KeyMap keys("main");
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(!write(*engine, [](Transaction& transaction) { return increment(transaction, "n"); }));
    cluster.put(keys.key(Table::tenants, bytes("n")), bytes("1000"));
    if (i % 2 == 0) {
      BOOST_REQUIRE(!write(*engine, [](Transaction& transaction) { return increment(transaction, "n"); }));
      BOOST_TEST(get(*engine, Table::tenants, "n").value() == "1001");
    }
  }
}

/// A write that changes nothing compares nothing, so it must not rest on what an earlier commit showed.
BOOST_AUTO_TEST_CASE(a_write_that_changes_nothing_sees_what_was_there_when_it_began) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  const KeyMap keys("main");
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(!write(*engine, [](Transaction& transaction) { return increment(transaction, "n"); }));
    cluster.put(keys.key(Table::tenants, bytes("n")), bytes(std::to_string(1000 + i)));
    std::optional<std::string> found;
    BOOST_REQUIRE(!write(
        *engine, [&found](Transaction& transaction) { return get_row(transaction, Table::tenants, "n", found); }));
    BOOST_TEST(found.value() == std::to_string(1000 + i));
  }
}

BOOST_AUTO_TEST_SUITE_END()
