// Both keys can be changed while two servers work and no client notices: one server has read the keyrings since, the
// other has the new keys but still uses the old ones as primary. The rewrap is killed half-way and continued.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/keys/key_commands.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

constexpr std::size_t secrets_at_first = 40;

/// Creates, changes, deletes, lists and resolves until `stop`.
void work(const Server& server, Known& known, const std::atomic<bool>& stop) {
  Client api(server, known.key);
  Client tools(server.tools_client(), {});
  for (std::size_t n = 1000; !stop; ++n) {
    create(api, known, n);
    const auto at = std::next(known.secrets.begin(), static_cast<std::ptrdiff_t>(n * 7 % known.secrets.size()));
    auto& [id, value] = at->second;
    value = value_of(n + 500'000);
    expect(api.patch(secrets_path + id, {{"secret_value", value}}), 200);
    expect(api.post(secrets_path, {{"secret_name", at->first}, {"secret_value", "taken"}}), 409);
    const Answer released = tools.post(
        "/tool/v1/resolve", {{"user_id", known.user}, {"tool_name", "tool__" + at->first.substr(7) + "__x"}});
    expect(released, 200);
    if (released.at("arguments").at("key").at("value").as_string() != json::string(value)) {
      throw std::runtime_error("another value: " + at->first);
    }
    const Answer listed = api.get(secrets_path);
    expect(listed, 200);
    if (listed.at("data").as_array().size() != known.secrets.size()) throw std::runtime_error("a list of another size");
    const auto last = std::prev(known.secrets.end());
    expect(api.del(secrets_path + last->second.first), 200);
    known.secrets.erase(last);
    known.requests += 6;
  }
}

/// Starts a rewrap and kills it half-way: at that rate it takes a second.
void rewrap_and_kill(const Deployment& deployment) {
  const auto out = deployment.folder() / "rewrap.out";
  const auto err = deployment.folder() / "rewrap.err";
  Process rewrap({TACIT_BINARY, "key", "rewrap", "metadata", "--rate", "100", "--config", deployment.config().string()},
                 out, err);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (read_file(err).find("Rewrapping metadata: ") == std::string::npos) {
    BOOST_REQUIRE_MESSAGE(rewrap.running(), read_file(out) << read_file(err));
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  rewrap.signal(SIGKILL);
  BOOST_REQUIRE(rewrap.wait(std::chrono::seconds(30)) == 128 + SIGKILL);
}

/// Runs `doing` while clients of both servers work.
template <class Doing>
void under_load(const Server& first, const Server& second, std::vector<Known>& known, Doing doing) {
  std::atomic<bool> stop{false};
  std::exception_ptr failed;
  std::thread load([&] {
    try {
      in_parallel(known.size(), [&](std::size_t i) { work(i % 2 == 0 ? first : second, known[i], stop); });
    } catch (...) {
      failed = std::current_exception();
    }
  });
  try {
    doing();
  } catch (...) {
    stop = true;
    load.join();
    throw;
  }
  stop = true;
  load.join();
  if (failed) std::rethrow_exception(failed);
}

/// Tenants with secrets, created before the rotation.
std::vector<Known> known_tenants(const Deployment& deployment) {
  std::vector<Known> known(4);
  Server server(deployment);
  for (Known& one : known) {
    one.user = new_uuid();
    one.key = deployment.create_api_key(one.user);
    Client api(server, one.key);
    for (std::size_t n = 0; n < secrets_at_first; ++n) create(api, one, n);
  }
  BOOST_REQUIRE(server.stop() == 0);
  return known;
}

/// A tenant that has an API key and no secret.
Known late_tenant(const Deployment& deployment) {
  Known late;
  late.user = new_uuid();
  late.key = deployment.create_api_key(
      late.user, {"--scope", "keys:manage", "--scope", "secrets:read", "--scope", "secrets:write"});
  return late;
}

/// Copies of the keyrings, in a folder of their own.
std::filesystem::path copy_keyrings(const Deployment& deployment) {
  const std::filesystem::path copies = deployment.folder() / "copies";
  std::filesystem::create_directory(copies);
  for (const char* ring : {"root-public.keyring", "root-private.keyring", "metadata.keyring"}) {
    std::filesystem::copy_file(deployment.folder() / ring, copies / ring);
  }
  return copies;
}

/// The audit log has each change of a key, by an operator.
void check_audit(const Deployment& deployment) {
  std::vector<std::string> actions;
  for (const json::object& entry : read_audit(deployment.store())) {
    const std::string action(entry.at("action").as_string());
    if (!action.starts_with("key.") || entry.contains("moved")) continue;
    BOOST_TEST(entry.at("plane").as_string() == "operator");
    actions.push_back(action);
  }
  BOOST_TEST(std::ranges::count(actions, "key.add") == 2);
  BOOST_TEST(std::ranges::count(actions, "key.promote") == 2);
  BOOST_TEST(std::ranges::count(actions, "key.retire") == 2);
  BOOST_TEST(std::ranges::count(actions, "key.rewrap") == 1 + 4 + 4);  // the killed one only began
}

/// Copies from before the rotation would seal with keys that are gone.
void expect_refusal_of_copies(const Deployment& deployment, const std::filesystem::path& copies,
                              const std::string& new_metadata) {
  const Finished refused = deployment.command(
      {"verify", "--root-public-keyring", (copies / "root-public.keyring").string(), "--root-private-keyring",
       (copies / "root-private.keyring").string(), "--metadata-keyring", (copies / "metadata.keyring").string()});
  BOOST_TEST(refused.status == 2);
  BOOST_TEST(refused.err.find("metadata keyring does not hold the key " + new_metadata) != std::string::npos,
             refused.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_rotation)

BOOST_AUTO_TEST_CASE(both_keys_rotate_under_load_despite_a_kill) {
  const Deployment deployment(Settings{{"request-rate", "0"}, {"access-log", "off"}});
  const std::string old_root = primary(deployment, "root");
  const std::string old_metadata = primary(deployment, "metadata");
  std::vector<Known> known = known_tenants(deployment);
  const std::filesystem::path copies = copy_keyrings(deployment);

  const std::string new_root = add_key(deployment, "root");
  const std::string new_metadata = add_key(deployment, "metadata");
  Server stale(deployment);
  expect_refusal(deployment, {"key", "retire", old_root, "--yes"}, "is the primary one");
  succeed(deployment, {"key", "promote", new_root});
  succeed(deployment, {"key", "promote", new_metadata});
  expect_refusal(deployment, {"key", "retire", old_root, "--yes"}, "is not retired: 4 tenants and ");
  expect_refusal(deployment, {"key", "retire", old_metadata, "--yes"},
                 "4 tenants, 160 secrets and 4 API keys still use it");
  Server fresh(deployment);

  // A row that names the old keys, written even later by the server that has not read the keyrings.
  Known late = late_tenant(deployment);
  under_load(fresh, stale, known, [&] {
    rewrap_and_kill(deployment);
    const auto halfway = uses(deployment);
    BOOST_TEST(halfway.at(old_metadata).total > 20U);
    BOOST_TEST(halfway.at(new_metadata).total > 20U);
    deployment.verify();
    succeed(deployment, {"key", "rewrap", "--rate", "0"});
    deployment.verify();
    Client api(stale, late.key);
    create(api, late, 1);
    const Answer made = api.post("/api/v1/api-keys/", {{"name", "late"}, {"scopes", {"secrets:read"}}});
    expect(made, 200);
  });
  for (const Known& one : known) BOOST_TEST(one.requests > 0U);
  expect_refusal(deployment, {"key", "retire", old_metadata, "--yes"},
                 "0 tenants, 0 secrets and 1 API key still use it");
  BOOST_REQUIRE(stale.stop() == 0);

  const std::string told = succeed(deployment, {"key", "rewrap"});
  // Its key pair was made before, and was rewrapped with the others.
  BOOST_TEST(told.find("root: rewrapped 0 tenants to the key " + new_root) != std::string::npos, told);
  BOOST_TEST(told.find("metadata: rewrapped 0 tenants, 0 secrets, 1 API key") != std::string::npos, told);
  succeed(deployment, {"key", "retire", old_root, "--yes"});
  succeed(deployment, {"key", "retire", old_metadata, "--yes"});
  BOOST_TEST(uses(deployment).size() == 2U);
  BOOST_REQUIRE(fresh.stop() == 0);

  known.push_back(late);
  {
    Server server(deployment);
    for (Known& one : known) expect_everything(server, one);
    BOOST_REQUIRE(server.stop() == 0);
  }
  deployment.verify();
  check_audit(deployment);
  expect_refusal_of_copies(deployment, copies, new_metadata);
}

BOOST_AUTO_TEST_CASE(faults_are_reported) {
  Deployment deployment;
  const auto says = [&](const std::vector<std::string>& command, int status, const std::string& words) {
    const Finished done = deployment.command(command);
    BOOST_TEST(done.status == status);
    BOOST_TEST(done.err.find(words) != std::string::npos, done.err);
  };
  says({"key", "add", "toor"}, 2,
       "KEYRING: \"toor\" is not one of root, metadata, signing, audit-api, audit-tools, audit-operator");
  says({"key", "add"}, 2, "KEYRING is missing");
  says({"key", "promote", "xyz"}, 2, "KEY: \"xyz\" is not a key id");
  says({"key", "promote", "0123456789abcdef"}, 1, "no keyring contains the key 0123456789abcdef");
  says({"key", "retire", "0123456789abcdef", "--yes"}, 1, "no keyring contains the key 0123456789abcdef");
  says({"key", "rewrap", "root", "--rate", "x"}, 2, "--rate: \"x\" is not a whole number");
  const std::string key = primary(deployment, "metadata");
  says({"key", "promote", key}, 1, "is the primary one already");
  deployment.configure({{"root-private-keyring", ""}});
  says({"key", "rewrap"}, 1, "the root private keyring lacks the primary key");
  says({"key", "add", "root"}, 2, "root-private-keyring is not configured");
  const Finished listed = deployment.command({"key", "list"});
  BOOST_TEST(listed.status == 0);
  BOOST_TEST(listed.out.find("its private half was not checked") != std::string::npos, listed.out);
}

BOOST_AUTO_TEST_SUITE_END()
