// Users' credentials on the tool plane, beside a runtime's certificate, and which plane accepts which.
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/support/store_rows.hpp"
#include "test/integration/tokens/key_file_issuer.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

/// The audit entries of resolves: two releases for `user`, by a token and by `api_key`; a refusal of another user's
/// token
/// ("other"); two requests without a credential that counts.
void check_audit(const Deployment& deployment, const std::string& user, const std::string& api_key,
                 const std::string& other) {
  int releases = 0;
  int refusals = 0;
  int missing = 0;
  for (const json::object& entry : read_audit(deployment.store())) {
    if (entry.at("action") == "secret.release") {
      ++releases;
      BOOST_TEST(entry.at("actor") == "uri:spiffe://test/runtime");
      const bool by_token = entry.at("on_behalf_of") == json::value("oauth:" + issuer + "#" + user);
      const bool by_api_key = entry.at("on_behalf_of") == json::value("api-key:" + api_key.substr(4, 11));
      BOOST_TEST((by_token || by_api_key));
    }
    if (entry.at("action") == "credential.refused" && entry.at("reason") == "missing") {
      ++missing;
      BOOST_TEST(entry.at("plane") == "tools");
      BOOST_TEST(entry.at("actor") == "uri:spiffe://test/runtime");
    }
    if (entry.at("action") == "tool.refused") {
      ++refusals;
      BOOST_TEST(entry.at("reason") == "other_user");
      BOOST_TEST(entry.at("on_behalf_of") == json::value("oauth:" + issuer + "#" + other));
      BOOST_TEST(entry.at("tenant") == json::value(user));
    }
  }
  BOOST_TEST(releases == 2);
  BOOST_TEST(refusals == 1);
  BOOST_TEST(missing == 2);  // without any, and with a header that only an SDK sends
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_plane_tokens)

BOOST_AUTO_TEST_CASE(a_resolve_requires_the_token_of_its_user) {
  const Trusting trusting(with_tool_audience, {{"tool-user-token", "on"}});
  const std::string ann = new_uuid();
  const std::string bob = new_uuid();
  const std::string anns_token = trusting.signer.sign(tool_claims_of(ann));
  const std::string bobs_token = trusting.signer.sign(tool_claims_of(bob));
  const std::string anns_api_key = trusting.deployment.create_api_key(ann, tools_use);
  json::object expired = tool_claims_of(ann);
  expired["exp"] = std::time(nullptr) - 120;
  {
    Server server(trusting.deployment);
    Client api(server.api_client(), bearer(trusting.signer.sign(claims_of(ann))));
    REQUIRE_STATUS(api.post(secrets_path, new_secret), 200);
    const json::value query = {{"user_id", ann}, {"tool_name", "tool"}};
    const auto resolve_with = [&](const Headers& credential) {
      const Answer answer = Client(server.tools_client(), credential).post("/tool/v1/resolve", query);
      BOOST_TEST((answer.status == 200) == (answer.body.find("the value") != std::string::npos));
      return answer;
    };
    const Answer without = resolve_with({});
    CHECK_STATUS(without, 401);
    BOOST_TEST(without.header("WWW-Authenticate").starts_with("Bearer realm="));
    BOOST_TEST(without.body.find("x-api-key") == std::string::npos);
    CHECK_STATUS(resolve_with(bearer(anns_token)), 200);
    CHECK_STATUS(resolve_with({{"Authorization", anns_api_key}}), 200);
    CHECK_STATUS(resolve_with(bearer(bobs_token)), 403);
    CHECK_STATUS(resolve_with(bearer(trusting.signer.sign(expired))), 401);
    CHECK_STATUS(resolve_with(bearer("tct_nonsense")), 401);
    CHECK_STATUS(resolve_with({{"x-api-key", anns_api_key}}), 401);
    CHECK_STATUS(resolve_with({{"token", anns_token}}), 401);  // its issuer allows only Authorization
    CHECK_STATUS(Client(server.tools_client(), {}).get("/healthz"), 200);
    BOOST_REQUIRE(server.stop() == 0);
  }
  check_audit(trusting.deployment, ann, anns_api_key, bob);
}

