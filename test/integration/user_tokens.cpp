// Tokens of an issuer with a key file are accepted only in allowed headers and under its present keys, and on the tool
// plane beside a runtime's certificate.
#include <algorithm>
#include <csignal>
#include <ctime>

#include "test/integration/shared_server.hpp"
#include "test/integration/store_rows.hpp"
#include "test/integration/token_signer.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const std::string issuer = "https://id.test";
const std::string audience = "https://tacit.test";
const std::string tool_audience = "https://tools.tacit.test";
const std::string with_tool_audience = "tool-audience = " + tool_audience + "\n";

/// A deployment that accepts the tokens of `signer`.
struct Trusting {
  explicit Trusting(const std::string& issuer_settings = "", const Settings& settings = {}) : deployment(settings) {
    put_keys(signer);
    write_file(deployment.folder() / "issuers", "[" + issuer + "]\naudience = " + audience +
                                                    "\njwks-file = " + keys().string() + "\n" + issuer_settings);
    deployment.configure({{"issuers", (deployment.folder() / "issuers").string()}});
  }

  std::filesystem::path keys() const { return deployment.folder() / "issuer.jwks"; }
  void put_keys(const TokenSigner& of) const { write_file(keys(), of.jwks()); }

  TokenSigner signer{"first"};
  Deployment deployment;
};

json::object claims_of(const std::string& user) {
  return {{"iss", issuer}, {"aud", audience}, {"sub", user}, {"scope", "secrets:read secrets:write"}};
}

/// The claims of a token for the tool plane.
json::object tool_claims_of(const std::string& user) {
  json::object claims = claims_of(user);
  claims["aud"] = tool_audience;
  return claims;
}

const std::vector<std::string> tools_use = {"--scope", "tools:use"};

int list_status(const Server& server, const Headers& credential) {
  return HttpsClient(server.api_client()).request("GET", secrets_path, credential).status;
}

Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

/// Presents tokens over one connection, for tests that need speed.
class Presenter {
 public:
  explicit Presenter(const Server& server) : client_(server.api_client(), {}) {}
  int status_of(const std::string& token) { return client_.request("GET", secrets_path, {}, bearer(token)).status; }
  /// The first answer other than 401, or the last of 20 answers.
  int status_after_401s(const std::string& token) {
    int status = 401;
    for (int i = 0; i < 20 && status == 401; ++i) status = status_of(token);
    return status;
  }

 private:
  Client client_;
};

const json::value new_secret = {{"secret_name", "n"},
                                {"secret_value", "the value"},
                                {"tool_name", "tool"},
                                {"tool_arg", "a"},
                                {"is_default_for_tool", true}};

}  // namespace

BOOST_AUTO_TEST_SUITE(user_tokens)

