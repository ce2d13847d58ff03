// Verdicts on claims of JWTs and of introspection responses.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "test/unit/auth/tokens/claims_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;
using namespace std::chrono_literals;
using tacit::store::Scope;

namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

// The scopes that a claim gives. Tokens without the claim have keys:manage.
Scope scopes_with(std::string_view scope_claim) {
  IssuerConfig config = issuer_config();
  config.default_scopes = Scope::api_keys_manage;
  const Grant grant = judged(claims("scope", scope_claim), config);
  BOOST_REQUIRE(grant.has_value());
  return grant->principal.scopes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt_claims)

BOOST_AUTO_TEST_CASE(a_token_names_its_user) {
  const Grant grant = judged(claims());
  BOOST_REQUIRE(grant.has_value());
  // Python: uuid5(uuid5(NAMESPACE_URL, "https://id.example.org"), "alice").
  BOOST_TEST(grant->principal.tenant.str() == "76a92b74-9f01-51b3-82ce-95e525edc5d2");
  BOOST_TEST(grant->principal.actor == "oauth:https://id.example.org#alice");
  BOOST_TEST((grant->principal.scopes == Scope::secrets_read));
  BOOST_TEST((grant->expires == now + 300s));
}

BOOST_AUTO_TEST_CASE(a_uuid_is_the_tenant_as_it_is) {
  const Grant grant = judged(claims("sub", R"("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")"));
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST(grant->principal.tenant.str() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  BOOST_TEST(grant->principal.actor == "oauth:https://id.example.org#017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
}

BOOST_AUTO_TEST_CASE(two_issuers_users_are_two_tenants) {
  IssuerConfig other = issuer_config();
  other.issuer = "https://id.example.com";
  const Grant there = judged(claims("iss", R"("https://id.example.com")"), other);
  BOOST_REQUIRE(there.has_value());
  BOOST_TEST((there->principal.tenant != judged(claims())->principal.tenant));
}

BOOST_AUTO_TEST_CASE(the_user_may_be_in_another_claim) {
  IssuerConfig config = issuer_config();
  config.user_claim = "https://example.org/user";
  BOOST_TEST(verdict(judged(claims(), config)) == "wrong_claims");
  const Grant grant = judged(claims("https://example.org/user", R"("bob")"), config);
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST(grant->principal.actor == "oauth:https://id.example.org#bob");
}

BOOST_AUTO_TEST_CASE(names_of_users) {
  for (const std::string& good :
       {std::string("a"), std::string("auth0|5f7c"), std::string("J\xc3\xa4ger \xf0\x9f\x98\x80"),
        std::string("\xc2\xa0"), std::string(255, 'x'), std::string("~")}) {
    BOOST_TEST(verdict(judged(claims("sub", '"' + good + '"'))) == "accepted", good);
  }
  for (const std::string& wrong :
       {std::string(R"("")"), std::string("7"), std::string("null"), std::string(R"(["alice"])"), std::string("{}"),
        '"' + std::string(256, 'x') + '"', std::string(R"("a\u0000b")"), std::string(R"("a\nb")"),
        std::string(R"("\u001f")"), std::string("\"\x7f\""), std::string(R"("\u0080")"), std::string(R"("x\u009f")")}) {
    BOOST_TEST(verdict(judged(claims("sub", wrong))) == "wrong_claims", wrong);
  }
}

BOOST_AUTO_TEST_CASE(expiry_to_the_second) {
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds)))) == "accepted");
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds - 59)))) == "accepted");
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds - 60)))) == "expired");
  BOOST_TEST(verdict(judged(claims("exp", "0"))) == "expired");
  IssuerConfig exact = issuer_config();
  exact.leeway = 0s;
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds + 1)), exact)) == "accepted");
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds)), exact)) == "expired");
  BOOST_TEST(verdict(judged(claims("exp", number(now_seconds + 1)), exact, now + 999ms)) == "accepted");
  // The first refused instant is `expires` plus the leeway.
  const auto end = judged(claims())->expires + issuer_config().leeway;
  BOOST_TEST(verdict(judged(claims(), issuer_config(), end - 1ms)) == "accepted");
  BOOST_TEST(verdict(judged(claims(), issuer_config(), end)) == "expired");
}

