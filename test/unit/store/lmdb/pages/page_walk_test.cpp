// The walk of all pages finds and names damage, and ends whatever the damage is.
#include <boost/test/unit_test.hpp>

#include <random>

#include "store/model/damage.hpp"
#include "store/verify/page_engine.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/lmdb/pages/damaged_store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// The findings in the store's file with these bytes, in words.
std::string found_in(const UsedStore& used, const std::string& bytes) {
  used.write(bytes);
  const auto pages = StorePages::open(used.folder() / "store");
  BOOST_REQUIRE(pages);
  (*pages)->check([](std::uint64_t, std::uint64_t) {});
  std::string words;
  for (const PageDamage& damage : (*pages)->damages()) words += to_string(damage) + "\n";
  return words;
}

void expect(const UsedStore& used, const std::string& bytes, const std::string& words) {
  const std::string found = found_in(used, bytes);
  BOOST_TEST(found.find(words) != std::string::npos, found << " instead of " << words);
}

/// Opening it like any command either works or reports the damage.
bool opens(const UsedStore& used) {
  try {
    return Store::open(used.store_options(), all_keys()).has_value();
  } catch (const DamagedStore& damaged) {
    BOOST_TEST(std::string(damaged.what()).find("data.mdb") != std::string::npos);
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_walk)

BOOST_AUTO_TEST_CASE(a_store_written_by_lmdb_is_valid_and_has_the_same_rows) {
  UsedStore used;
  BOOST_TEST(found_in(used, used.bytes) == "");
  BOOST_TEST(used.table("tenants").depth > 1);
  BOOST_TEST(used.table("audit").overflow_pages > 0U);
  BOOST_TEST(used.newest().free_list.entries > 0U);
  used.reopen();
  std::vector<Rows> lmdb_rows;
  for (const Table table : {Table::meta, Table::tenants, Table::api_keys, Table::audit}) {
    lmdb_rows.push_back(used.rows(table));
  }
  const auto report = used.verify();
  used.close();
  const auto opened = StorePages::open(used.folder() / "store");
  BOOST_REQUIRE(opened);
  const auto store = Store::open(used.store_options(), all_keys(), std::make_unique<PageEngine>(**opened));
  BOOST_REQUIRE(store);
  const auto by_pages = verify_store(**store, {});
  BOOST_REQUIRE(by_pages);
  BOOST_TEST(by_pages->problem_count == 0U);
  BOOST_TEST(by_pages->secrets == report.secrets);
  BOOST_TEST(by_pages->values_opened == report.values_opened);
  BOOST_TEST(by_pages->audit_entries == report.audit_entries);
  BOOST_TEST(by_pages->audit_head == report.audit_head);
}

BOOST_AUTO_TEST_CASE(every_kind_of_damage_to_a_page_is_found_and_named) {
  const UsedStore used;
  const lmdb::PageNumber leaf = used.first_leaf(used.table("tenants"));
  const lmdb::PageNumber root = used.table("tenants").root;
  const std::string name = "page " + std::to_string(leaf) + " ";
  expect(used, used.with(leaf, 0, std::uint64_t{7777}), name + "claims to be page 7777 (tenants, from its beginning");
  expect(used, used.with(leaf, 10, std::uint16_t{4}), name + "is neither a branch nor a leaf");
  expect(used, used.with(leaf, 10, std::uint16_t{1}), name);
  expect(used, used.with(leaf, 12, std::uint16_t{15}), name + "has its free space");
  expect(used, used.with(leaf, 14, std::uint16_t{60000}), name + "has its free space");
  expect(used, used.with(leaf, 12, std::uint16_t{16}), name + "has no rows");
  expect(used, used.with(leaf, 16, std::uint16_t{65534}), name + "has rows that do not lie inside it, at its row 0");
  expect(used, used.with(leaf, 18, std::uint16_t(used.page(leaf).offset(0))), name + "has keys that are not in order");
  const std::size_t row = used.page(leaf).offset(1);
  expect(used, used.with(leaf, row, std::uint32_t{5000}), name + "has rows that do not lie inside it, at its row 1");
  expect(used, used.with(leaf, row + 6, std::uint16_t{600}), name);
  expect(used, used.with(leaf, row + 6, std::uint16_t{0}), name + "has a key of an impossible size");
  expect(used, used.with(leaf, row + 4, std::uint16_t{2}), name + "has a row of an unknown kind");
  expect(used, used.with(leaf, row + 4, std::uint16_t{4}), name + "has a row of an unknown kind");
  // Children that do not exist, belong to another tree, or form a cycle.
  const std::size_t child = used.page(root).offset(0);
  expect(used, used.with(root, child, std::uint32_t{1U << 30U}), "page 1073741824 does not exist (tenants");
  expect(used, used.with(root, child, std::uint32_t{1}), "page 1 does not exist");
  expect(used, used.with(root, child, static_cast<std::uint32_t>(root)), "already has another use");
  const auto elsewhere = static_cast<std::uint32_t>(used.table("audit").root);
  expect(used, used.with(root, child, elsewhere), "page " + std::to_string(elsewhere));
  std::string swapped = used.bytes;
  swapped.replace(leaf * used.page_size(), used.page_size(), used.bytes, root * used.page_size(), used.page_size());
  expect(used, swapped, name + "claims to be page " + std::to_string(root));
}

BOOST_AUTO_TEST_CASE(long_rows_and_the_free_list_are_checked) {
  const UsedStore used;
  // The newest entry is the last row of the last leaf.
  lmdb::PageNumber leaf = used.table("audit").root;
  while (used.page(leaf).is_branch()) leaf = used.page(leaf).node(used.page(leaf).nodes() - 1).child();
  const lmdb::Page page = used.page(leaf);
  const lmdb::Node row = page.node(page.nodes() - 1);
  BOOST_REQUIRE(row.is_big());
  const lmdb::PageNumber first = row.overflow_page();
  const std::string name = "page " + std::to_string(first) + " ";
  expect(used, used.with(first, 10, std::uint16_t{2}), name + "holds no long row");
  expect(used, used.with(first, 12, std::uint32_t{1}), name + "claims to continue for 1 pages");
  expect(used, used.with(first, 12, std::uint32_t{1U << 30U}), name + "claims to continue for");
  const std::size_t at = page.offset(page.nodes() - 1);
  expect(used, used.with(leaf, at, std::uint32_t{0xffffffff}), name + "claims to continue for");

  const lmdb::PageNumber free_leaf = used.first_leaf(used.newest().free_list);
  const lmdb::Page free = used.page(free_leaf);
  std::size_t counted = 0;
  while (lmdb::load<std::uint64_t>(free.node(counted).data(), 0) == 0) ++counted;
  const std::size_t data = free.offset(counted) + lmdb::node_header_size + free.node(counted).key_size();
  const std::string list = "page " + std::to_string(free_leaf) + " ";
  expect(used, used.with(free_leaf, data, std::uint64_t{1} << 40U), list + "counts more free pages than it lists");
  expect(used, used.with(free_leaf, data + 8, std::uint64_t{1} << 40U), list + "has free pages that are not in order");
  expect(used, used.with(free_leaf, data + 8, std::uint64_t{1}), list);
  const std::string in_use = found_in(used, used.with(free_leaf, data + 8, std::uint64_t{used.table("tenants").root}));
  BOOST_TEST(in_use != "");
}

BOOST_AUTO_TEST_CASE(verify_and_opening_end_despite_any_damage) {
  const UsedStore used;
  std::mt19937 random(20260101);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::size_t pages = used.newest().last_page + 1;
  int refused = 0;
  for (int round = 0; round < 100; ++round) {
    std::string bytes = used.bytes;
    for (std::size_t change = below(4) + 1; change > 0; --change) {
      const std::size_t at = (2 + below(pages - 2)) * used.page_size();
      // Mostly in the structural parts.
      const std::size_t place = below(3) == 0 ? below(used.page_size()) : below(64);
      bytes[at + place] = static_cast<char>(below(256));
    }
    const std::string damage = found_in(used, bytes);
    {
      const auto opened = StorePages::open(used.folder() / "store");
      BOOST_REQUIRE(opened);
      const auto store = Store::open(used.store_options(), api_keys_only(), std::make_unique<PageEngine>(**opened));
      if (store) BOOST_TEST(verify_store(**store, {}).has_value());
    }
    const bool good = opens(used);
    if (!damage.empty()) BOOST_TEST(!good, damage);
    refused += good ? 0 : 1;
  }
  BOOST_TEST(refused > 10);
}

BOOST_AUTO_TEST_SUITE_END()
