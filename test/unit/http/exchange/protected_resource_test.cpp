// The metadata that tells clients how to authenticate.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "http/exchange/protected_resource.hpp"

namespace json = boost::json;
using tacit::http::ProtectedResource;

BOOST_AUTO_TEST_SUITE(protected_resource)

BOOST_AUTO_TEST_CASE(without_issuers_or_an_address_there_are_plain_challenges_and_no_document) {
  for (const ProtectedResource& resource : {ProtectedResource(), ProtectedResource("https://tacit.example", {}),
                                            ProtectedResource("", {"https://id.example"})}) {
    BOOST_TEST(resource.challenges().missing() == "WWW-Authenticate: Bearer realm=\"tacit\"\r\n");
    BOOST_TEST(resource.challenges().invalid() ==
               "WWW-Authenticate: Bearer realm=\"tacit\", error=\"invalid_token\"\r\n");
    BOOST_TEST(resource.challenges().scope_lacking("secrets:read") ==
               "WWW-Authenticate: Bearer realm=\"tacit\", error=\"insufficient_scope\", scope=\"secrets:read\"\r\n");
    BOOST_TEST(resource.document().empty());
  }
}

BOOST_AUTO_TEST_CASE(with_issuers_and_an_address_the_challenges_name_the_document) {
  const ProtectedResource resource("https://tacit.example:8443",
                                   {"https://id.example", "urn:not-listed", "https://two.example"});
  const std::string link =
      ", resource_metadata=\"https://tacit.example:8443/.well-known/oauth-protected-resource\"\r\n";
  BOOST_TEST(resource.challenges().missing() == "WWW-Authenticate: Bearer realm=\"tacit\"" + link);
  BOOST_TEST(resource.challenges().invalid() ==
             "WWW-Authenticate: Bearer realm=\"tacit\", error=\"invalid_token\"" + link);
  BOOST_TEST(resource.challenges().scope_lacking("keys:manage").ends_with("scope=\"keys:manage\"" + link));
  const json::value document = json::parse(resource.document());
  BOOST_TEST(document.at("resource").as_string() == "https://tacit.example:8443");
  BOOST_TEST(document.at("authorization_servers") == (json::array{"https://id.example", "https://two.example"}));
  BOOST_TEST(document.at("scopes_supported") == (json::array{"secrets:read", "secrets:write", "keys:manage"}));
  BOOST_TEST(document.at("bearer_methods_supported") == (json::array{"header"}));
}

BOOST_AUTO_TEST_SUITE_END()