BOOST_AUTO_TEST_CASE(an_expiry_beyond_the_clock) {
  const Grant grant = judged(claims("exp", "253402300799"));
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST((grant->expires == std::chrono::system_clock::time_point::max()));
}

BOOST_AUTO_TEST_CASE(not_before_and_issued_at_to_the_second) {
  for (const char* const name : {"nbf", "iat"}) {
    BOOST_TEST(verdict(judged(claims(name, number(now_seconds + 60)))) == "accepted", name);
    BOOST_TEST(verdict(judged(claims(name, number(now_seconds + 61)))) == "not_yet_valid", name);
    BOOST_TEST(verdict(judged(claims(name, "0"))) == "accepted", name);
  }
  BOOST_TEST(verdict(judged(claims("iat", ""))) == "accepted");
}

BOOST_AUTO_TEST_CASE(times_are_numbers) {
  for (const char* const name : {"exp", "nbf", "iat"}) {
    for (const char* const wrong : {"true", "\"1700000300\"", "1e400", "-1e400", "-1", "-0.5", "253402300800", "1e300",
                                    "253402300800.0", "1700000300000", "9223372036854775807", "9223372036854775808",
                                    "18446744073709551616", "[1700000300]", "{}"}) {
      BOOST_TEST(verdict(judged(claims(name, wrong))) == "wrong_claims", name << " " << wrong);
    }
  }
  for (const char* const good : {"1700000300.0", "1.7000003e9", "17000003E2", "170000030000e-2", "1700000300.999999",
                                 "1.7000003e+9", "253402300799.5"}) {
    BOOST_TEST(verdict(judged(claims("exp", good))) == "accepted", good);
  }
  for (const char* const good : {"1700000000.0", "1.7e9", "17e8", "0.5", "1e-400", "-0.0", "1700000059.5"}) {
    BOOST_TEST(verdict(judged(claims("nbf", good))) == "accepted", good);
    BOOST_TEST(verdict(judged(claims("iat", good))) == "accepted", good);
  }
}

BOOST_AUTO_TEST_CASE(fractions_of_seconds_count) {
  IssuerConfig exact = issuer_config();
  exact.leeway = 0s;
  const auto at = [&](const char* name, const char* value, std::chrono::milliseconds after) {
    return verdict(judged(claims(name, value), exact, now + after));
  };
  BOOST_TEST(at("exp", "1700000000.5", 499ms) == "accepted");
  BOOST_TEST(at("exp", "1700000000.5", 500ms) == "expired");
  for (const char* const name : {"nbf", "iat"}) {
    BOOST_TEST(at(name, "1700000000.5", 499ms) == "not_yet_valid");
    BOOST_TEST(at(name, "1700000000.5", 500ms) == "accepted");
  }
  BOOST_TEST((judged(claims("exp", "1700000000.5"))->expires == now + 500ms));
}

BOOST_AUTO_TEST_CASE(a_null_claim_counts_as_missing) {
  for (const char* const name : {"nbf", "iat", "cnf", "unknown"}) {
    BOOST_TEST(verdict(judged(claims(name, "null"))) == "accepted", name);
  }
  for (const char* const name : {"iss", "aud", "exp", "sub"}) {
    BOOST_TEST(verdict(judged(claims(name, "null"))) == "wrong_claims", name);
  }
  BOOST_TEST((scopes_with("null") == Scope::api_keys_manage));
  const auto with = [](std::string_view more) {
    return verdict(introspected(R"({"active":true,"sub":"alice","aud":"tacit",)" + std::string(more) + "}"));
  };
  for (const char* const name : {"iss", "exp", "nbf", "iat", "scope", "cnf", "token_type", "token_use", "typ"}) {
    BOOST_TEST(with("\"" + std::string(name) + "\":null") == "accepted", name);
  }
  BOOST_TEST(verdict(introspected(R"({"active":null,"sub":"alice","aud":"tacit"})")) == "inactive");
  BOOST_TEST(verdict(introspected(R"({"active":true,"sub":"alice","aud":null})")) == "wrong_audience");
  BOOST_TEST(verdict(introspected(R"({"active":true,"sub":null,"aud":"tacit"})")) == "wrong_claims");
}

