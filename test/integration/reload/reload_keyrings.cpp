// A SIGHUP takes changed keyrings, unless the store names other keys.
#include <filesystem>
#include <sstream>
#include <string>

#include "test/integration/reload/reloading.hpp"

using namespace tacit::test;

namespace {

/// Adds a key of another deployment to this one's keyring, as the primary one or beside it.
void add_key(const Deployment& to, const Deployment& from, const std::string& keyring, bool as_primary) {
  const auto file = to.folder() / keyring;
  std::istringstream own(read_file(file));
  std::istringstream other(read_file(from.folder() / keyring));
  std::string head;
  std::string key;
  std::string content;
  std::getline(other, head);
  std::getline(other, key);
  for (std::string line; std::getline(own, line);) {
    const auto primary = line.find(" primary ");
    const bool is_signer = line.starts_with("sign ");
    if (as_primary && !is_signer && primary != std::string::npos) line.replace(primary, 9, " active ");
    content += line + "\n";
  }
  if (const auto primary = key.find(" primary "); !as_primary && primary != std::string::npos) {
    key.replace(primary, 9, " active ");
  }
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  write_file(file, content + key + "\n");
  std::filesystem::permissions(file, permissions);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reload_keyrings)

BOOST_AUTO_TEST_CASE(keyrings) {
  const Deployment deployment;
  const Deployment other;
  Server api(deployment, {"--plane", "api"});
  Server tools(deployment, {"--plane", "tools"});
  Tenant before(deployment, api);
  before.create(secret_for_all_tools);
  add_key(deployment, other, "root-public.keyring", false);
  add_key(deployment, other, "metadata.keyring", true);
  BOOST_TEST(is_good(reload_log(api, deployment)));
  Tenant after(deployment, api);
  after.create(secret_for_all_tools);
  const auto released = [&](const Tenant& tenant) {
    return resolve(tools, {{"user_id", tenant.id}, {"tool_name", "t"}}).status;
  };
  BOOST_TEST(released(before) == 200);
  BOOST_TEST(released(after) != 200);  // the new keys are needed to open it
  add_key(deployment, other, "root-private.keyring", false);
  BOOST_TEST(is_good(reload_log(tools, deployment)));
  BOOST_TEST(released(before) == 200);
  BOOST_TEST(released(after) == 200);

  // A keyring without a key that the store uses is rejected.
  const auto file = deployment.folder() / "metadata.keyring";
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  std::filesystem::copy_file(other.folder() / "metadata.keyring", file);
  std::filesystem::permissions(file, permissions);
  const std::string log = reload_log(api, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "keys_kept", "reason") != "no such event", log);
  REQUIRE_STATUS(before.api.get(secrets_path), 200);
  BOOST_TEST(api.stop() == 0);
  BOOST_TEST(tools.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_signing_keyring_without_the_primary_key_is_not_taken) {
  const Deployment deployment;
  const Deployment other;
  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create(secret_for_all_tools);
  const auto file = deployment.folder() / "audit-api.keyring";
  std::filesystem::rename(file, deployment.folder() / "away");
  std::filesystem::copy_file(other.folder() / "audit-api.keyring", file);
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "keys_kept", "reason").find("with which the API plane signs") != std::string::npos, log);
  // The former keys sign on.
  REQUIRE_STATUS(tenant.api.get(secrets_path), 200);
  BOOST_TEST(resolve(server, {{"user_id", tenant.id}, {"tool_name", "t"}}).status == 200);
  std::filesystem::rename(deployment.folder() / "away", file);
  BOOST_TEST(is_good(reload_log(server, deployment)));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(an_edited_root_public_keyring) {
  const Deployment deployment;
  const Deployment other;
  Server server(deployment);
  Tenant before(deployment, server);
  before.create(secret_for_all_tools);
  Tenant after(deployment, server);  // takes a key pair in its first write
  const auto file = deployment.folder() / "root-public.keyring";
  const std::string content = read_file(file);
  add_key(deployment, other, "root-public.keyring", true);
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  const std::string words = "as primary, which the store does not name: the keyring was edited";
  BOOST_TEST(value_in(log, "keys_kept", "reason").find(words) != std::string::npos, log);
  // The key of a new tenant is sealed to the former key.
  after.create(secret_for_all_tools);
  BOOST_TEST(resolve(server, {{"user_id", after.id}, {"tool_name", "t"}}).status == 200);
  BOOST_TEST(server.stop() == 0);

  // A process with the root private keyring misses the private half; the API plane has only the public one.
  for (const std::string command : {"serve", "check-config"}) {
    const Finished refused = deployment.command({command, "--plane", "api"});
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(refused.err.find(words) != std::string::npos, command << ": " << refused.err);
  }
  // The rewrap that the message names needs the private half, which the editor does not have.
  const Finished rewrap = deployment.command({"key", "rewrap", "root"});
  BOOST_TEST(rewrap.status == 1);
  BOOST_TEST(rewrap.err.find("the root private keyring lacks the primary key") != std::string::npos, rewrap.err);
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  write_file(file, content);
  std::filesystem::permissions(file, permissions);
  Server again(deployment);
  BOOST_TEST(resolve(again, {{"user_id", after.id}, {"tool_name", "t"}}).status == 200);
  BOOST_TEST(again.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