BOOST_AUTO_TEST_CASE(of_several_tools_that_are_refused_each_is_recorded) {
  const Trusting trusting(with_tool_audience, {{"tool-user-token", "on"}});
  write_file(trusting.deployment.folder() / "tool-identities", "uri:spiffe://test/runtime mail__*\n");
  const std::string ann = new_uuid();
  const std::string bobs_token = trusting.signer.sign(tool_claims_of(new_uuid()));
  {
    Server server(trusting.deployment);
    const json::array tools{{{"tool_name", "mail__a"}}, {{"tool_name", "web__b"}}, {{"tool_name", "mail__c"}}};
    const Answer refused = Client(server.tools_client(), bearer(bobs_token))
                               .post("/tool/v1/resolve-many", {{"user_id", ann}, {"tools", tools}});
    CHECK_STATUS(refused, 403);
    BOOST_REQUIRE(server.stop() == 0);
  }
  std::vector<std::string> recorded;
  for (const json::object& entry : read_audit(trusting.deployment.store())) {
    if (entry.at("action") != "tool.refused") continue;
    recorded.push_back(std::string(entry.at("tool").as_string()) + ' ' + std::string(entry.at("reason").as_string()));
  }
  const std::vector<std::string> expected{"mail__a other_user", "web__b not_granted", "mail__c other_user"};
  BOOST_TEST(recorded == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_credential_of_one_plane_is_refused_on_the_other) {
  const Trusting trusting(with_tool_audience, {{"tool-user-token", "on"}});
  const std::string ann = new_uuid();
  const std::string api_token = trusting.signer.sign(claims_of(ann));
  const std::string tool_token = trusting.signer.sign(tool_claims_of(ann));
  json::object for_both = claims_of(ann);
  for_both["aud"] = json::array{audience, tool_audience};
  const std::string token_for_both = trusting.signer.sign(for_both);
  const std::string api_key = trusting.deployment.create_api_key(ann);
  const std::string tool_api_key = trusting.deployment.create_api_key(ann, tools_use);
  {
    Server server(trusting.deployment, {"--threads", "1"});
    const auto resolve_with = [&](const std::string& credential) {
      const json::value query = {{"user_id", ann}, {"tool_name", "tool"}};
      const Answer answer = Client(server.tools_client(), bearer(credential)).post("/tool/v1/resolve", query);
      BOOST_TEST((answer.status == 200) == (answer.body.find("the value") != std::string::npos));
      return answer;
    };
    REQUIRE_STATUS(Client(server.api_client(), bearer(api_token)).post(secrets_path, new_secret), 200);
    for (int i = 0; i < 2; ++i) {  // the second time from the cache of the thread that serves both planes
      BOOST_TEST(list_status(server, bearer(api_token)) == 200);
      BOOST_TEST(list_status(server, bearer(api_key)) == 200);
      for (const std::string& each : {tool_token, token_for_both}) {
        CHECK_STATUS(resolve_with(each), 200);
        BOOST_TEST(list_status(server, bearer(each)) == 401);
      }
      CHECK_STATUS(resolve_with(tool_api_key), 200);
      for (const Headers& each :
           {bearer(tool_api_key), Headers{{"x-api-key", tool_api_key}}, Headers{{"token", tool_api_key}}}) {
        BOOST_TEST(list_status(server, each) == 403);
      }
      CHECK_STATUS(resolve_with(api_token), 401);
      const Answer refused = resolve_with(api_key);
      REQUIRE_STATUS(refused, 403);
      BOOST_TEST(refused.text("detail") == "The credential lacks the scope tools:use.");
    }
    BOOST_REQUIRE(server.stop() == 0);
  }
  int wrong_audience = 0;
  int scope_lacking = 0;
  for (const json::object& entry : read_audit(trusting.deployment.store())) {
    if (entry.at("action") != "credential.refused" || entry.at("plane") != "tools") continue;
    wrong_audience += entry.at("reason") == "wrong_audience";
    scope_lacking += entry.at("reason") == "scope_lacking";
    BOOST_TEST(entry.at("actor") == "uri:spiffe://test/runtime");
  }
  BOOST_TEST(wrong_audience == 2);
  BOOST_TEST(scope_lacking == 2);
}

BOOST_AUTO_TEST_CASE(a_tool_plane_with_user_tokens_requires_an_audience) {
  const Trusting trusting("", {{"public-url", "https://localhost"}});
  const std::string said = (trusting.deployment.folder() / "issuers").string() +
                           ":1: lacks tool-audience, which tool-user-token requires: without one, a tool runtime could "
                           "use its users' tokens on the API plane\n";
  for (const std::string command : {"check-config", "serve"}) {
    for (const std::string plane : {"both", "tools"}) {
      const Finished done = trusting.deployment.command({command, "--plane", plane, "--tool-user-token", "on"});
      BOOST_TEST(done.status == 2);
      BOOST_TEST(done.err.ends_with(said), done.err);
    }
  }
  BOOST_TEST(trusting.deployment.command({"check-config"}).status == 0);
  BOOST_TEST(trusting.deployment.command({"check-config", "--plane", "api", "--tool-user-token", "on"}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_reload_cannot_remove_the_audience_of_the_tool_plane) {
  const Trusting trusting(with_tool_audience, {{"tool-user-token", "on"}});
  const std::string ann = new_uuid();
  Server server(trusting.deployment);
  REQUIRE_STATUS(
      Client(server.api_client(), bearer(trusting.signer.sign(claims_of(ann)))).post(secrets_path, new_secret), 200);
  write_file(trusting.deployment.folder() / "issuers",
             "[" + issuer + "]\naudience = " + audience + "\njwks-file = " + trusting.keys().string() + "\n");
  server.process().signal(SIGHUP);
  bool told = false;
  for (int i = 0; i < 100 && !told; ++i) {
    std::this_thread::sleep_for(50ms);
    told = trusting.deployment.printed().find("\"issuers_kept\"") != std::string::npos;
  }
  BOOST_TEST(told);
  BOOST_TEST(trusting.deployment.printed().find("lacks tool-audience, which tool-user-token requires") !=
             std::string::npos);
  const json::value query = {{"user_id", ann}, {"tool_name", "tool"}};
  const std::string token = trusting.signer.sign(tool_claims_of(ann));
  CHECK_STATUS(Client(server.tools_client(), bearer(token)).post("/tool/v1/resolve", query), 200);
  BOOST_TEST(list_status(server, bearer(token)) == 401);
}

BOOST_AUTO_TEST_CASE(without_the_setting_a_certificate_suffices_and_a_token_is_ignored) {
  const Trusting trusting;
  Server server(trusting.deployment);
  const std::string ann = new_uuid();
  Client api(server.api_client(), bearer(trusting.signer.sign(claims_of(ann))));
  REQUIRE_STATUS(api.post(secrets_path, new_secret), 200);
  const json::value query = {{"user_id", ann}, {"tool_name", "tool"}};
  CHECK_STATUS(Client(server.tools_client(), bearer("nonsense")).post("/tool/v1/resolve", query), 200);
}

BOOST_AUTO_TEST_SUITE_END()