BOOST_AUTO_TEST_CASE(claims_may_be_paths) {
  IssuerConfig config = issuer_config();
  config.scope_claim = "resource_access.my-client.roles";
  const auto scopes = [&](const std::string& access) {
    const Grant grant = judged(claims("resource_access", access), config);
    BOOST_REQUIRE(grant.has_value());
    return grant->principal.scopes;
  };
  BOOST_TEST((scopes(R"({"my-client":{"roles":["write"]}})") == Scope::secrets_write));
  BOOST_TEST((scopes(R"({"my-client.roles":["write"]})") == Scope::secrets_write));
  BOOST_TEST(
      (scopes(R"({"my-client.roles":["write"],"my-client":{"roles":["secrets:read"]}})") == Scope::secrets_write));
  for (const char* const none : {"{}", "null", "7", R"({"my-client":{"roles":null}})", R"({"my-client":["roles"]})",
                                 R"({"my-client":{}})", R"({"roles":["write"]})"}) {
    BOOST_TEST((scopes(none) == Scope::none), none);
  }
  BOOST_TEST(verdict(judged(claims("resource_access", R"({"my-client":{"roles":7}})"), config)) == "wrong_claims");
  // A claim with the whole name takes precedence; a URL is such a name.
  BOOST_TEST((judged(claims("resource_access.my-client.roles", R"("write")"), config)->principal.scopes ==
              Scope::secrets_write));
  config.scope_claim = "https://x.example/roles";
  BOOST_TEST(
      (judged(claims("https://x.example/roles", R"(["write"])"), config)->principal.scopes == Scope::secrets_write));
  BOOST_TEST((judged(claims("https://x", R"({"example/roles":["write"]})"), config)->principal.scopes ==
              Scope::secrets_write));
  // The same for the user claim and for introspection.
  config = issuer_config();
  config.user_claim = "act.sub";
  BOOST_TEST(judged(claims("act", R"({"sub":"bob"})"), config)->principal.actor == "oauth:https://id.example.org#bob");
  BOOST_TEST(verdict(judged(claims("act", R"("bob")"), config)) == "wrong_claims");
  BOOST_TEST(introspected(R"({"active":true,"act":{"sub":"bob"},"aud":"tacit"})", config)->principal.actor ==
             "oauth:https://id.example.org#bob");
  config.user_claim = std::string(2000, '.');
  BOOST_TEST(verdict(judged(claims("", R"({"":{"":"bob"}})"), config)) == "wrong_claims");
}

