// Walks that ask etcd for little more than a page, and still find every row.
#include "store/etcd/engine/key_spacing.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

const KeyMap& keys() {
  static const KeyMap map("main");
  return map;
}

KeyRange rest_of(Table table, Bytes from) { return keys().ranges(table, {}, from).front(); }

/// Puts rows as another client would, so that a test needs no Txn for each few.
void fill(FakeCluster& cluster, const std::vector<Bytes>& row_keys) {
  for (const Bytes& key : row_keys) cluster.put(keys().key(Table::tenants, key), bytes("row"));
}

Bytes random_key(std::mt19937& random, std::size_t size) {
  Bytes key(size);
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(random());
  return key;
}

/// Tenants of which one has most rows, another none but its first.
std::vector<Bytes> uneven_keys(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Bytes> all;
  for (int tenant = 0; tenant < 40; ++tenant) {
    const Bytes id = random_key(random, 16);
    const int rows = tenant == 7 ? 1500 : tenant % 3 == 0 ? 1 : 20;
    for (int i = 0; i < rows; ++i) {
      Bytes key = id;
      key.push_back(1);
      const Bytes rest = random_key(random, 1 + random() % 30);
      key.insert(key.end(), rest.begin(), rest.end());
      all.push_back(std::move(key));
    }
  }
  std::sort(all.begin(), all.end(), BytesLess());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Task<bool> walk(Transaction& transaction, std::size_t page, std::vector<Bytes>& found) {
  found.clear();
  Bytes from;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::tenants, {}, from, page);
    for (const Row& row : rows) found.push_back(copy_of(row.key));
    if (rows.size() < page) co_return false;
    from = key_after(rows.back().key);
    transaction.release_rows();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_key_spacing)

BOOST_AUTO_TEST_CASE(a_request_ends_after_two_pages_like_the_last) {
  KeySpacing spacing;
  const KeyRange range = rest_of(Table::tenants, {});
  Bytes reached = keys().key(Table::tenants, Bytes{0x01});
  spacing.note_page(keys(), range, reached, 512);
  const KeyRange rest = rest_of(Table::tenants, Bytes{0x01});
  Bytes expected = keys().key(Table::tenants, Bytes{0x03});
  const Bytes end = spacing.end_of_request(keys(), rest, 0);
  BOOST_TEST(!is_less(end, expected));
  BOOST_TEST(is_less(end, keys().key(Table::tenants, Bytes{0x03, 0x00, 0x00, 0x01})));
  // Next time 16 times as far.
  const Bytes further = spacing.end_of_request(keys(), rest, 1);
  BOOST_TEST(!is_less(further, keys().key(Table::tenants, Bytes{0x21})));
  BOOST_TEST(is_less(further, keys().key(Table::tenants, Bytes{0x22})));
}

BOOST_AUTO_TEST_CASE(an_end_is_between_the_first_key_and_the_end_of_the_table) {
  std::mt19937 random(5);
  KeySpacing spacing;
  for (int i = 0; i < 2000; ++i) {
    const KeyRange range = rest_of(Table::tenants, random_key(random, random() % 80));
    for (int attempt = 0; attempt <= 7; ++attempt) {
      const Bytes end = spacing.end_of_request(keys(), range, attempt);
      BOOST_REQUIRE(is_less(range.first, end));
      BOOST_REQUIRE(!is_less(range.end, end));
    }
    BOOST_REQUIRE(spacing.end_of_request(keys(), range, 7) == range.end);
    Bytes reached = range.first;
    reached.back() |= 1;
    reached.push_back(static_cast<std::uint8_t>(random()));
    spacing.note_page(keys(), range, reached, 64 + random() % 600);
  }
}

BOOST_AUTO_TEST_CASE(ranges_that_do_not_go_to_the_end_of_a_table_are_asked_whole) {
  const KeySpacing spacing;
  const Bytes tenant(16, 0x11);
  const KeyRange of_a_tenant = keys().ranges(Table::tenants, tenant, tenant).front();
  BOOST_TEST(spacing.end_of_request(keys(), of_a_tenant, 0) == of_a_tenant.end);
  const KeyRange heads = keys().heads();
  BOOST_TEST(spacing.end_of_request(keys(), heads, 0) == heads.end);
  for (const KeyRange& range : keys().ranges(Table::meta, {}, {}))
    BOOST_TEST(spacing.end_of_request(keys(), range, 0) == range.end);
}

BOOST_AUTO_TEST_CASE(a_walk_finds_every_row_whatever_the_page) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    FakeCluster cluster;
    const auto engine = engine_on(cluster);
    const std::vector<Bytes> all = uneven_keys(seed);
    fill(cluster, all);
    for (const std::size_t page : {1U, 7U, 100U, 512U, 700U, 5000U}) {
      if (page == 1 && seed != 1) continue;
      std::vector<Bytes> found;
      BOOST_REQUIRE(!engine->read([&](Transaction& transaction) { return walk(transaction, page, found); }));
      BOOST_TEST((found == all), "pages of " << page << ": " << found.size() << " of " << all.size() << " rows");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_a_large_table_needs_few_requests) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  std::mt19937 random(9);
  std::vector<Bytes> all;
  for (int i = 0; i < 20'000; ++i) all.push_back(random_key(random, 17));
  fill(cluster, all);
  std::vector<Bytes> found;
  const std::size_t before = cluster.reads();
  BOOST_REQUIRE(!engine->read([&](Transaction& transaction) { return walk(transaction, 512, found); }));
  BOOST_TEST(found.size() == all.size());
  BOOST_TEST(cluster.reads() - before < 60U);  // of 40 pages
}

BOOST_AUTO_TEST_CASE(an_empty_table_is_read_in_few_requests) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  const std::size_t before = cluster.reads();
  BOOST_TEST(scan(*engine, Table::tenants).empty());
  BOOST_TEST(cluster.reads() - before <= 4U);
}

BOOST_AUTO_TEST_SUITE_END()
