// Scopes' names in both directions.
#include "auth/model/scope_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit;

BOOST_AUTO_TEST_SUITE(scope_names)

BOOST_AUTO_TEST_CASE(names_are_read_and_written) {
  const std::vector<std::string_view> all = {"secrets:read", "secrets:write", "keys:manage", "tools:use"};
  auto scopes = store::Scope::none;
  BOOST_TEST(auth::scope_names(scopes).empty());
  for (const auto name : all) {
    const auto scope = auth::scope_of(name);
    BOOST_TEST_REQUIRE(scope.has_value());
    BOOST_TEST(!store::covers(scopes, *scope));
    scopes = scopes | *scope;
  }
  BOOST_TEST((auth::scope_names(scopes) == all));
}

BOOST_AUTO_TEST_CASE(other_names_are_refused) {
  for (const auto name : {"", "secrets", "secrets:Read", "secrets:read ", "tools", "tools:Use", "*"})
    BOOST_TEST(!auth::scope_of(name));
}

BOOST_AUTO_TEST_CASE(messages_name_scopes_in_the_order_of_their_table) {
  const std::vector<std::string_view> of_api = {"secrets:read", "secrets:write", "keys:manage"};
  BOOST_TEST((auth::scope_names(store::api_scopes) == of_api));
  const std::vector<std::string_view> every = {"secrets:read", "secrets:write", "keys:manage", "tools:use"};
  BOOST_TEST((auth::scope_names(auth::every_scope) == every));
}

BOOST_AUTO_TEST_SUITE_END()
