// Tenants get new key pairs while servers work, despite a kill; signing keys and audit keys are changed by commands.
#include <signal.h>

#include <chrono>
#include <memory>
#include <thread>

#include "test/integration/keys/key_commands.hpp"

using namespace tacit::test;

namespace {

constexpr std::size_t secrets_of_each = 40;

std::vector<Known> make_tenants(const Deployment& deployment, const Server& server, std::size_t number) {
  std::vector<Known> known(number);
  for (Known& one : known) {
    one.user = new_uuid();
    one.key = deployment.create_api_key(one.user);
    Client api(server, one.key);
    for (std::size_t n = 0; n < secrets_of_each; ++n) create(api, one, n);
  }
  return known;
}

/// Starts a rekey and kills it half-way: at that rate it takes three seconds.
void rekey_and_kill(const Deployment& deployment) {
  const auto out = deployment.folder() / "rekey.out";
  const auto err = deployment.folder() / "rekey.err";
  Process rekey({TACIT_BINARY, "tenant", "rekey", "--all", "--rate", "40", "--config", deployment.config().string()},
                out, err);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (read_file(err).find("Sealing again: ") == std::string::npos) {
    BOOST_REQUIRE_MESSAGE(rekey.running(), read_file(out) << read_file(err));
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  rekey.signal(SIGKILL);
  BOOST_REQUIRE(rekey.wait(std::chrono::seconds(30)) == 128 + SIGKILL);
}

std::string primary_of(const Deployment& deployment, const std::string& keyring) {
  std::istringstream lines(succeed(deployment, {"key", "list"}));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string ring;
    std::string key;
    std::string state;
    words >> ring >> key >> state;
    if (ring == keyring && state == "primary") return key;
  }
  throw std::runtime_error("no primary key of " + keyring);
}

/// A server that has read the keyrings again.
void restart(std::unique_ptr<Server>& server, const Deployment& deployment) {
  if (server) BOOST_REQUIRE(server->stop() == 0);
  server.reset();
  server = std::make_unique<Server>(deployment);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_rekey)

BOOST_AUTO_TEST_CASE(a_killed_rekey_of_all_tenants_is_continued) {
  const Deployment deployment(Settings{{"request-rate", "0"}, {"access-log", "off"}});
  Server server(deployment);
  std::vector<Known> known = make_tenants(deployment, server, 3);
  rekey_and_kill(deployment);
  for (Known& one : known) expect_everything(server, one);
  // Clients change and add secrets of tenants that are done, half-way, or to come.
  for (Known& one : known) {
    Client api(server, one.key);
    create(api, one, 1000);
    auto& [id, value] = one.secrets.begin()->second;
    value = value_of(2000);
    expect(api.patch(secrets_path + id, {{"secret_value", value}}), 200);
  }
  const std::string told = succeed(deployment, {"tenant", "rekey", "--all", "--rate", "0"});
  BOOST_TEST(told.find("rekeyed ") != std::string::npos, told);
  BOOST_TEST(told.find("problems") == std::string::npos, told);
  for (Known& one : known) expect_everything(server, one);
  deployment.verify();
  // Nothing is left of the first run: this one begins again.
  const std::string again = succeed(deployment, {"tenant", "rekey", "--tenant", known.front().user, "--rate", "0"});
  BOOST_TEST(again.find("rekeyed 1 tenant, 41 secrets") != std::string::npos, again);
  for (Known& one : known) expect_everything(server, one);
  deployment.verify();
  BOOST_REQUIRE(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(signing_and_audit_keys_rotate) {
  const Deployment deployment(Settings{{"request-rate", "0"}, {"access-log", "off"}});
  auto server = std::make_unique<Server>(deployment);
  std::vector<Known> known = make_tenants(deployment, *server, 2);
  for (const std::string keyring : {"signing", "audit-api", "audit-tools", "audit-operator"}) {
    BOOST_TEST_CONTEXT(keyring) {
      const std::string old = primary_of(deployment, keyring);
      const std::string fresh = add_key(deployment, keyring);
      restart(server, deployment);
      expect_refusal(deployment, {"key", "retire", old, "--yes"}, "primary");
      succeed(deployment, {"key", "promote", fresh});
      restart(server, deployment);
      if (keyring == "signing") {
        expect_refusal(deployment, {"key", "retire", old, "--yes"},
                       "are still signed with it; run: tacit key rewrap root");
        succeed(deployment, {"key", "rewrap", "root", "--rate", "0"});
      }
      succeed(deployment, {"key", "retire", old, "--yes"});
      BOOST_TEST(primary_of(deployment, keyring) == fresh);
      restart(server, deployment);
      for (Known& one : known) expect_everything(*server, one);
      Known late;
      late.user = new_uuid();
      late.key = deployment.create_api_key(late.user);
      Client api(*server, late.key);
      create(api, late, 1);
      known.push_back(late);
      deployment.verify();
      succeed(deployment, {"audit", "verify"});
    }
  }
  BOOST_REQUIRE(server->stop() == 0);
}

BOOST_AUTO_TEST_CASE(faults_are_reported) {
  Deployment deployment;
  const auto says = [&](const std::vector<std::string>& command, int status, const std::string& words) {
    const Finished done = deployment.command(command);
    BOOST_TEST(done.status == status);
    BOOST_TEST(done.err.find(words) != std::string::npos, done.err);
  };
  const std::string tenant = new_uuid();
  says({"tenant", "rekey"}, 2, "needs either --tenant or --all");
  says({"tenant", "rekey", "--all", "--tenant", tenant}, 2, "needs either --tenant or --all");
  says({"tenant", "rekey", "--tenant", "x"}, 2, "--tenant: ");
  says({"tenant", "rekey", "--tenant", tenant, "--restart"}, 2, "--restart is for --all");
  says({"tenant", "rekey", "--all", "--rate", "x"}, 2, "--rate: \"x\" is not a whole number");
  says({"tenant", "rekey", "--tenant", tenant}, 1, "nothing is stored of the tenant " + tenant);
  deployment.configure({{"root-private-keyring", ""}});
  says({"tenant", "rekey", "--tenant", tenant}, 1, "the root private keyring lacks the primary key");
}

BOOST_AUTO_TEST_SUITE_END()
