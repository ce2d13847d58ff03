// Rules of releases to several tools, of expiry, and of the uses that owners see.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "store/model/timestamp.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/uses_row.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

ResolveQuery for_tool(std::string tool) {
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = std::move(tool);
  query.runtime = "a label";
  return query;
}

crypto::Uuid create(ContractStore& it, NewSecret secret) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), std::move(secret), who()));
  BOOST_REQUIRE(made);
  return made->id;
}

ReleasedTool released(ContractStore& it, ResolveQuery query) {
  auto tool = it.wait(it.store().releases().resolve(std::move(query), tool_context()));
  BOOST_REQUIRE(tool);
  return std::move(*tool);
}

std::size_t count(const std::vector<std::string>& bodies, const std::string& part) {
  return static_cast<std::size_t>(
      std::ranges::count_if(bodies, [&part](const std::string& body) { return body.find(part) != std::string::npos; }));
}

void several_tools_get_what_is_theirs(ContractStore& it) {
  create(it, new_default("all", "mail__*", "key", "general"));
  create(it, new_default("one", "mail__send", "key", "special"));
  create(it, new_default("other", "web__get", "key", "elsewhere"));
  ResolveManyQuery query;
  query.tenant = tenant_id(1);
  for (const char* tool : {"mail__list", "mail__send", "mail__read", "mail__drop", "nothing"}) {
    query.tools.push_back(for_tool(tool));
  }
  query.tools[2].secrets.emplace_back("key", "other");
  query.tools[3].provided_args.emplace_back("key");
  query.tools[4].wanted_args = {"key", "key"};
  const auto tools = it.wait(it.other().releases().resolve_many(std::move(query), tool_context()));
  BOOST_REQUIRE(tools);
  BOOST_REQUIRE(tools->size() == 5U);
  BOOST_REQUIRE(tools->at(0).values.size() == 1U);
  BOOST_TEST(text_of(tools->at(0).values[0].value) == "general");
  BOOST_REQUIRE(tools->at(1).values.size() == 1U);
  BOOST_TEST(text_of(tools->at(1).values[0].value) == "special");
  BOOST_TEST(tools->at(2).values.empty());
  BOOST_REQUIRE(tools->at(2).withheld.size() == 1U);
  BOOST_CHECK(tools->at(2).withheld[0].reason == WithheldReason::not_bound);
  BOOST_TEST(tools->at(3).values.empty());
  BOOST_REQUIRE(tools->at(4).missing.size() == 1U);
  BOOST_CHECK(tools->at(4).missing[0].reason == MissingReason::none);
  BOOST_TEST(count(it.audit(), "\"action\":\"secret.release\"") == 2U);
  BOOST_TEST(count(it.audit(), "\"action\":\"tool.refused\"") == 1U);
  it.check();
}

void many_tools_share_one_secret(ContractStore& it) {
  create(it, new_default("all", "mail__*", "key", "general"));
  ResolveManyQuery query;
  query.tenant = tenant_id(1);
  for (std::size_t i = 0; i < most_tools; ++i) query.tools.push_back(for_tool("mail__" + std::to_string(i)));
  const auto tools = it.wait(it.other().releases().resolve_many(std::move(query), tool_context()));
  BOOST_REQUIRE(tools);
  for (const ReleasedTool& tool : *tools) {
    BOOST_REQUIRE(tool.values.size() == 1U);
    BOOST_TEST(text_of(tool.values[0].value) == "general");
  }
  BOOST_TEST(count(it.audit(), "\"action\":\"secret.release\"") == most_tools);
  it.check();
}

void an_expired_secret_is_not_replaced_by_a_less_specific_one(ContractStore& it) {
  create(it, new_default("all", "mail__*", "key", "general"));
  NewSecret brief = new_default("brief", "mail__send", "key", "special");
  brief.expires_at = now_microseconds() + 1'000'000;
  create(it, std::move(brief));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ResolveQuery query = for_tool("mail__send");
  query.wanted_args = {"key", "other"};
  const ReleasedTool tool = released(it, std::move(query));
  BOOST_TEST(tool.values.empty());
  BOOST_REQUIRE(tool.missing.size() == 2U);
  BOOST_CHECK(tool.missing[0].reason == MissingReason::expired);
  BOOST_CHECK(tool.missing[1].reason == MissingReason::none);
  ResolveQuery naming = for_tool("mail__send");
  naming.secrets.emplace_back("key", "brief");
  const ReleasedTool refused = released(it, std::move(naming));
  BOOST_TEST(refused.values.empty());
  BOOST_REQUIRE(refused.withheld.size() == 1U);
  BOOST_CHECK(refused.withheld[0].reason == WithheldReason::expired);
  BOOST_TEST(count(it.audit(), "\"action\":\"secret.release\"") == 0U);
  BOOST_TEST(count(it.audit(), "\"action\":\"tool.refused\"") == 1U);
  BOOST_TEST(released(it, for_tool("mail__list")).values.size() == 1U);
  it.check();
}

