// Lists of secrets: filters, and pages that join to the whole.
#include <boost/test/unit_test.hpp>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct ListFixture : StoreFixture {
  void bound(std::string name, std::optional<std::string> tool, bool is_default = false) {
    NewSecret secret = new_secret(std::move(name));
    secret.tool_name = std::move(tool);
    secret.tool_arg = "key";
    secret.is_default_for_tool = is_default;
    BOOST_REQUIRE(wait(store().secrets().create(tenant_id(1), std::move(secret), who())));
  }
  SecretList list(ListQuery query) {
    auto list = wait(store().secrets().list(tenant_id(1), std::move(query), who()));
    BOOST_REQUIRE(list);
    return std::move(*list);
  }
  std::string names(ListQuery query) {
    std::string names;
    for (const auto& secret : list(std::move(query)).secrets) names += secret.name + " ";
    return names;
  }
  std::string by_tool(std::string tool) {
    ListQuery query;
    query.tool_name = std::move(tool);
    return names(std::move(query));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(list_secrets)

BOOST_AUTO_TEST_CASE(pages_follow_each_other_and_end) {
  ListFixture fixture;
  for (int i = 0; i < 7; ++i) fixture.bound(std::to_string(i), std::nullopt);
  BOOST_TEST(fixture.names({}) == "0 1 2 3 4 5 6 ");
  ListQuery query;
  query.limit = 3;
  std::string pages;
  for (;;) {
    const SecretList page = fixture.list(query);
    for (const auto& secret : page.secrets) pages += secret.name;
    pages += "|";
    if (!page.next) break;
    query.after = page.next;
  }
  BOOST_TEST(pages == "012|345|6|");
  query.limit = 7;
  query.after.reset();
  BOOST_TEST(!fixture.list(query).next);
}

BOOST_AUTO_TEST_CASE(more_secrets_than_one_scan_takes) {
  ListFixture fixture;
  for (int i = 0; i < 600; ++i) fixture.bound(std::to_string(i), i % 100 == 99 ? "seldom" : "often");
  BOOST_TEST(fixture.list({}).secrets.size() == 600U);
  BOOST_TEST(fixture.by_tool("s*m") == "99 199 299 399 499 599 ");
  ListQuery query;
  query.tool_name = "s*m";
  query.limit = 4;
  const SecretList first = fixture.list(query);
  BOOST_TEST(first.secrets.size() == 4U);
  BOOST_REQUIRE(first.next);
  query.after = first.next;
  const SecretList second = fixture.list(query);
  BOOST_TEST(second.secrets.size() == 2U);
  BOOST_TEST(!second.next);
}

BOOST_AUTO_TEST_CASE(a_tool_name_lists_what_applies_to_it) {
  ListFixture fixture;
  fixture.bound("exact", "agno__linear__get", true);
  fixture.bound("prefix", "agno__linear__*", true);
  fixture.bound("plain", "agno__*");
  fixture.bound("suffix", "*__get");
  fixture.bound("all", "*");
  fixture.bound("other", "agno__github__*");
  fixture.bound("unbound", std::nullopt);
  BOOST_TEST(fixture.by_tool("agno__linear__get") == "exact prefix plain suffix all ");
  BOOST_TEST(fixture.by_tool("agno__linear__") == "prefix plain all ");
  BOOST_TEST(fixture.by_tool("x") == "all ");
}

BOOST_AUTO_TEST_CASE(a_glob_lists_what_it_matches_as_text) {
  ListFixture fixture;
  fixture.bound("exact", "agno__linear__get");
  fixture.bound("prefix", "agno__linear__*");
  fixture.bound("plain", "agno__*");
  fixture.bound("all", "*");
  fixture.bound("unbound", std::nullopt);
  BOOST_TEST(fixture.by_tool("agno__linear__*") == "exact prefix ");
  BOOST_TEST(fixture.by_tool("agno__*") == "exact prefix plain ");
  BOOST_TEST(fixture.by_tool("*") == "exact prefix plain all ");
}

BOOST_AUTO_TEST_CASE(filters_and_pages_combine) {
  ListFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.bound("t" + std::to_string(i), "tool");
  fixture.bound("u", "other");
  ListQuery query;
  query.secret_name = "t3";
  BOOST_TEST(fixture.names(query) == "t3 ");
  query.tool_name = "tool";
  BOOST_TEST(fixture.names(query) == "t3 ");
  query.tool_name = "to*";
  BOOST_TEST(fixture.names(query) == "t3 ");
  query.tool_name = "other";
  BOOST_TEST(fixture.names(query).empty());
  query.secret_name = "nobody";
  BOOST_TEST(fixture.names(query).empty());
  ListQuery pages;
  pages.tool_name = "tool";
  pages.limit = 2;
  const SecretList first = fixture.list(pages);
  BOOST_REQUIRE(first.next);
  pages.after = first.next;
  BOOST_TEST(fixture.names(pages) == "t2 t3 ");
  pages.secret_name = "t0";
  BOOST_TEST(fixture.names(pages).empty());
}

BOOST_AUTO_TEST_SUITE_END()
