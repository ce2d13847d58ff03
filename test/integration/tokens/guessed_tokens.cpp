// Limits on bad tokens and on questions to issuers, and that they do not refuse valid credentials.
#include <ctime>
#include <string>

#include "test/integration/tokens/key_file_issuer.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

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

}  // namespace

BOOST_AUTO_TEST_SUITE(guessed_tokens)

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

BOOST_AUTO_TEST_SUITE_END()
