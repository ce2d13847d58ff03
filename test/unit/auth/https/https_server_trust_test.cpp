// The servers that the HTTPS client trusts: authority, dates, names, TLS version.
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <string>

#include "auth/https/tls_trust.hpp"
#include "test/unit/auth/https/https_client_fixture.hpp"

using namespace tacit;
using test::HttpsClientFixture;
using test::IssuerReply;
using test::IssuerServer;
using test::says;

BOOST_AUTO_TEST_SUITE(https_server_trust)

BOOST_FIXTURE_TEST_CASE(an_unknown_authority_is_refused, HttpsClientFixture) {
  IssuerServer other(test::test_certificates().unknown_authority);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(says(outcome.error().message, "its certificate is not accepted: "));
  BOOST_TEST(other.requests("/x") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_expired_certificate_is_refused, HttpsClientFixture) {
  IssuerServer other(test::test_certificates().expired);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(says(outcome.error().message, "its certificate is not accepted: it, or one above it, has expired"));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_for_another_host_or_address_is_refused, HttpsClientFixture) {
  IssuerServer other(test::test_certificates().other_host);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto outcome = get("https://" + host + ":" + std::to_string(other.port()) + "/x");
    BOOST_TEST_REQUIRE(outcome.has_error());
    BOOST_TEST(says(outcome.error().message, "its certificate is not accepted: it names another "));
  }
  BOOST_TEST(other.requests("/x") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_old_protocol_is_refused, HttpsClientFixture) {
  IssuerServer other(test::test_certificates().good, TLS1_1_VERSION);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(says(outcome.error().message, "TLS handshake failed"));
}

BOOST_FIXTURE_TEST_CASE(tls_1_2_is_accepted, HttpsClientFixture) {
  IssuerServer other(test::test_certificates().good, TLS1_2_VERSION);
  other.serve("/x", IssuerReply{});
  BOOST_TEST(get(other.url("/x")).has_value());
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_an_error) {
  BOOST_TEST(auth::TlsTrust::load("/nonexistent/ca.pem").has_error());
  BOOST_TEST(auth::TlsTrust::load(test::test_certificates().good.key).has_error());
  BOOST_TEST(auth::TlsTrust::load("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