BOOST_AUTO_TEST_CASE(a_token_comes_only_in_the_headers_that_its_issuer_allows) {
  struct Row {
    const char* setting;
    int in_authorization;
    int in_token;
  };
  for (const Row& row :
       {Row{"", 200, 401}, Row{"headers = token\n", 401, 200}, Row{"headers = token authorization\n", 200, 200}}) {
    const Trusting trusting(row.setting);
    Server server(trusting.deployment);
    const std::string token = trusting.signer.sign(claims_of(new_uuid()));
    BOOST_TEST_CONTEXT(row.setting) {
      for (int i = 0; i < 2; ++i) {  // the second time it may come from the cache
        BOOST_TEST(list_status(server, bearer(token)) == row.in_authorization);
        BOOST_TEST(list_status(server, {{"Authorization", token}}) == row.in_authorization);
        BOOST_TEST(list_status(server, {{"token", token}}) == row.in_token);
        BOOST_TEST(list_status(server, {{"x-api-key", token}}) == 401);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(tokens_of_a_removed_key_are_refused_after_a_reload) {
  const Trusting trusting;
  Server server(trusting.deployment, {"--threads", "1"});
  const TokenSigner second("second");
  const std::string old_token = trusting.signer.sign(claims_of(new_uuid()));
  const std::string new_token = second.sign(claims_of(new_uuid()));
  Client old_client(server.api_client(), bearer(old_token));
  Client new_client(server.api_client(), bearer(new_token));
  REQUIRE_STATUS(old_client.get(secrets_path), 200);
  REQUIRE_STATUS(old_client.get(secrets_path), 200);
  REQUIRE_STATUS(new_client.get(secrets_path), 401);
  trusting.put_keys(second);
  server.process().signal(SIGHUP);
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    std::this_thread::sleep_for(50ms);
    status = new_client.get(secrets_path).status;
  }
  BOOST_TEST(status == 200);
  BOOST_TEST(old_client.get(secrets_path).status == 401);
}

BOOST_AUTO_TEST_CASE(a_bad_key_file_keeps_the_previous_keys) {
  const Trusting trusting;
  Server server(trusting.deployment);
  Client client(server.api_client(), bearer(trusting.signer.sign(claims_of(new_uuid()))));
  REQUIRE_STATUS(client.get(secrets_path), 200);
  write_file(trusting.keys(), "{\"keys\": []}");
  server.process().signal(SIGHUP);
  bool told = false;
  for (int i = 0; i < 100 && !told; ++i) {
    std::this_thread::sleep_for(50ms);
    told = trusting.deployment.printed().find("issuer_keys_failed") != std::string::npos;
  }
  BOOST_TEST(told);
  REQUIRE_STATUS(client.get(secrets_path), 200);
  REQUIRE_STATUS(Client(server.api_client(), bearer(trusting.signer.sign(claims_of(new_uuid())))).get(secrets_path),
                 200);
}

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
  int releases = 0;
  int refusals = 0;
  int missing = 0;
  for (const json::object& entry : read_audit(trusting.deployment.store())) {
    if (entry.at("action") == "secret.release") {
      ++releases;
      BOOST_TEST(entry.at("actor") == "uri:spiffe://test/runtime");
      const bool by_token = entry.at("on_behalf_of") == json::value("oauth:" + issuer + "#" + ann);
      const bool by_api_key = entry.at("on_behalf_of") == json::value("api-key:" + anns_api_key.substr(4, 11));
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
      BOOST_TEST(entry.at("on_behalf_of") == json::value("oauth:" + issuer + "#" + bob));
      BOOST_TEST(entry.at("tenant") == json::value(ann));
    }
  }
  BOOST_TEST(releases == 2);
  BOOST_TEST(refusals == 1);
  BOOST_TEST(missing == 2);  // without any, and with a header that only an SDK sends
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

BOOST_AUTO_TEST_CASE(a_good_new_token_is_accepted_from_a_guessing_address) {
  const Trusting trusting("", {{"failed-auth-rate", "1"}, {"failed-auth-burst", "2"}});
  Server server(trusting.deployment);
  Presenter presenter(server);
  json::object expired = claims_of(new_uuid());
  expired["exp"] = std::time(nullptr) - 120;
  const std::string bad_token = trusting.signer.sign(expired);
  BOOST_TEST(presenter.status_after_401s("tct_guess") == 429);
  BOOST_TEST(list_status(server, bearer(trusting.signer.sign(claims_of(new_uuid())))) == 200);
  // An expired token of a trusted issuer is not a guess: its holder gets that reason, and finally has to wait.
  BOOST_TEST(presenter.status_of(bad_token) == 401);
  BOOST_TEST(presenter.status_after_401s(bad_token) == 429);
  expired["jti"] = "another";
  BOOST_TEST(list_status(server, bearer(trusting.signer.sign(expired))) == 401);
  BOOST_TEST(list_status(server, bearer(trusting.signer.sign(claims_of(new_uuid())))) == 200);
  const std::string forged = TokenSigner("first").sign(claims_of(new_uuid()));
  BOOST_TEST(presenter.status_after_401s(forged) == 429);
}

BOOST_AUTO_TEST_CASE(a_client_with_an_expired_token_does_not_affect_others) {
  const Trusting trusting("", {{"failed-auth-rate", "1"}, {"failed-auth-burst", "5"}});
  Server server(trusting.deployment);
  Presenter presenter(server);
  json::object expired = claims_of(new_uuid());
  expired["exp"] = std::time(nullptr) - 120;
  const std::string old = trusting.signer.sign(expired);
  int refused = 0;
  int throttled = 0;
  for (int i = 0; i < 50; ++i) {
    const int status = presenter.status_of(old);
    refused += status == 401;
    throttled += status == 429;
  }
  BOOST_TEST(refused >= 5);
  BOOST_TEST(throttled > 0);
  BOOST_TEST(refused + throttled == 50);
  BOOST_TEST(presenter.status_of("tct_guess") == 401);
  BOOST_TEST(list_status(server, bearer(trusting.deployment.create_api_key(new_uuid()))) == 200);
}

BOOST_AUTO_TEST_CASE(guesses_of_users_tokens_by_a_runtime_are_slowed) {
  const Trusting trusting(
      with_tool_audience,
      {{"tool-user-token", "on"}, {"failed-auth-rate", "1"}, {"failed-auth-burst", "3"}, {"access-log", "off"}});
  Server server(trusting.deployment);
  const std::string ann = new_uuid();
  Client api(server.api_client(), bearer(trusting.signer.sign(claims_of(ann))));
  REQUIRE_STATUS(api.post(secrets_path, new_secret), 200);
  const auto resolve_with = [&](const std::string& token) {
    const json::value query = {{"user_id", ann}, {"tool_name", "tool"}};
    return Client(server.tools_client(), bearer(token)).post("/tool/v1/resolve", query).status;
  };
  // Guesses on the other plane do not count on this one.
  BOOST_TEST(Presenter(server).status_after_401s("tct_guess") == 429);
  int status = resolve_with("tct_guess");
  BOOST_TEST(status == 401);
  for (int i = 0; i < 20 && status == 401; ++i) status = resolve_with("tct_guess" + std::to_string(i));
  BOOST_TEST(status == 429);
  json::object second = tool_claims_of(ann);
  second["jti"] = "another";
  BOOST_TEST(resolve_with(trusting.signer.sign(second)) == 200);
  BOOST_TEST(resolve_with(trusting.deployment.create_api_key(ann, tools_use)) == 200);
}

BOOST_AUTO_TEST_CASE(an_address_has_a_limit_of_calls_to_issuers) {
  const Trusting trusting("", {{"issuer-ask-rate", "1"}, {"issuer-ask-burst", "2"}, {"failed-auth-burst", "100"}});
  Server server(trusting.deployment);
  const TokenSigner unknown("unknown");
  const auto answer = [&] {
    const Headers credential = bearer(unknown.sign(claims_of(new_uuid())));
    return HttpsClient(server.api_client()).request("GET", secrets_path, credential);
  };
  Answer last = answer();
  BOOST_TEST(last.status == 401);
  for (int i = 0; i < 20 && last.status != 429; ++i) last = answer();
  REQUIRE_STATUS(last, 429);
  BOOST_TEST(!last.header("Retry-After").empty());
  BOOST_TEST(last.header("RateLimit-Policy") == "\"issuer-questions\";q=2;w=2");
  BOOST_TEST(list_status(server, bearer(trusting.signer.sign(claims_of(new_uuid())))) == 200);
}

BOOST_AUTO_TEST_CASE(an_oversized_token_is_refused_with_its_size) {
  const Trusting trusting;
  Server server(trusting.deployment);
  const auto token_with = [&](std::size_t padding) {
    json::object claims = claims_of(new_uuid());
    claims["groups"] = std::string(padding, 'g');
    return trusting.signer.sign(claims);
  };
  BOOST_TEST(list_status(server, bearer(token_with(8'700))) == 200);
  const std::string larger = token_with(9'500);
  Client client(server.api_client(), bearer(larger));
  const Answer refused = client.get(secrets_path);
  REQUIRE_STATUS(refused, 401);
  BOOST_TEST(refused.text("detail") == "The token is larger than 12288 bytes, the largest accepted size.");
  const std::string printed = trusting.deployment.printed();
  BOOST_TEST(printed.find("\"event\":\"token_too_large\"") != std::string::npos, printed);
  BOOST_TEST(printed.find("\"size\":" + std::to_string(larger.size()) + ",\"limit\":12288}") != std::string::npos);
  BOOST_TEST(printed.find(larger.substr(0, 40)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_used_is_named_and_the_others_serve) {
  const Trusting trusting;
  std::string set = trusting.signer.jwks();
  const auto first = set.find('[') + 1;
  set.insert(first, R"(null,{"kty":"RSA","kid":"left-out-1","alg":"RS1","n":"AAAA","e":"AQAB"},)");
  write_file(trusting.keys(), "\xef\xbb\xbf" + set);
  const Finished checked = trusting.deployment.command({"check-config"});
  BOOST_TEST(checked.status == 0);
  const std::string why = "key 2: its alg \"RS1\" is not supported";
  BOOST_TEST(checked.err.find(trusting.keys().string() + " has keys that are not used: " + why) != std::string::npos,
             checked.err);
  BOOST_TEST(checked.err.find("key 1: it is null, not an object") != std::string::npos, checked.err);
  Server server(trusting.deployment);
  BOOST_TEST(list_status(server, bearer(trusting.signer.sign(claims_of(new_uuid())))) == 200);
  const std::string printed = trusting.deployment.printed();
  BOOST_TEST(printed.find("\"event\":\"issuer_key_skipped\"") != std::string::npos, printed);
  BOOST_TEST(printed.find("left-out-1") != std::string::npos, printed);
}

BOOST_AUTO_TEST_CASE(check_config_reports_faults_of_the_issuers) {
  const Trusting trusting;
  const auto said = [&] { return trusting.deployment.command({"check-config"}); };
  BOOST_TEST(said().status == 0);
  write_file(trusting.keys(), "{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}");
  BOOST_TEST(said().status != 0);
  BOOST_TEST((said().out + said().err).find(trusting.keys().string()) != std::string::npos);
  trusting.put_keys(trusting.signer);
  write_file(trusting.deployment.folder() / "issuers", "[" + issuer + "]\naudience = x\ncolour = red\n");
  BOOST_TEST(said().status != 0);
  BOOST_TEST((said().out + said().err).find("issuers:3: \"colour\" is not an issuer setting") != std::string::npos);
  write_file(trusting.deployment.folder() / "issuers", "[" + issuer + "]\naudiance = x\n");
  for (const std::string command : {"check-config", "serve"}) {
    const std::string meant = trusting.deployment.command({command}).err;
    BOOST_TEST(meant.find("\"audiance\" is not an issuer setting; did you mean audience?") != std::string::npos, meant);
  }
}

BOOST_AUTO_TEST_CASE(every_fault_of_the_issuers_prevents_the_start) {
  const Trusting trusting("algorithms = RS256\nclient-tokens = on\n", {{"public-url", "https://localhost"}});
  const std::string file = (trusting.deployment.folder() / "issuers").string();
  for (const std::string command : {"check-config", "serve"}) {
    const Finished done = trusting.deployment.command({command});
    BOOST_TEST(done.status == 2);
    BOOST_TEST(done.err == "tacit: " + file + ":4: no key fits `algorithms` in the key file " +
                               trusting.keys().string() + "\ntacit: " + file +
                               ":5: client-tokens has no effect without introspection\n");
  }
}

BOOST_AUTO_TEST_CASE(issuers_without_a_public_url_are_noted_as_no_problem) {
  const Trusting trusting(with_tool_audience);
  const auto notes = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"check-config"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished done = trusting.deployment.command(words);
    BOOST_TEST(done.status == 0);
    BOOST_TEST(done.out == "The configuration is good.\n");
    return done.err;
  };
  const std::string note = notes({});
  BOOST_TEST(note.starts_with("tacit: note: public-url is not configured: "), note);
  BOOST_TEST(std::ranges::count(note, '\n') == 1);
  BOOST_TEST(notes({"--public-url", "https://localhost"}) == "");
  BOOST_TEST(notes({"--plane", "tools", "--tool-user-token", "on"}) == "");

  Server server(trusting.deployment);
  const std::string printed = trusting.deployment.printed();
  const auto at = printed.find("\"configuration_note\"");
  BOOST_TEST_REQUIRE(at != std::string::npos, printed);
  const std::string line =
      printed.substr(printed.rfind('\n', at) + 1, printed.find('\n', at) - printed.rfind('\n', at));
  BOOST_TEST(line.find("\"warn\"") != std::string::npos, line);
  BOOST_TEST(line.find("public-url is not configured") != std::string::npos, line);
  BOOST_TEST(printed.find("\"configuration_note\"", at + 1) == std::string::npos);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