BOOST_AUTO_TEST_CASE(audiences) {
  for (const char* const good : {R"("tacit")", R"(["tacit"])", R"(["x","https://tacit.example.org","y"])",
                                 R"(["tacit",7])", R"([null,{},"tacit"])"}) {
    BOOST_TEST(verdict(judged(claims("aud", good))) == "accepted", good);
  }
  for (const char* const other : {R"("")", R"("Tacit")", R"("tacit ")", R"("https://tacit.example.org/")", "[]",
                                  R"(["x","y"])", R"("tacit,x")", R"([["tacit"]])", "[null]", "[7]"}) {
    BOOST_TEST(verdict(judged(claims("aud", other))) == "wrong_audience", other);
  }
  for (const char* const wrong : {"null", "7", "true", "{}", R"({"tacit":1})"}) {
    BOOST_TEST(verdict(judged(claims("aud", wrong))) == "wrong_claims", wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_token_for_the_tool_plane_has_one_scope_and_no_other) {
  for (const char* const aud : {R"("tools")", R"(["x","https://tools.example.org"])", R"(["tools","tacit"])"}) {
    const Grant grant = judged(claims("aud", aud));
    BOOST_TEST_REQUIRE(grant.has_value(), aud);
    BOOST_TEST((grant->audience == TokenAudience::tools), aud);
    BOOST_TEST((grant->principal.scopes == Scope::tools_use), aud);
  }
  const Grant api = judged(claims());
  BOOST_TEST_REQUIRE(api.has_value());
  BOOST_TEST((api->audience == TokenAudience::api));
  BOOST_TEST((api->principal.scopes == Scope::secrets_read));
  const Grant opaque = introspected(R"({"active":true,"sub":"alice","aud":"tools","scope":"secrets:read"})");
  BOOST_TEST_REQUIRE(opaque.has_value());
  BOOST_TEST((opaque->audience == TokenAudience::tools));
  BOOST_TEST((opaque->principal.scopes == Scope::tools_use));
  IssuerConfig config = issuer_config();
  config.tool_audiences.clear();
  BOOST_TEST(verdict(judged(claims("aud", R"("tools")"), config)) == "wrong_audience");
}

BOOST_AUTO_TEST_CASE(needed_claims) {
  for (const char* const name : {"iss", "aud", "exp", "sub"}) {
    BOOST_TEST(verdict(judged(claims(name, ""))) == "wrong_claims", name);
  }
}

BOOST_AUTO_TEST_CASE(scopes_from_words) {
  BOOST_TEST((scopes_with(R"("secrets:read")") == Scope::secrets_read));
  BOOST_TEST((scopes_with(R"("openid secrets:read write")") == (Scope::secrets_read | Scope::secrets_write)));
  BOOST_TEST((scopes_with(R"("  admin  ")") == (Scope::secrets_write | Scope::api_keys_manage)));
  BOOST_TEST((scopes_with(R"(["secrets:read","profile"])") == Scope::secrets_read));
  BOOST_TEST((scopes_with(R"("")") == Scope::none));
  BOOST_TEST((scopes_with("[]") == Scope::none));
  BOOST_TEST((scopes_with(R"("Secrets:read secrets:reads ecrets:read")") == Scope::none));
  BOOST_TEST((scopes_with(R"("secrets:read\twrite")") == Scope::none));
  BOOST_TEST((scopes_with(R"(["secrets:read write"])") == Scope::none));
  BOOST_TEST((scopes_with("") == Scope::api_keys_manage));
  BOOST_TEST((scopes_with(R"([7,null,"secrets:read",{"write":1},["write"]])") == Scope::secrets_read));
  for (const char* const wrong : {"7", "{}", "true"}) {
    BOOST_TEST(verdict(judged(claims("scope", wrong))) == "wrong_claims", wrong);
  }
}

BOOST_AUTO_TEST_CASE(scopes_from_another_claim) {
  IssuerConfig config = issuer_config();
  config.scope_claim = "scp";
  BOOST_TEST((judged(claims(), config)->principal.scopes == Scope::none));
  BOOST_TEST((judged(claims("scp", R"(["write"])"), config)->principal.scopes == Scope::secrets_write));
}

BOOST_AUTO_TEST_CASE(types_of_access_tokens) {
  const auto typed = [](const char* type, const IssuerConfig& config) {
    return verdict(judge_claims(token_with(claims(), type), config, now));
  };
  const IssuerConfig any = issuer_config();
  IssuerConfig strict = issuer_config();
  strict.required_type = "at+jwt";
  for (const char* const type : {"", "jwt", "at+jwt"}) BOOST_TEST(typed(type, any) == "accepted", type);
  for (const char* const type :
       {"dpop+jwt", "logout+jwt", "id+jwt", "secevent+jwt", "token-introspection+jwt", "jose"}) {
    BOOST_TEST(typed(type, any) == "wrong_type", type);
  }
  BOOST_TEST(typed("at+jwt", strict) == "accepted");
  for (const char* const type : {"", "jwt", "dpop+jwt"}) BOOST_TEST(typed(type, strict) == "wrong_type", type);
}

BOOST_AUTO_TEST_SUITE_END()