/// More than one transaction takes.
void many_uses_of_one_secret_are_stored(ContractStore& it) {
  const crypto::Uuid id = create(it, new_default("all", "mail__*", "key"));
  for (int part = 0; part < 3; ++part) {
    ResolveManyQuery query;
    query.tenant = tenant_id(1);
    for (std::size_t n = 0; n < most_tools; ++n) {
      query.tools.push_back(for_tool("mail__" + std::to_string(part) + "_" + std::to_string(n)));
    }
    BOOST_REQUIRE(it.wait(it.store().releases().resolve_many(std::move(query), tool_context())));
  }
  BOOST_TEST(it.store().releases().use_figures().pending == 3 * most_tools);
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  BOOST_TEST(it.store().releases().use_figures().pending == 0U);
  const auto page = it.wait(it.other().releases().uses(tenant_id(1), id, {}, who()));
  BOOST_REQUIRE(page);
  BOOST_TEST(page->uses.size() > 20U);
  it.check();
}

UsesPage uses_of(ContractStore& it, const crypto::Uuid& secret, UsesQuery query = {}) {
  const auto page = it.wait(it.other().releases().uses(tenant_id(1), secret, query, who()));
  BOOST_REQUIRE(page);
  return *page;
}

void owners_see_what_became_of_releases(ContractStore& it) {
  const crypto::Uuid id = create(it, new_default("all", "mail__*", "key"));
  released(it, for_tool("mail__send"));
  released(it, for_tool("mail__send"));
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  released(it, for_tool("mail__list"));
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  BOOST_TEST(it.store().releases().use_figures().pending == 0U);
  const UsesPage page = uses_of(it, id);
  BOOST_REQUIRE(page.uses.size() == 2U);
  BOOST_TEST(page.uses[0].tool_name == "mail__list");
  BOOST_TEST(page.uses[1].count == 2U);
  BOOST_TEST(page.uses[1].runtime == "a label");
  BOOST_CHECK(page.uses[1].outcome == UseOutcome::released);
  BOOST_TEST(!page.next);
  const UsesPage first = uses_of(it, id, {.limit = 1, .skipped = 0});
  BOOST_REQUIRE(first.next);
  BOOST_TEST(uses_of(it, id, {.limit = 1, .skipped = *first.next}).uses[0].tool_name == "mail__send");
  const auto nothing = it.wait(it.other().releases().uses(tenant_id(2), id, {}, who()));
  BOOST_REQUIRE(!nothing);
  BOOST_CHECK(nothing.error().code == Errc::not_found);
  it.check();
}

void a_report_is_taken_once_a_minute(ContractStore& it) {
  const crypto::Uuid id = create(it, new_default("all", "mail__*", "key"));
  const UseReport report{.tenant = tenant_id(1), .secret = id, .tool_name = "mail__send", .runtime = "a label"};
  const auto reported = [&](const AuditContext& by) {
    const auto outcome = it.wait(it.store().releases().report(report, by));
    return outcome ? std::optional<Errc>() : outcome.error().code;
  };
  BOOST_CHECK(reported(tool_context()) == Errc::not_found);
  released(it, for_tool("mail__send"));
  BOOST_CHECK(!reported(tool_context()));  // the release is noted, and not stored yet
  BOOST_CHECK(reported(tool_context()) == Errc::too_soon);
  AuditContext another = tool_context();
  another.actor = "cn:another";
  BOOST_CHECK(reported(another) == Errc::not_found);
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  const UsesPage page = uses_of(it, id);
  BOOST_REQUIRE(page.uses.size() == 2U);
  BOOST_CHECK(page.uses[0].outcome == UseOutcome::rejected_upstream);
  BOOST_TEST(count(it.audit(), "\"action\":\"secret.report\"") == 1U);
  it.check();
}

void a_deleted_secret_leaves_no_uses(ContractStore& it) {
  const crypto::Uuid id = create(it, new_default("all", "mail__*", "key"));
  released(it, for_tool("mail__send"));
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  released(it, for_tool("mail__send"));
  BOOST_REQUIRE(it.wait(it.other().secrets().remove(tenant_id(1), id, who())));
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  BOOST_TEST(it.store().releases().use_figures().pending == 0U);
  std::size_t rows = 0;
  for (const auto& [key, value] : it.rows(Table::meta)) rows += place_of_uses(crypto::as_bytes(key)) ? 1U : 0U;
  BOOST_TEST(rows == 0U);
  it.check();
}

}  // namespace

std::vector<ContractRule> release_rules() {
  return {
      {"several_tools_get_what_is_theirs", several_tools_get_what_is_theirs},
      {"many_tools_share_one_secret", many_tools_share_one_secret},
      {"an_expired_secret_is_not_replaced_by_a_less_specific_one",
       an_expired_secret_is_not_replaced_by_a_less_specific_one},
      {"many_uses_of_one_secret_are_stored", many_uses_of_one_secret_are_stored},
      {"owners_see_what_became_of_releases", owners_see_what_became_of_releases},
      {"a_report_is_taken_once_a_minute", a_report_is_taken_once_a_minute},
      {"a_deleted_secret_leaves_no_uses", a_deleted_secret_leaves_no_uses},
  };
}

}  // namespace tacit::store::testing
