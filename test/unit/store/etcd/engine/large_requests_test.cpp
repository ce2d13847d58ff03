// Requests that are larger than etcd takes, and reads that take longer than one may.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <optional>
#include <string>
#include <vector>

#include "store/etcd/engine/bytes_order.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Task<bool> put_many(Transaction& transaction, int count) {
  for (int i = 0; i < count; ++i) transaction.put(Table::tenants, bytes("m" + std::to_string(i)), Bytes(100, 1));
  co_return true;
}

/// Walks over all rows, one a page.
Task<bool> walk(Transaction& transaction, bool releases, std::size_t& seen) {
  Bytes start;
  seen = 0;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::tenants, {}, start, 1);
    if (rows.empty()) co_return false;
    ++seen;
    start = key_after(rows.front().key);
    if (releases) transaction.release_rows();
  }
}

std::optional<Errc> walk_in_a_coroutine(Engine& engine, bool releases, std::size_t& seen) {
  boost::asio::io_context io;
  std::optional<Errc> failure;
  boost::asio::co_spawn(io,
                        engine.read_async([&](Transaction& transaction) { return walk(transaction, releases, seen); }),
                        [&](const std::exception_ptr&, std::optional<Errc> result) { failure = result; });
  io.run();
  return failure;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_large_requests)

/// As with an etcd that was started with a smaller --max-txn-ops than the setting says.
BOOST_AUTO_TEST_CASE(a_batch_that_the_server_finds_too_large_is_split) {
  FakeCluster cluster;
  cluster.set_most_operations(20);
  const auto engine = engine_on(cluster);
  std::vector<std::future<std::optional<Errc>>> answers;
  for (int i = 0; i < 100; ++i) {
    const std::string key = "k" + std::to_string(i);
    answers.push_back(
        submit(*engine, [key](Transaction& transaction) { return put_row(transaction, Table::tenants, key, "1"); }));
  }
  for (auto& answer : answers) BOOST_TEST(!answer.get());
  BOOST_TEST(scan(*engine, Table::tenants).size() == 100U);
  BOOST_TEST((write(*engine, [](Transaction& transaction) { return put_many(transaction, 30); }) == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_is_asked_for_in_parts) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  const std::string value(100, 'x');
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(!put(*engine, Table::tenants, "k" + std::to_string(i), value));
  cluster.set_most_answer_bytes(2'000);
  BOOST_TEST(scan(*engine, Table::tenants).size() == 100U);
  BOOST_TEST(get(*engine, Table::tenants, "k5").value_or("") == value);
  // One row alone cannot be asked for in parts.
  cluster.set_most_answer_bytes(50);
  std::optional<std::string> found;
  const auto failure =
      engine->read([&found](Transaction& transaction) { return get_row(transaction, Table::tenants, "k5", found); });
  BOOST_TEST((failure == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(a_walk_may_take_longer_than_a_read_if_it_goes_page_by_page) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster, {.deadline = std::chrono::milliseconds(800)});
  for (int i = 10; i < 70; ++i) BOOST_REQUIRE(!put(*engine, Table::tenants, "k" + std::to_string(i), "1"));
  cluster.set_faults({.most_delay = std::chrono::milliseconds(30)});  // 1.8 s in all
  std::size_t seen = 0;
  BOOST_TEST(!walk_in_a_coroutine(*engine, true, seen));
  BOOST_TEST(seen == 60U);
  BOOST_TEST((walk_in_a_coroutine(*engine, false, seen) == Errc::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
