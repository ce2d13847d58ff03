// URLs and contents of issuers' metadata.
#include "auth/issuers/issuer_metadata.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit;

BOOST_AUTO_TEST_SUITE(issuer_metadata)

BOOST_AUTO_TEST_CASE(metadata_is_at_the_addresses_of_the_standards) {
  const auto plain = auth::metadata_urls("https://id.example.org");
  BOOST_TEST_REQUIRE(plain.has_value());
  BOOST_TEST_REQUIRE(plain->size() == 2U);
  BOOST_TEST(plain->at(0).target == "/.well-known/openid-configuration");
  BOOST_TEST(plain->at(1).target == "/.well-known/oauth-authorization-server");
  // RFC 8414 section 3.1 and OpenID Connect Discovery 1.0 section 4.1 put the path at different ends.
  const auto path = auth::metadata_urls("https://id.example.org:8443/realms/a/");
  BOOST_TEST_REQUIRE(path.has_value());
  BOOST_TEST(path->at(0).target == "/realms/a/.well-known/openid-configuration");
  BOOST_TEST(path->at(1).target == "/.well-known/oauth-authorization-server/realms/a");
  BOOST_TEST(path->at(1).port == 8443);
}

BOOST_AUTO_TEST_CASE(an_issuer_other_than_a_plain_https_url_has_no_metadata) {
  for (const char* issuer : {"id.example.org", "http://id.example.org", "https://id.example.org/?a=b"}) {
    BOOST_TEST(auth::metadata_urls(issuer).has_error());
  }
}

BOOST_AUTO_TEST_CASE(addresses_are_read) {
  const auto metadata = auth::parse_metadata(
      R"({"issuer":"https://a.example","jwks_uri":"https://k.example/keys","introspection_endpoint":"https://a.example/i",
          "token_endpoint":"http://ignored"})",
      "https://a.example");
  BOOST_TEST_REQUIRE(metadata.has_value());
  BOOST_TEST_REQUIRE((metadata->jwks && metadata->introspection));
  BOOST_TEST(metadata->jwks->host == "k.example");
  BOOST_TEST(metadata->introspection->target == "/i");
}

BOOST_AUTO_TEST_CASE(both_addresses_may_be_missing) {
  const auto metadata = auth::parse_metadata(R"({"issuer":"https://a.example"})", "https://a.example");
  BOOST_TEST_REQUIRE(metadata.has_value());
  BOOST_TEST((!metadata->jwks && !metadata->introspection));
}

BOOST_AUTO_TEST_CASE(metadata_of_another_issuer_and_invalid_metadata_are_refused) {
  const std::vector<std::string> documents = {
      R"({"issuer":"https://b.example","jwks_uri":"https://a.example/keys"})",
      R"({"issuer":"https://a.example/","jwks_uri":"https://a.example/keys"})",
      R"({"issuer":"https://A.example","jwks_uri":"https://a.example/keys"})",
      R"({"issuer":["https://a.example"],"jwks_uri":"https://a.example/keys"})",
      R"({"jwks_uri":"https://a.example/keys"})",
      R"({"issuer":"https://b.example","issuer":"https://a.example","jwks_uri":"https://a.example/keys"})",
      R"({"issuer":"https://a.example","jwks_uri":"http://a.example/keys"})",
      R"({"issuer":"https://a.example","jwks_uri":7})",
      R"({"issuer":"https://a.example","introspection_endpoint":"ftp://a.example/keys"})",
      R"([])",
      "<html>",
      "",
  };
  for (const std::string& document : documents) {
    BOOST_TEST_CONTEXT(document) { BOOST_TEST(auth::parse_metadata(document, "https://a.example").has_error()); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
