// Access tokens of a certified provider, npm's oidc-provider, give access to the whole API of their tenant within their
// scopes.
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"
#include "test/integration/tokens/trusting_deployment.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

using Idp = IdentityProvider;

/// A client that presents a token.
struct Bearer {
  std::string name;  ///< also the id of its requests
  std::string subject;
  TokenRequest request;
  std::string token{};
};

/// Every flow, both kinds of token, and both kinds of subject.
std::vector<Bearer> bearers_of(Idp& provider) {
  std::vector<Bearer> all = {
      {"robot-jwt", Idp::robot, {Idp::jwt}},          {"robot-opaque", Idp::robot, {Idp::opaque}},
      {"ann-jwt", Idp::ann_id, {Idp::jwt, Idp::ann}}, {"ann-opaque", Idp::ann_id, {Idp::opaque, Idp::ann}},
      {"bob-jwt", Idp::bob_id, {Idp::jwt, Idp::bob}}, {"bob-opaque", Idp::bob_id, {Idp::opaque, Idp::bob}},
  };
  std::vector<TokenRequest> requests;
  for (const Bearer& bearer : all) requests.push_back(bearer.request);
  const std::vector<Tokens> tokens = provider.tokens(requests);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].token = tokens[i].access;
  return all;
}

Idp& provider() { return shared_trust().trusting.provider; }
const Server& server() { return *shared_trust().server; }

