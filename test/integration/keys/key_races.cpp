// A change of keys stays correct while another command uses the previous keyrings, and after a command was interrupted.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include "test/integration/keys/key_commands.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

/// A rewrap of one tenant per second, so that other commands can run during it.
struct SlowRewrap {
  SlowRewrap(const Deployment& deployment, std::vector<std::string> keyring)
      : out(deployment.folder() / "slow.out"), err(deployment.folder() / "slow.err") {
    std::vector<std::string> command = {
        TACIT_BINARY, "key", "rewrap", "--rate", "1", "--config", deployment.config().string()};
    command.insert(command.begin() + 3, keyring.begin(), keyring.end());
    process.emplace(command, out, err);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (read_file(err).find("Rewrapping ") == std::string::npos) {
      BOOST_REQUIRE_MESSAGE(process->running(), read_file(out) << read_file(err));
      BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  int wait() { return process->wait(std::chrono::seconds(60)).value_or(-1); }

  std::filesystem::path out;
  std::filesystem::path err;
  std::optional<Process> process;
};

const Settings without_refill{{"prekey-pool", "0"}};

/// Tenants with one secret each, and no key pairs for others, so that a slow rewrap soon comes to the tenants.
std::vector<Known> some_tenants(const Deployment& deployment, std::size_t count) {
  std::vector<Known> known(count);
  Server server(deployment);
  for (Known& one : known) {
    one.user = new_uuid();
    one.key = deployment.create_api_key(one.user);
    Client api(server, one.key);
    create(api, one, 1);
  }
  BOOST_REQUIRE(server.stop() == 0);
  remove_prekeys(deployment.store());
  return known;
}

void expect_all_readable(const Deployment& deployment, std::vector<Known>& known) {
  deployment.verify();
  Server server(deployment);
  for (Known& one : known) expect_everything(server, one);
  BOOST_REQUIRE(server.stop() == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_races)

BOOST_AUTO_TEST_CASE(a_slow_rewrap_does_not_continue_to_a_retired_key) {
  for (const std::string ring : {"root", "metadata"}) {
    const Deployment deployment(without_refill);
    std::vector<Known> known = some_tenants(deployment, 5);
    const std::string first = primary(deployment, ring);
    const std::string second = add_key(deployment, ring);
    succeed(deployment, {"key", "promote", second});
    SlowRewrap slow(deployment, {ring});
    succeed(deployment, {"key", "promote", first});
    succeed(deployment, {"key", "rewrap", ring, "--rate", "0"});
    succeed(deployment, {"key", "retire", second, "--yes"});
    BOOST_TEST(slow.wait() == 1);
    const std::string told = read_file(slow.err);
    // Where commands take longer than a second, the rewrap finds the promotion first.
    const std::string found = "keyring has the key " + second + " as primary, ";
    BOOST_TEST((told.find(found + "which was retired") != std::string::npos ||
                told.find(found + "but " + first + " was promoted since") != std::string::npos),
               told);
    BOOST_TEST(uses(deployment).count(second) == 0U);
    expect_all_readable(deployment, known);
  }
}

BOOST_AUTO_TEST_CASE(a_rewrap_of_both_keyrings_uses_each_primary_key_at_its_turn) {
  const Deployment deployment(without_refill);
  std::vector<Known> known = some_tenants(deployment, 4);
  const std::string old_metadata = primary(deployment, "metadata");
  const std::string new_root = add_key(deployment, "root");
  const std::string new_metadata = add_key(deployment, "metadata");
  succeed(deployment, {"key", "promote", new_root});
  SlowRewrap slow(deployment, {});
  succeed(deployment, {"key", "promote", new_metadata});
  succeed(deployment, {"key", "rewrap", "metadata", "--rate", "0"});
  succeed(deployment, {"key", "retire", old_metadata, "--yes"});
  BOOST_TEST(slow.wait() == 0);
  BOOST_TEST(read_file(slow.out).find("metadata: rewrapped 0 tenants, 0 secrets, 0 API keys to the key " +
                                      new_metadata) != std::string::npos,
             read_file(slow.out) << read_file(slow.err));
  BOOST_TEST(primary(deployment, "metadata") == new_metadata);
  expect_all_readable(deployment, known);
}

BOOST_AUTO_TEST_CASE(an_interrupted_retirement_is_undone_if_a_late_row_names_the_key) {
  const Deployment deployment(without_refill);
  some_tenants(deployment, 1);
  const auto api_key = [&] {
    const std::vector<Row> rows = read_rows(deployment.store());
    return *std::ranges::find(rows, std::string("api_keys"), &Row::table);
  };
  const std::string old_key = primary(deployment, "metadata");
  const Row late = api_key();
  succeed(deployment, {"key", "promote", add_key(deployment, "metadata")});
  const auto ring = deployment.folder() / "metadata.keyring";
  const auto copy = deployment.folder() / "copy.keyring";
  std::filesystem::copy_file(ring, copy);
  succeed(deployment, {"key", "rewrap", "metadata"});
  succeed(deployment, {"key", "retire", old_key, "--yes"});
  write_row(deployment.store(), late.table, late.key, late.value);
  BOOST_TEST(uses(deployment).at(old_key).state == "missing");

  // The key is retired in the store but not yet in the keyring, and a server with old keyrings wrote in between.
  std::filesystem::rename(copy, ring);
  for (int again = 0; again < 2; ++again) {
    expect_refusal(deployment, {"key", "retire", old_key, "--yes"},
                   "is not retired: 0 tenants, 0 secrets and 1 API key");
  }
  std::size_t taken_back = 0;
  for (const json::object& entry : read_audit(deployment.store())) {
    if (entry.at("action").as_string() == "key.retire" && entry.at("outcome").as_string() == "denied") ++taken_back;
  }
  BOOST_TEST(taken_back == 1U);
  succeed(deployment, {"key", "rewrap", "metadata"});
  succeed(deployment, {"key", "retire", old_key, "--yes"});
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(no_key_is_retired_while_a_row_cannot_be_read) {
  const Deployment deployment(without_refill);
  some_tenants(deployment, 1);
  const std::string old_key = primary(deployment, "metadata");
  succeed(deployment, {"key", "promote", add_key(deployment, "metadata")});
  succeed(deployment, {"key", "rewrap", "metadata"});
  const std::vector<Row> rows = read_rows(deployment.store());
  const Row whole = *std::ranges::find(rows, std::string("api_keys"), &Row::table);
  write_row(deployment.store(), whole.table, whole.key, "nothing that can be read");
  expect_refusal(deployment, {"key", "retire", old_key, "--yes"},
                 "is not retired: 1 row cannot be read and may use it");
  const Finished listed = deployment.command({"key", "list", "--uses"});
  BOOST_TEST(listed.err.find("1 row cannot be read and may use any metadata key") != std::string::npos, listed.err);
  write_row(deployment.store(), whole.table, whole.key, whole.value);
  succeed(deployment, {"key", "retire", old_key, "--yes"});
  deployment.verify();
}

BOOST_AUTO_TEST_SUITE_END()
