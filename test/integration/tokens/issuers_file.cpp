// Faults of the issuers' file and of its key files, as check-config and the start report them.
#include <algorithm>
#include <string>
#include <vector>

#include "test/integration/tokens/key_file_issuer.hpp"

using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(issuers_file)

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
