// A reload of running issuers.
#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "test/unit/auth/issuers/issuers_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
using test::eventually;
using test::IssuerReply;
using test::IssuersFixture;

namespace {

using Keys = auth::IssuerConfig::Keys;

}  // namespace

BOOST_AUTO_TEST_SUITE(issuers_reload)

BOOST_FIXTURE_TEST_CASE(a_reload_keeps_unchanged_issuers_and_restarts_the_others, IssuersFixture) {
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  auth::Issuer* const before = &first(*issuers);
  server.serve("/keys", IssuerReply{});  // further fetches fail
  auth::IssuerConfig other = config;
  other.issuer = "other";
  BOOST_TEST_REQUIRE(issuers->reconfigure({other, config}).has_value());
  auth::IssuerList now = issuers->all();
  BOOST_TEST_REQUIRE(now.size() == 2U);
  BOOST_TEST(now[0]->config().issuer == "other");
  BOOST_TEST(now[1] == before);
  BOOST_TEST((now[1]->keys().get() != nullptr));

  config.leeway = 7s;
  serve_keys({"b"});
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  now = issuers->all();
  BOOST_TEST_REQUIRE(now.size() == 1U);
  BOOST_TEST(now[0] != before);
  BOOST_TEST(eventually([&] { return now[0]->keys().get() != nullptr; }));
  BOOST_TEST(now[0]->keys().get()->has("b"));
  BOOST_TEST(before->config().issuer == config.issuer);  // readers may still use it
}

BOOST_FIXTURE_TEST_CASE(a_reload_changes_the_tenants_of_an_issuer_at_once, IssuersFixture) {
  serve_keys({"a"});
  config.client_tokens = true;
  const auto issuers = start_with_keys();
  config.uuid_users = false;
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  BOOST_TEST(!first(*issuers).config().uuid_users);
  config.client_tokens = false;
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  BOOST_TEST(!first(*issuers).config().client_tokens);
}

BOOST_FIXTURE_TEST_CASE(an_unusable_configuration_changes_nothing, IssuersFixture) {
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  auth::Issuer* const before = &first(*issuers);
  auth::IssuerConfig bad = config;
  bad.issuer = "bad";
  bad.keys = Keys::file;
  bad.jwks_file = "/nonexistent";
  const auto changed = issuers->reconfigure({bad});
  BOOST_TEST_REQUIRE(changed.has_error());
  BOOST_TEST(changed.error().message.starts_with("issuer bad: "));
  BOOST_TEST_REQUIRE(issuers->all().size() == 1U);
  BOOST_TEST(&first(*issuers) == before);
}

BOOST_AUTO_TEST_SUITE_END()
