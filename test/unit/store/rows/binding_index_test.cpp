// The index of bindings finds what applies to a tool with few reads.
#include "store/rows/binding_index.hpp"
#include "store/secrets/secrets.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "store/model/tool_pattern.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

BOOST_AUTO_TEST_SUITE(binding_index)

BOOST_AUTO_TEST_CASE(prefixes_have_at_most_a_hundred_lengths) {
  std::set<std::size_t> lengths;
  std::size_t before = 0;
  for (std::size_t n = 0; n <= 5000; ++n) {
    const std::size_t length = indexed_length(n);
    BOOST_TEST(length <= n);
    BOOST_TEST(length >= before);
    if (n <= 32) BOOST_TEST(length == n);
    before = length;
    lengths.insert(length);
  }
  BOOST_TEST(lengths.size() == 89U);
}

BOOST_AUTO_TEST_CASE(a_pattern_is_always_among_those_looked_up_for_what_it_covers) {
  for (const std::size_t size : {0U, 1U, 20U, 32U, 33U, 40U, 63U, 64U, 100U, 900U}) {
    const std::string tool = std::string(size, 'x') + "suffix";
    const std::string pattern = std::string(size, 'x') + "*fix";
    BOOST_REQUIRE(tool_matches(pattern, tool));
    const IndexedPattern indexed = indexed_pattern(pattern);
    PrefixCounts counts;
    counts.add(indexed.literal.size());
    bool found = false;
    for (const auto& each : patterns_to_look_up(counts, tool)) {
      found = found || (each.exact == indexed.exact && each.literal == indexed.literal);
    }
    BOOST_TEST(found);
  }
}

BOOST_AUTO_TEST_CASE(counts_keep_their_order_and_drop_zeros) {
  PrefixCounts counts;
  for (const std::size_t length : {7U, 3U, 7U, 0U}) counts.add(length);
  const std::vector<PrefixCounts::Entry> expected{{0, 1}, {3, 1}, {7, 2}};
  BOOST_TEST((counts.entries() == expected));
  counts.remove(3);
  counts.remove(3);
  counts.remove(7);
  const std::vector<PrefixCounts::Entry> fewer{{0, 1}, {7, 1}};
  BOOST_TEST((counts.entries() == fewer));
  BOOST_TEST(!counts.assign({{5, 1}, {5, 1}}));
  BOOST_TEST(!counts.assign({{5, 0}}));
  BOOST_TEST(counts.assign({{5, 1}, {6, 9}}));
}

BOOST_AUTO_TEST_CASE(one_tool_among_ten_thousand_bindings_reads_a_handful_of_rows) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{256} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  StoreFixture fixture(options);
  // Bound concurrently, like by many clients: 10,000 sequential syncs would test nothing more.
  boost::asio::io_context context(1);
  for (int i = 0; i < 10000; ++i) {
    const std::string tool = "vendor" + std::to_string(i % 100) + "__tool" + std::to_string(i);
    NewSecret secret = new_default("s" + std::to_string(i), i % 2 == 0 ? tool : tool + "__*", "key");
    boost::asio::co_spawn(context, fixture.store().secrets().create(tenant_id(1), std::move(secret), who()),
                          [](std::exception_ptr error, const Outcome<ChangedSecret>& made) {
                            BOOST_TEST(!error);
                            BOOST_TEST(made.has_value());
                          });
    if (i % 2000 == 1999) {
      context.run();
      context.restart();
    }
  }
  fixture.wait(fixture.store().secrets().create(tenant_id(1), new_default("all", "vendor7__*", "other"), who()));

  const auto count_reads = [&](const std::string& tool) {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = tool;
    const auto before = fixture.engine().statistics().rows_read;
    const auto values = fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
    BOOST_REQUIRE(values);
    return std::pair(values->size(), fixture.engine().statistics().rows_read - before);
  };
  const auto [exact, exact_reads] = count_reads("vendor46__tool5046");
  BOOST_TEST(exact == 1U);
  BOOST_TEST(exact_reads < 10U);
  const auto [prefix, prefix_reads] = count_reads("vendor7__tool5007__get");
  BOOST_TEST(prefix == 2U);
  BOOST_TEST(prefix_reads < 15U);
  const auto [none, none_reads] = count_reads("vendor7x__tool5007__get");
  BOOST_TEST(none == 0U);
  BOOST_TEST(none_reads < 5U);

  ListQuery list;
  list.tool_name = "vendor7__tool5007__get";
  const auto before = fixture.engine().statistics().rows_read;
  const auto listed = fixture.wait(fixture.store().secrets().list(tenant_id(1), std::move(list), who()));
  BOOST_REQUIRE(listed);
  BOOST_TEST(listed->secrets.size() == 2U);
  BOOST_TEST(fixture.engine().statistics().rows_read - before < 10U);
}

BOOST_AUTO_TEST_SUITE_END()
