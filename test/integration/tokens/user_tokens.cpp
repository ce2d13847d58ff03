// Tokens of an issuer with a key file are accepted only in allowed headers and under its present keys.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "test/integration/tokens/key_file_issuer.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

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

BOOST_AUTO_TEST_SUITE_END()
