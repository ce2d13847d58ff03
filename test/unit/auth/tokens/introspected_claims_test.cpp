// Verdicts on introspection responses.
#include <chrono>
#include <string>
#include <string_view>

#include "test/unit/auth/tokens/claims_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;
using namespace std::chrono_literals;
using tacit::store::Scope;

BOOST_AUTO_TEST_SUITE(introspected_claims)

BOOST_AUTO_TEST_CASE(introspection_of_an_active_token) {
  const Grant grant = introspected(R"({"active":true,"sub":"alice","aud":"tacit","scope":"secrets:read"})");
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST((grant->principal.tenant == judged(claims())->principal.tenant));
  BOOST_TEST(grant->principal.actor == "oauth:https://id.example.org#alice");
  BOOST_TEST((grant->principal.scopes == Scope::secrets_read));
  BOOST_TEST((grant->expires == std::chrono::system_clock::time_point::max()));
  const Grant until = introspected(R"({"active":true,"sub":"alice","aud":"tacit","exp":1700000001})");
  BOOST_REQUIRE(until.has_value());
  BOOST_TEST((until->expires == now + 1s));
}

BOOST_AUTO_TEST_CASE(introspection_of_an_inactive_token) {
  for (const char* const answer : {R"({"active":false})", R"({"active":false,"sub":"alice"})", R"({"sub":"alice"})",
                                   R"({"active":"true","sub":"alice"})", R"({"active":1,"sub":"alice"})", "{}"}) {
    BOOST_TEST(verdict(introspected(answer)) == "inactive", answer);
  }
}

BOOST_AUTO_TEST_CASE(introspection_checks_what_is_there) {
  const auto with = [](std::string_view more) {
    return verdict(introspected(R"({"active":true,"sub":"alice","aud":"tacit",)" + std::string(more) + "}"));
  };
  BOOST_TEST(with(R"("iss":"https://id.example.org","exp":1700000300,"nbf":1,"iat":1)") == "accepted");
  BOOST_TEST(with(R"("iss":"https://id.example.com")") == "unknown_issuer");
  BOOST_TEST(with(R"("iss":7)") == "wrong_claims");
  BOOST_TEST(with(R"("exp":1600000000)") == "expired");
  BOOST_TEST(with(R"("exp":1.7000003e9,"nbf":1699999999.5,"iat":1e9)") == "accepted");
  BOOST_TEST(with(R"("exp":1600000000.5)") == "expired");
  BOOST_TEST(with(R"("exp":1e400)") == "wrong_claims");
  BOOST_TEST(with(R"("exp":"1700000300")") == "wrong_claims");
  BOOST_TEST(with(R"("nbf":1700000300)") == "not_yet_valid");
  BOOST_TEST(with(R"("scope":7)") == "wrong_claims");
  BOOST_TEST(verdict(introspected(R"({"active":true,"aud":"tacit"})")) == "wrong_claims");
}

// A refresh token is also active, but has no audience.
BOOST_AUTO_TEST_CASE(introspection_must_name_the_audience) {
  for (const char* const aud : {"", R"(,"aud":"other")", R"(,"aud":[])", R"(,"aud":["other"])"}) {
    BOOST_TEST(verdict(introspected(R"({"active":true,"sub":"alice")" + std::string(aud) + "}")) == "wrong_audience",
               aud);
  }
  BOOST_TEST(verdict(introspected(R"({"active":true,"sub":"alice","aud":["other","tacit"]})")) == "accepted");
}

// A client's own token: its id replaces the missing subject, if the operator allows that.
BOOST_AUTO_TEST_CASE(introspection_of_a_client_for_itself) {
  const char* const clients_own = R"({"active":true,"client_id":"robot","aud":"tacit"})";
  BOOST_TEST(verdict(introspected(clients_own)) == "wrong_claims");
  IssuerConfig config = issuer_config();
  config.client_tokens = true;
  const Grant grant = introspected(clients_own, config);
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST(grant->principal.actor == "oauth:https://id.example.org#robot");
  const Grant user = introspected(R"({"active":true,"sub":"alice","client_id":"robot","aud":"tacit"})", config);
  BOOST_REQUIRE(user.has_value());
  BOOST_TEST(user->principal.actor == "oauth:https://id.example.org#alice");
  for (const char* const name : {"username", "user_name"}) {
    const std::string a_users =
        R"({"active":true,"client_id":"robot","aud":"tacit",")" + std::string(name) + R"(":"alice"})";
    BOOST_TEST(verdict(introspected(a_users, config)) == "wrong_claims", name);
  }
}

BOOST_AUTO_TEST_CASE(introspection_refuses_other_tokens_than_access_tokens) {
  const auto with = [](std::string_view more) {
    return verdict(introspected(R"({"active":true,"sub":"alice","aud":"tacit",)" + std::string(more) + "}"));
  };
  for (const char* const good : {R"("token_type":"Bearer")", R"("token_type":"access_token")",
                                 R"("token_use":"access_token")", R"("typ":"Bearer")", R"("typ":"at+JWT")"}) {
    BOOST_TEST(with(good) == "accepted", good);
  }
  for (const char* const bad : {R"("token_type":"refresh_token")", R"("token_type":"DPoP")", R"("token_type":7)",
                                R"("token_use":"refresh_token")", R"("token_use":"id_token")", R"("typ":"Refresh")",
                                R"("typ":"Offline")", R"("typ":"ID")", R"("cnf":{"jkt":"x"})"}) {
    BOOST_TEST(with(bad) == "wrong_type", bad);
  }
}

BOOST_AUTO_TEST_CASE(an_opaque_token_without_scopes_has_none) {
  IssuerConfig config = issuer_config();
  config.default_scopes = Scope::api_keys_manage;
  const Grant opaque = introspected(R"({"active":true,"sub":"alice","aud":"tacit"})", config);
  BOOST_REQUIRE(opaque.has_value());
  BOOST_TEST((opaque->principal.scopes == Scope::none));
}

BOOST_AUTO_TEST_CASE(a_user_that_is_a_uuid_is_the_issuers_own_where_it_may_not_name_tenants) {
  const char* const uuid = "1f0c0000-0000-4000-8000-000000000001";
  const std::string answer = R"({"active":true,"sub":")" + std::string(uuid) + R"(","aud":"tacit"})";
  IssuerConfig config = issuer_config();
  BOOST_TEST(introspected(answer, config)->principal.tenant.str() == uuid);
  config.uuid_users = false;
  BOOST_TEST(introspected(answer, config)->principal.tenant.str() != uuid);
  BOOST_TEST((introspected(answer, config)->principal.tenant.bytes[6] >> 4) == 5);
}

BOOST_AUTO_TEST_SUITE_END()
