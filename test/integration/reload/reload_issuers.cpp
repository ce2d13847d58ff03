// A SIGHUP takes a changed issuers' file, and keeps the previous issuers if it has faults.
#include <string>
#include <utility>
#include <vector>

#include "test/integration/reload/reloading.hpp"
#include "test/integration/tokens/token_signer.hpp"
#include "test/integration/tokens/trusting_deployment.hpp"

using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(reload_issuers)

BOOST_AUTO_TEST_CASE(issuers) {
  TrustingDeployment trusting;
  IdentityProvider& provider = trusting.provider;
  provider.start();
  Server server(trusting.deployment);
  const std::string token = provider.token({IdentityProvider::jwt}).access;
  BOOST_TEST(status_with(server, token) == 200);
  const auto file = trusting.deployment.folder() / "issuers";
  const std::string trusted = read_file(file);
  const std::string stranger =
      "[https://stranger.test]\naudience = x\nuuid-users = off\njwks-url = https://127.0.0.1:1/keys\nca = " +
      provider.authority().string() + "\n";

  // A second issuer, while the first one's keys cannot be fetched: the first keeps its present keys.
  write_file(file, stranger + trusted);
  provider.pause();
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 200);
  provider.resume();

  write_file(file, stranger);
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 401);
  const Answer metadata = HttpsClient(server.api_client()).request("GET", "/.well-known/oauth-protected-resource");
  REQUIRE_STATUS(metadata, 200);
  BOOST_TEST(metadata.body.find(R"("authorization_servers":["https://stranger.test"])") != std::string::npos);

  const TokenSigner signer("other");
  write_file(trusting.deployment.folder() / "other.jwks", signer.jwks());
  const std::string other = "[https://other.test]\naudience = x\nuuid-users = off\njwks-file = " +
                            (trusting.deployment.folder() / "other.jwks").string() + "\n";
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"[not a section\n", "is not [issuer]"},
      {other + "algorithms = RS256\n", "no key fits `algorithms`"},
      {other + "client-tokens = on\n", "client-tokens has no effect"},
  };
  for (const auto& [section, why] : faults) {
    write_file(file, trusted + section);
    const std::string log = reload_log(server, trusting.deployment);
    BOOST_TEST(!is_good(log));
    BOOST_TEST(value_in(log, "issuers_kept", "reason").find(why) != std::string::npos, log);
    BOOST_TEST(status_with(server, token) == 401);
  }

  write_file(file, trusted);
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
