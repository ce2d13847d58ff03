// Rules of releases: which values a tool gets, and that each release has its audit entry.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

ResolveQuery for_tool(std::string tool) {
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = std::move(tool);
  return query;
}

std::size_t count(const std::vector<std::string>& bodies, const std::string& part) {
  return static_cast<std::size_t>(
      std::ranges::count_if(bodies, [&part](const std::string& body) { return body.find(part) != std::string::npos; }));
}

void a_tool_gets_its_defaults_and_what_is_named(ContractStore& it) {
  BOOST_REQUIRE(
      it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "mail__*", "key", "general"), who())));
  BOOST_REQUIRE(
      it.wait(it.other().secrets().create(tenant_id(1), new_default("b", "mail__send", "key", "special"), who())));
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("c", "named"), who())));
  ResolveQuery query = for_tool("mail__send");
  query.secrets.emplace_back("extra", "c");
  const auto values = it.wait(resolve_values(it.other(), std::move(query), tool_context()));
  BOOST_REQUIRE(values);
  BOOST_REQUIRE(values->size() == 2U);
  for (const ReleasedValue& value : *values) {
    BOOST_TEST(text_of(value.value) == (value.argument == "key" ? "special" : "named"));
  }
  BOOST_TEST(count(it.audit(), "\"action\":\"secret.release\"") == 1U);
  it.check();
}

void a_changed_value_is_released_as_changed(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key", "old"), who()));
  BOOST_REQUIRE(made);
  SecretUpdate update;
  update.value.emplace().append("new");
  BOOST_REQUIRE(it.wait(it.other().secrets().update(tenant_id(1), made->id, std::move(update), who())));
  const auto values = it.wait(resolve_values(it.store(), for_tool("tool"), tool_context()));
  BOOST_REQUIRE(values);
  BOOST_REQUIRE(values->size() == 1U);
  BOOST_TEST(text_of(values->front().value) == "new");
  it.check();
}

void many_defaults_are_each_chosen_once(ContractStore& it) {
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_default("n" + n, "tool", "a" + n, n), who())));
  }
  const auto values = it.wait(resolve_values(it.other(), for_tool("tool"), tool_context()));
  BOOST_REQUIRE(values);
  BOOST_TEST(values->size() == 40U);
  for (const ReleasedValue& value : *values) BOOST_TEST("a" + text_of(value.value) == value.argument);
  it.check();
}

void every_name_that_is_withheld_is_told(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "other", "key"), who())));
  ResolveQuery query = for_tool("tool");
  query.secrets.emplace_back("x", "a");
  query.secrets.emplace_back("y", "nothing");
  const auto values = it.wait(resolve_values(it.store(), std::move(query), tool_context()));
  BOOST_REQUIRE(!values);
  BOOST_CHECK(values.error().code == Errc::not_allowed);
  BOOST_TEST(values.error().subject.find("not_bound") != std::string::npos);
  BOOST_TEST(values.error().subject.find("not_found") != std::string::npos);
  BOOST_TEST(count(it.audit(), "\"action\":\"tool.refused\"") == 1U);
  it.check();
}

void entries_of_a_shared_store_have_rising_numbers(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  BOOST_REQUIRE(it.wait(resolve_values(it.other(), for_tool("tool"), tool_context())));
  BOOST_REQUIRE(it.wait(it.other().secrets().remove(tenant_id(1), made->id, who())));
  const auto bodies = it.audit();
  BOOST_TEST(count(bodies, "\"change\":1,") == (it.shared() ? 2U : 0U));  // the creation, and the release after it
  BOOST_TEST(count(bodies, "\"change\":2,") == (it.shared() ? 1U : 0U));
}

}  // namespace

std::vector<ContractRule> resolve_rules() {
  return {
      {"a_tool_gets_its_defaults_and_what_is_named", a_tool_gets_its_defaults_and_what_is_named},
      {"a_changed_value_is_released_as_changed", a_changed_value_is_released_as_changed},
      {"many_defaults_are_each_chosen_once", many_defaults_are_each_chosen_once},
      {"every_name_that_is_withheld_is_told", every_name_that_is_withheld_is_told},
      {"entries_of_a_shared_store_have_rising_numbers", entries_of_a_shared_store_have_rising_numbers},
  };
}

}  // namespace tacit::store::testing
