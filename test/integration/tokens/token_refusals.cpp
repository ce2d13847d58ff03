// Invalid and insufficient tokens, and requests without a token, get the responses of RFC 6750 and RFC 9728.
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"
#include "test/integration/tokens/trusting_deployment.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

using Idp = IdentityProvider;

Idp& provider() { return shared_trust().trusting.provider; }
const Server& server() { return *shared_trust().server; }

std::string text(const json::object& entry, std::string_view field) {
  const json::value* value = entry.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// Changes one character in the middle of a part (0, 1 or 2) of a JWT, where every bit counts.
std::string altered(std::string token, int part) {
  std::size_t start = 0;
  for (int i = 0; i < part; ++i) start = token.find('.', start) + 1;
  const std::size_t at = (start + std::min(token.find('.', start), token.size())) / 2;
  token[at] = token[at] == 'A' ? 'B' : 'A';
  return token;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_refusals)

BOOST_AUTO_TEST_CASE(a_token_without_the_scope_is_403_and_names_the_scope) {
  const auto all = provider().tokens({{Idp::jwt, "", "secrets:read"},
                                      {Idp::opaque, Idp::ann, "secrets:read"},
                                      {Idp::jwt, Idp::bob, "secrets:write"},
                                      {Idp::opaque, "", "keys:manage"}});
  const json::value body = {{"secret_name", "n"}, {"secret_value", "12345678"}};
  const auto lacks = [](const Answer& answer, const std::string& scope) {
    REQUIRE_STATUS(answer, 403);
    const std::map<std::string, std::string> challenge = challenge_of(answer);
    BOOST_TEST(challenge.at("realm") == "tacit");
    BOOST_TEST(challenge.at("error") == "insufficient_scope");
    BOOST_TEST(challenge.at("scope") == scope);
    BOOST_TEST(challenge.at("resource_metadata") == public_url + "/.well-known/oauth-protected-resource");
  };
  for (const std::size_t reader : {0U, 1U}) {
    BOOST_TEST(status_with(server(), all[reader].access) == 200);
    lacks(bearer(server(), all[reader].access).post(secrets_path, body), "secrets:write");
  }
  lacks(bearer(server(), all[2].access).get(secrets_path), "secrets:read");
  lacks(bearer(server(), all[3].access).get(secrets_path), "secrets:read");
  lacks(bearer(server(), all[3].access).post(secrets_path, body), "secrets:write");
}

BOOST_AUTO_TEST_CASE(every_invalid_token_gets_the_same_401) {
  const auto mine = provider().tokens({{Idp::jwt, Idp::ann},
                                       {Idp::opaque, Idp::ann},
                                       {Idp::others_jwt, Idp::ann},
                                       {Idp::others_opaque, Idp::ann},
                                       {"", Idp::ann}});
  BOOST_TEST(status_with(server(), mine[0].access) == 200);
  BOOST_TEST(status_with(server(), mine[1].access) == 200);
  Idp stranger;
  stranger.start();
  const auto strange = stranger.tokens({{Idp::jwt, Idp::ann}, {Idp::opaque, Idp::ann}});
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"a JWT for another service", mine[2].access},
      {"an opaque token for another service", mine[3].access},
      {"a token for the provider itself", mine[4].access},
      {"an id token", mine[0].id},
      {"a refresh token", mine[0].refresh},
      {"a refresh token beside opaque tokens", mine[1].refresh},
      {"another header", altered(mine[0].access, 0)},
      {"other claims", altered(mine[0].access, 1)},
      {"another signature", altered(mine[0].access, 2)},
      {"a JWT without its signature", mine[0].access.substr(0, mine[0].access.rfind('.') + 1)},
      {"a JWT and more", mine[0].access + ".x"},
      {"a stranger's JWT", strange[0].access},
      {"a stranger's opaque token", strange[1].access},
      {"an opaque token and more", mine[1].access + "A"},
      {"no token at all", "no-token"},
      {"not a token's characters", "no token"},
      {"nothing", ""},
  };
  const Answer first = bearer(server(), "unknown").get(secrets_path);
  REQUIRE_STATUS(first, 401);
  const std::map<std::string, std::string> expected = {
      {"realm", "tacit"},
      {"error", "invalid_token"},
      {"resource_metadata", public_url + "/.well-known/oauth-protected-resource"}};
  BOOST_TEST((challenge_of(first) == expected), first.header("WWW-Authenticate"));
  for (const auto& [name, token] : refused) {
    BOOST_TEST_CONTEXT(name) {
      const Answer answer = bearer(server(), token).get(secrets_path);
      CHECK_STATUS(answer, 401);
      BOOST_TEST(answer.body == first.body);
      BOOST_TEST(answer.header("WWW-Authenticate") == first.header("WWW-Authenticate"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_token_ends_in_time_despite_cached_answers) {
  const Settings section = {{"leeway", "0"}, {"introspection-cache", "3600"}};
  TrustingDeployment trusting(section);
  trusting.provider.start();
  const Server strict(trusting.deployment);
  const auto brief = trusting.provider.tokens({{Idp::brief_jwt}, {Idp::brief_opaque}});
  const auto got = std::chrono::steady_clock::now();
  std::vector<std::vector<int>> seen(brief.size());
  while (std::chrono::steady_clock::now() < got + std::chrono::seconds(Idp::brief_seconds) + 1s) {
    for (std::size_t i = 0; i < brief.size(); ++i) seen[i].push_back(status_with(strict, brief[i].access));
    std::this_thread::sleep_for(50ms);
  }
  for (const std::vector<int>& statuses : seen) {
    BOOST_TEST(statuses.front() == 200);
    BOOST_TEST(statuses.back() == 401);
    // After its end, the token stays invalid.
    BOOST_TEST(std::is_sorted(statuses.begin(), statuses.end()));
  }
}

BOOST_AUTO_TEST_CASE(a_missing_credential_is_401_with_the_metadata_address) {
  HttpsClient client(server().api_client());
  const Answer answer = client.request("GET", secrets_path);
  REQUIRE_STATUS(answer, 401);
  const std::map<std::string, std::string> challenge = challenge_of(answer);
  BOOST_TEST(challenge.size() == 2U, answer.header("WWW-Authenticate"));
  BOOST_TEST(challenge.at("realm") == "tacit");
  const std::string link = challenge.at("resource_metadata");
  BOOST_REQUIRE(link.starts_with(public_url + "/"));

  const Answer metadata = client.request("GET", link.substr(public_url.size()));
  REQUIRE_STATUS(metadata, 200);
  BOOST_TEST(metadata.header("Content-Type").starts_with("application/json"));
  BOOST_TEST(metadata.text("resource") == public_url);
  BOOST_TEST((metadata.at("authorization_servers") == json::value(json::array{provider().issuer()})));
  BOOST_TEST(
      (metadata.at("scopes_supported") == json::value(json::array{"secrets:read", "secrets:write", "keys:manage"})));
  BOOST_TEST((metadata.at("bearer_methods_supported") == json::value(json::array{"header"})));
}

BOOST_AUTO_TEST_CASE(a_server_without_a_public_url_gives_no_metadata_address) {
  TrustingDeployment trusting;
  trusting.deployment.configure({{"public-url", ""}});
  const Server nameless(trusting.deployment);
  HttpsClient client(nameless.api_client());
  CHECK_STATUS(client.request("GET", "/.well-known/oauth-protected-resource"), 404);
  const Answer answer = client.request("GET", secrets_path);
  REQUIRE_STATUS(answer, 401);
  const std::map<std::string, std::string> expected = {{"realm", "tacit"}};
  BOOST_TEST((challenge_of(answer) == expected), answer.header("WWW-Authenticate"));
}

BOOST_AUTO_TEST_CASE(tokens_are_neither_logged_nor_kept_and_refusals_have_reasons) {
  TrustingDeployment trusting;
  trusting.provider.start();
  const auto tokens = trusting.provider.tokens(
      {{Idp::jwt, Idp::ann}, {Idp::opaque, Idp::ann}, {Idp::others_jwt, Idp::ann}, {Idp::opaque}});
  trusting.provider.revoke(tokens[3].access, true);
  {
    Server running_server(trusting.deployment);
    for (const Tokens& each : tokens) {
      for (const std::string& token : {each.access, each.refresh, each.id}) status_with(running_server, token);
    }
    const auto refuse = [&](const std::string& token, const std::string& id) {
      Client client = bearer(running_server, token);
      REQUIRE_STATUS(client.request("GET", secrets_path, "", {{"X-Request-Id", id}}), 401);
    };
    refuse(tokens[2].access, "for-others");
    refuse(altered(tokens[0].access, 2), "altered");
    refuse(tokens[3].access, "revoked");
    BOOST_REQUIRE(running_server.stop() == 0);
  }
  std::map<std::string, std::string> reasons;
  for (const json::object& entry : read_audit(trusting.deployment.store())) {
    if (text(entry, "action") == "credential.refused") reasons[text(entry, "request_id")] = text(entry, "reason");
  }
  BOOST_TEST(reasons["for-others"] == "wrong_audience");
  BOOST_TEST(reasons["altered"] == "bad_signature");
  BOOST_TEST(reasons["revoked"] == "inactive");

  std::string kept = trusting.deployment.printed();
  for (const Row& row : read_rows(trusting.deployment.store())) kept += row.key + row.value;
  BOOST_TEST(kept.find(Idp::introspector_secret) == std::string::npos);
  for (const Tokens& each : tokens) {
    for (const std::string& token : {each.access, each.refresh, each.id}) {
      // A JWT without its signature is worthless, so only the signature must not appear.
      const std::string secret = token.substr(token.rfind('.') + 1);
      BOOST_TEST((secret.empty() || kept.find(secret) == std::string::npos), secret);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_new_opaque_token_is_accepted_from_a_guessing_address) {
  const auto tokens = provider().tokens({{Idp::opaque, Idp::ann}, {Idp::opaque, Idp::bob}});
  Deployment& deployment = shared_trust().trusting.deployment;
  deployment.configure({{"failed-auth-rate", "1"}, {"failed-auth-burst", "2"}});
  Server guarded(deployment);
  deployment.configure({{"failed-auth-rate", "0"}});  // for the servers that other tests start
  const auto guess_until_429 = [&](const std::string& token) {
    int status = 401;
    for (int i = 0; i < 50 && status == 401; ++i) status = status_with(guarded, token);
    BOOST_TEST(status == 429);
  };
  guess_until_429("tct_guess");
  BOOST_TEST(status_with(guarded, tokens[0].access) == 200);
  guess_until_429("nobody-gave-this-out");
  BOOST_TEST(status_with(guarded, tokens[1].access) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
