// The issuers' file: what its sections must have because of each other, or because of the server's settings.
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "auth/issuers/load_issuers.hpp"
#include "test/unit/auth/issuers/issuers_file_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;

BOOST_AUTO_TEST_SUITE(issuer_requirements)

BOOST_AUTO_TEST_CASE(an_audience_of_the_tool_plane_is_not_one_of_the_api_plane) {
  good(minimal + "tool-audience = https://tools.example.org\n");
  BOOST_TEST(fault(minimal + "tool-audience = x https://tacit.example.org\n") ==
             "issuers:3: tool-audience: \"https://tacit.example.org\" is in audience, too: a token for the tool plane "
             "must not be valid on the API plane");
  BOOST_TEST(fault(minimal + "tool-audience = x, y\n") ==
             "issuers:3: tool-audience: \"x,\" has a comma or a semicolon; audiences have spaces between them");
  BOOST_TEST(fault(minimal + "scope-map = use=tools:use\n") ==
             "issuers:3: scope-map: \"tools:use\" is not one of secrets:read, secrets:write, keys:manage");
}

BOOST_AUTO_TEST_CASE(a_server_that_requires_users_tokens_requires_a_tool_audience_of_each_issuer) {
  const auto faults = [](const std::string& text, ToolAudience tool_audience) {
    const TemporaryFile file(text);
    std::vector<std::string> found = find_issuer_faults(file.name(), nullptr, tool_audience);
    const auto loaded = load_issuers(file.name(), nullptr, tool_audience);
    BOOST_TEST(loaded.has_error() == !found.empty());
    for (std::string& each : found) each.erase(0, file.name().size());
    return found;
  };
  const std::vector<std::string> lacks = {
      ":1: lacks tool-audience, which tool-user-token requires: without one, a tool runtime could use its users' "
      "tokens "
      "on the API plane"};
  BOOST_TEST(faults(minimal, ToolAudience::optional).empty());
  BOOST_TEST(faults(minimal, ToolAudience::required) == lacks, boost::test_tools::per_element());
  const std::string sound = "tool-audience = x\nuuid-users = off\n";
  BOOST_TEST(faults(minimal + sound, ToolAudience::required).empty());
  BOOST_TEST(
      faults(minimal + "uuid-users = on\n[https://b.example]\naudience = a\n" + sound, ToolAudience::required) == lacks,
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(several_issuers_choose_each_whether_their_users_uuids_are_tenants) {
  const std::string second = "[https://b.example]\naudience = x\n";
  BOOST_TEST(fault(minimal + second) == "issuers:1: " + no_choice + "; issuers:3: " + no_choice);
  BOOST_TEST(fault(minimal + "uuid-users = on\n" + second) == "issuers:4: " + no_choice);
  const auto issuers = good(minimal + "uuid-users = on\n" + second + "uuid-users = off\n");
  BOOST_TEST(issuers[0].uuid_users);
  BOOST_TEST(!issuers[1].uuid_users);
  BOOST_TEST(good(minimal)[0].uuid_users);
}

BOOST_AUTO_TEST_CASE(only_one_issuer_may_be_asked_about_opaque_tokens) {
  const TemporaryFile secret("client secret");
  const std::string introspection =
      "introspection = discovery\nclient-id = c\nclient-secret-file = " + secret.name() + "\n";
  good(minimal + introspection);
  BOOST_TEST(fault(minimal + introspection + "[https://b.example]\naudience = x\n" + introspection)
                 .find("more than one issuer") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