std::string text(const json::object& entry, std::string_view field) {
  const json::value* value = entry.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// Every operation of the secrets API, from an empty tenant to an empty tenant.
void use_whole_api(Client& api, const std::string& request_id, const std::string& tenant) {
  const auto ask = [&](std::string_view method, const std::string& target, const json::value& body = nullptr) {
    return api.request(method, target, body.is_null() ? "" : json::serialize(body), {{"X-Request-Id", request_id}});
  };
  const Answer made =
      ask("POST", secrets_path, {{"secret_name", "of " + request_id}, {"secret_value", "value-canary-0123456789"}});
  REQUIRE_STATUS(made, 200);
  BOOST_TEST(made.text("user_id") == tenant);
  const std::string one = secrets_path + made.text("secret_id");
  const Answer listed = ask("GET", secrets_path);
  REQUIRE_STATUS(listed, 200);
  BOOST_TEST((listed.at("data") == json::value(json::array{made.json()})));
  const Answer got = ask("GET", one);
  REQUIRE_STATUS(got, 200);
  BOOST_TEST((got.json() == made.json()));
  const Answer changed = ask("PATCH", one, {{"tool_name", "agno__*"}, {"secret_value", "value-canary-9876543210"}});
  REQUIRE_STATUS(changed, 200);
  BOOST_TEST(changed.text("tool_name") == "agno__*");
  const Answer quota = ask("GET", "/api/v1/quota");
  REQUIRE_STATUS(quota, 200);
  BOOST_TEST(quota.at("count").to_number<int>() == 1);
  REQUIRE_STATUS(ask("DELETE", one), 200);
  CHECK_STATUS(ask("GET", one), 404);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(every_kind_of_token_serves_the_whole_api_and_the_audit_names_its_user) {
  TrustingDeployment trusting;
  trusting.provider.start();
  const std::vector<Bearer> bearers = bearers_of(trusting.provider);
  {
    Server running_server(trusting.deployment);
    for (const Bearer& bearer : bearers) {
      BOOST_TEST_CONTEXT(bearer.name) {
        Client api(running_server.api_client(), {{"Authorization", "Bearer " + bearer.token}});
        use_whole_api(api, bearer.name, trusting.tenant_of(bearer.subject));
      }
    }
    BOOST_REQUIRE(running_server.stop() == 0);
  }
  const std::vector<json::object> audit = read_audit(trusting.deployment.store());
  for (const Bearer& bearer : bearers) {
    std::vector<std::string> actions;
    for (const json::object& entry : audit) {
      if (text(entry, "request_id") != bearer.name) continue;
      actions.push_back(text(entry, "action"));
      BOOST_TEST_CONTEXT(bearer.name << " " << actions.back()) {
        BOOST_TEST(text(entry, "actor") == trusting.actor_of(bearer.subject));
        BOOST_TEST(text(entry, "tenant") == trusting.tenant_of(bearer.subject));
        BOOST_TEST(text(entry, "outcome") == "ok");
      }
    }
    const std::vector<std::string> expected = {"secret.create", "secret.update", "secret.delete"};
    BOOST_TEST(actions == expected, boost::test_tools::per_element());
  }
  trusting.deployment.verify();
}

BOOST_AUTO_TEST_CASE(both_kinds_of_token_reach_the_secrets_of_their_user_only) {
  const std::vector<Bearer> bearers = bearers_of(provider());
  for (const Bearer& owner : bearers) {
    const Answer made = bearer(server(), owner.token)
                            .post(secrets_path, {{"secret_name", "of " + owner.name}, {"secret_value", "12345678"}});
    REQUIRE_STATUS(made, 200);
    const std::string one = secrets_path + made.text("secret_id");
    for (const Bearer& other : bearers) {
      BOOST_TEST_CONTEXT(other.name << " asks for a secret of " << owner.name) {
        CHECK_STATUS(bearer(server(), other.token).get(one), other.subject == owner.subject ? 200 : 404);
      }
    }
    REQUIRE_STATUS(bearer(server(), owner.token).del(one), 200);
  }
}

BOOST_AUTO_TEST_CASE(a_token_is_accepted_in_either_header_but_not_as_an_api_key) {
  for (const Tokens& tokens : provider().tokens({{Idp::jwt}, {Idp::opaque}})) {
    const std::string& token = tokens.access;
    const std::vector<std::pair<Headers, int>> cases = {
        {{{"Authorization", "Bearer " + token}}, 200},
        {{{"authorization", "bearer " + token}}, 200},
        {{{"Authorization", token}}, 200},
        {{{"token", token}}, 200},
        {{{"x-api-key", token}}, 401},
        {{{"Authorization", "Basic " + token}}, 401},
        {{{"token", token}, {"Authorization", "Bearer no-token"}}, 200},
        {{{"token", "no-token"}, {"Authorization", "Bearer " + token}}, 401},
    };
    for (const auto& [headers, status] : cases) {
      BOOST_TEST_CONTEXT(headers[0].first << ": " << headers[0].second) {
        CHECK_STATUS(HttpsClient(server().api_client()).request("GET", secrets_path, headers), status);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_issuers_tokens_are_accepted_only_in_its_headers) {
  const Settings section = {{"headers", "authorization"}};
  TrustingDeployment trusting(section);
  trusting.provider.start();
  const Server only_authorization(trusting.deployment);
  for (const Tokens& tokens : trusting.provider.tokens({{Idp::jwt}, {Idp::opaque}})) {
    // First in the allowed header, so that a cache would know the token in the other.
    BOOST_TEST(status_with(only_authorization, tokens.access) == 200);
    HttpsClient client(only_authorization.api_client());
    CHECK_STATUS(client.request("GET", secrets_path, {{"token", tokens.access}}), 401);
  }
}

BOOST_AUTO_TEST_CASE(a_jwt_is_accepted_with_every_algorithm) {
  TrustingDeployment trusting;
  std::vector<SigningKey> keys;
  std::vector<TokenRequest> requests;
  for (const std::string& algorithm : Idp::algorithms()) {
    keys.push_back({"a key for " + algorithm, algorithm});
    requests.push_back({Idp::jwt_by(algorithm)});
  }
  trusting.provider.use_keys(keys);
  trusting.provider.start();
  const Server any_algorithm(trusting.deployment);
  const std::vector<Tokens> got = trusting.provider.tokens(requests);
  for (std::size_t i = 0; i < got.size(); ++i) {
    BOOST_TEST_CONTEXT(Idp::algorithms()[i]) { BOOST_TEST(status_with(any_algorithm, got[i].access) == 200); }
  }
}

BOOST_AUTO_TEST_CASE(api_keys_are_accepted_beside_tokens) {
  Tenant tenant(shared_trust().trusting.deployment, server());
  for (const Headers& headers :
       std::vector<Headers>{{{"x-api-key", tenant.key}}, {{"Authorization", tenant.key}}, {{"token", tenant.key}}}) {
    CHECK_STATUS(HttpsClient(server().api_client()).request("GET", secrets_path, headers), 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()
