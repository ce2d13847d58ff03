// The keyrings of signing keys in a running deployment: which process needs which, and how they are changed.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

#include "test/integration/keys/key_commands.hpp"
#include "test/integration/support/store_rows.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::filesystem::path ring(const Deployment& deployment, const std::string& name) {
  return deployment.folder() / (name + ".keyring");
}

/// As `tacit init` makes it.
void replace(const Deployment& deployment, const std::string& name, const std::string& content) {
  const auto file = ring(deployment, name);
  std::filesystem::remove(file);
  write_file(file, content);
  BOOST_REQUIRE(::chmod(file.c_str(), 0400) == 0);
}

void expect_faulty(const Deployment& deployment, const std::string& plane, const std::string& words) {
  for (const char* const command : {"check-config", "serve"}) {
    const Finished refused = deployment.command({command, "--plane", plane});
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(has(refused.err, words), refused.err);
  }
}

void expect_good(const Deployment& deployment, const std::string& plane) {
  const Finished done = deployment.command({"check-config", "--plane", plane});
  BOOST_TEST(done.status == 0, done.err);
}

std::string primary_of(const Deployment& deployment, const std::string& keyring) {
  const json::value listed = json::parse(succeed(deployment, {"key", "list", "--json"}));
  for (const json::value& key : listed.as_array()) {
    if (key.at("keyring").as_string() != json::string(keyring) || key.at("state").as_string() != "primary") continue;
    return std::string(key.at("key").as_string());
  }
  throw std::runtime_error("no primary key");
}

/// Runs servers until one has recorded the cut-off.
bool records_the_cut_off(const Deployment& deployment) {
  for (int i = 1; i <= 20; ++i) {
    Server server(deployment);
    std::this_thread::sleep_for(std::chrono::milliseconds(100) * i);
    if (server.stop() != 0) return false;
    const std::vector<Row> rows = read_rows(deployment.store());
    const auto is_record = [](const Row& row) { return row.table == "meta" && row.key == "cut-off"; };
    if (std::ranges::any_of(rows, is_record)) return true;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_keyrings)

BOOST_AUTO_TEST_CASE(each_plane_needs_its_own_audit_keyring) {
  const Deployment deployment;
  const Deployment other;
  std::filesystem::remove(ring(deployment, "audit-operator"));  // no server reads it
  expect_good(deployment, "both");

  const std::string audit_api = read_file(ring(deployment, "audit-api"));
  std::filesystem::remove(ring(deployment, "audit-api"));
  expect_faulty(deployment, "api",
                "audit-api-keyring: " + ring(deployment, "audit-api").string() +
                    " does not exist, but the API plane signs with the key ");
  expect_good(deployment, "tools");
  replace(deployment, "audit-api", read_file(ring(other, "audit-api")));
  expect_faulty(deployment, "api", "with which the API plane signs according to root-public-keyring");
  replace(deployment, "audit-api", read_file(ring(deployment, "audit-tools")));
  expect_faulty(deployment, "api", "audit-api-keyring: " + ring(deployment, "audit-api").string());
  replace(deployment, "audit-api", audit_api);

  std::filesystem::remove(ring(deployment, "root-signing"));
  std::filesystem::remove(ring(deployment, "audit-tools"));
  expect_good(deployment, "api");
  expect_faulty(deployment, "tools",
                "root-signing-keyring: " + ring(deployment, "root-signing").string() +
                    " does not exist, but the tool plane signs with the key ");
  expect_faulty(deployment, "tools",
                "according to root-public-keyring: put a copy of the keyring there, or make a key with tacit key add "
                "audit-tools and promote it");
}

BOOST_AUTO_TEST_CASE(a_swapped_line_of_an_audit_key_is_found_by_its_plane) {
  const Deployment deployment;
  const Deployment other;
  const auto line_of = [](const Deployment& of) {
    std::istringstream lines(read_file(ring(of, "root-public")));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("sign tools ")) return line;
    }
    throw std::runtime_error("no line of the tool plane");
  };
  std::string text = read_file(ring(deployment, "root-public"));
  const std::string own = line_of(deployment);
  text.replace(text.find(own), own.size(), line_of(other));
  const auto file = ring(deployment, "root-public");
  std::filesystem::remove(file);
  write_file(file, text);
  BOOST_REQUIRE(::chmod(file.c_str(), 0444) == 0);
  const std::string words = "audit-tools-keyring: " + ring(deployment, "audit-tools").string() + " does not contain";
  expect_faulty(deployment, "tools", words);
  // The API plane has no half of that role, so only a user who can read both files sees it.
  const Finished told = deployment.command({"check-config", "--plane", "api"});
  BOOST_TEST(told.status == 0, told.err);
  BOOST_TEST(has(told.err, "note: " + words), told.err);
}

BOOST_AUTO_TEST_CASE(a_wrong_keyring_of_the_operators_is_noted) {
  const Deployment deployment;
  const Deployment other;
  BOOST_TEST(!has(deployment.command({"check-config"}).err, "audit-operator-keyring"));
  replace(deployment, "audit-operator", read_file(ring(other, "audit-operator")));
  const Finished told = deployment.command({"check-config"});
  BOOST_TEST(told.status == 0, told.err);
  BOOST_TEST(has(told.err, "note: audit-operator-keyring: " + ring(deployment, "audit-operator").string() +
                               " does not contain the key "),
             told.err);
}

BOOST_AUTO_TEST_CASE(a_lost_audit_keyring_is_made_again) {
  const Deployment deployment;
  std::filesystem::remove(ring(deployment, "audit-api"));
  const std::string key = add_key(deployment, "audit-api");
  succeed(deployment, {"key", "promote", key});
  expect_good(deployment, "api");
  BOOST_TEST(primary_of(deployment, "audit-api") == key);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_stand_in_of_a_unit_is_no_keyring) {
  const Deployment deployment;
  const auto credential = deployment.folder() / "credential";
  write_file(credential, "none");
  BOOST_REQUIRE(::chmod(credential.c_str(), 0400) == 0);
  const Finished refused = deployment.command({"serve", "--plane", "api", "--audit-api-keyring", credential.string()});
  BOOST_TEST(refused.status == 2);
  BOOST_TEST(has(refused.err, "audit-api-keyring: " + credential.string() + " is a stand-in"), refused.err);
}

BOOST_AUTO_TEST_CASE(commands_that_change_the_store_need_the_operators_keyring) {
  const Deployment deployment;
  const std::string tenant = new_uuid();
  succeed(deployment, {"quota", "set", "--tenant", tenant, "5M"});
  succeed(deployment, {"backup", (deployment.folder() / "backup").string()});
  std::filesystem::rename(ring(deployment, "audit-operator"), ring(deployment, "away"));
  const std::vector<std::vector<std::string>> changes = {{"api-key", "create", "--tenant", tenant, "--name", "n"},
                                                         {"quota", "set", "--tenant", tenant, "6M"},
                                                         {"limits", "set", "--tenant", tenant, "--secrets", "7"},
                                                         {"export", "--tenant", tenant},
                                                         {"erase", "--tenant", tenant, "--yes"},
                                                         {"audit", "prune", "--before", "2", "--yes"},
                                                         {"key", "add", "metadata"},
                                                         {"key", "rewrap"},
                                                         {"key", "prekeys", "--add", "1"}};
  for (const auto& command : changes) {
    const Finished refused = deployment.command(command);
    BOOST_TEST_CONTEXT(command[0] << ' ' << command[1]) {
      BOOST_TEST(refused.status == 2);
      BOOST_TEST(has(refused.err, "audit-operator-keyring"), refused.err);
      BOOST_TEST(has(refused.err, "commands that change the store sign their audit entries with it"), refused.err);
    }
  }
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"api-key", "list"},
                                             {"quota", "get", "--tenant", tenant},
                                             {"limits", "get", "--tenant", tenant},
                                             {"audit", "tail"},
                                             {"audit", "verify"},
                                             {"audit", "prune", "--before", "2", "--dry-run"},
                                             {"erase", "--tenant", tenant, "--dry-run"},
                                             {"key", "list", "--uses"},
                                             {"key", "prekeys"},
                                             {"verify"}}) {
    succeed(deployment, command);
  }
  // The store is restored; its audit entry is not written.
  const Finished restored = deployment.command(
      {"restore", (deployment.folder() / "backup").string(), "--store", (deployment.folder() / "restored").string()});
  BOOST_TEST(restored.status == 1);
  BOOST_TEST(has(restored.err, "store.restore could not be written to its audit log: audit-operator-keyring"),
             restored.err);
  // On the command line the keyring may be elsewhere.
  succeed(deployment,
          {"quota", "set", "--tenant", tenant, "6M", "--audit-operator-keyring", ring(deployment, "away").string()});
}

BOOST_AUTO_TEST_CASE(pruning_and_erasing_need_the_root_signing_keyring) {
  const Deployment deployment;
  const std::string tenant = new_uuid();
  succeed(deployment, {"quota", "set", "--tenant", tenant, "5M"});
  std::filesystem::remove(ring(deployment, "root-signing"));
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"erase", "--tenant", tenant, "--yes"},
                                             {"audit", "prune", "--before", "2", "--yes"},
                                             {"key", "prekeys", "--add", "1"}}) {
    const Finished refused = deployment.command(command);
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(
        has(refused.err, "root-signing-keyring: " + ring(deployment, "root-signing").string() + " does not exist"),
        refused.err);
  }
  succeed(deployment, {"quota", "set", "--tenant", tenant, "6M"});
}

BOOST_AUTO_TEST_CASE(an_audit_key_is_replaced_and_its_public_half_stays) {
  const Deployment deployment;
  Server server(deployment);
  const std::string old = primary_of(deployment, "audit-api");
  expect_refusal(deployment, {"key", "retire", old, "--yes"}, "is the primary one");
  const std::string next = add_key(deployment, "audit-api");
  BOOST_TEST(deployment.command({"reload"}).status == 0);
  succeed(deployment, {"key", "promote", next});
  BOOST_TEST(deployment.command({"reload"}).status == 0);
  Tenant tenant(deployment, server);
  tenant.create({{"secret_name", "n"}, {"secret_value", "a value"}});
  succeed(deployment, {"key", "retire", old, "--dry-run"});
  succeed(deployment, {"key", "retire", old, "--yes"});
  BOOST_TEST(deployment.command({"reload"}).status == 0);
  BOOST_TEST(!has(read_file(ring(deployment, "audit-api")), old));
  BOOST_TEST(has(read_file(ring(deployment, "root-public")), "sign api " + old + " retired "));
  BOOST_TEST(has(succeed(deployment, {"key", "list"}), "retired"));
  expect_refusal(deployment, {"key", "promote", old}, "was retired");
  tenant.create({{"secret_name", "m"}, {"secret_value", "a value"}});
  BOOST_TEST(server.stop() == 0);
  succeed(deployment, {"audit", "verify"});
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(key_pairs_for_new_tenants_are_shown_and_made) {
  const Deployment deployment;
  const std::string shown = succeed(deployment, {"key", "prekeys"});
  BOOST_TEST(shown.starts_with("prekeys 512\n"), shown);
  BOOST_TEST(has(shown, primary(deployment, "root")), shown);
  BOOST_TEST(has(shown, primary_of(deployment, "signing")), shown);
  const json::value made = json::parse(succeed(deployment, {"key", "prekeys", "--add", "100", "--json"}));
  BOOST_TEST(made.at("prekeys").to_number<int>() == 612);
  BOOST_TEST(made.at("unusable").to_number<int>() == 0);
  BOOST_TEST(made.at("added").to_number<int>() == 100);
  BOOST_TEST(has(succeed(deployment, {"audit", "tail"}), "added 100"));
  for (const char* const number : {"0", "1000001", "many"}) {
    BOOST_TEST(deployment.command({"key", "prekeys", "--add", number}).status == 2, number);
  }
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(strict_binding_of_a_tenant_is_shown_and_set) {
  const Deployment deployment;
  const std::string tenant = new_uuid();
  const auto limits = [&](std::vector<std::string> command) {
    command.insert(command.end(), {"--tenant", tenant, "--json"});
    return json::parse(succeed(deployment, command)).as_object();
  };
  BOOST_TEST(!limits({"limits", "get"}).at("strict_binding").as_bool());
  BOOST_TEST(!limits({"limits", "get"}).at("strict_binding_is_own").as_bool());
  BOOST_TEST(limits({"limits", "set", "--strict-binding", "on"}).at("strict_binding").as_bool());
  BOOST_TEST(limits({"limits", "set", "--secrets", "7"}).at("strict_binding_is_own").as_bool());
  BOOST_TEST(!limits({"limits", "set", "--strict-binding", "default"}).at("strict_binding_is_own").as_bool());
  BOOST_TEST(deployment.command({"limits", "set", "--tenant", tenant, "--strict-binding", "perhaps"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_cut_off_that_the_keyring_lost_is_a_warning) {
  const Deployment deployment;
  BOOST_REQUIRE(records_the_cut_off(deployment));
  std::string text = read_file(ring(deployment, "root-public"));
  const std::string line = "cut-off 1\n";
  BOOST_REQUIRE(has(text, line));
  text.erase(text.find(line), line.size());
  BOOST_TEST(!has(deployment.command({"check-config"}).err, "cut-off"));
  replace(deployment, "root-public", text);
  const std::string words = "root-public-keyring lacks its line cut-off 1,";
  const Finished checked = deployment.command({"check-config"});
  BOOST_TEST(checked.status == 0);
  BOOST_TEST(has(checked.err, "note: " + words), checked.err);
  Server server(deployment);
  const auto readiness = [&server] { return Client(server, "").get("/readyz").body; };
  for (int i = 0; i < 600 && !has(readiness(), words); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  BOOST_TEST(has(readiness(), words), readiness());
  const Finished status = deployment.command({"status"});
  BOOST_TEST(status.status == 1);
  BOOST_TEST(has(status.out, words), status.out);
  const Finished verified = deployment.command({"verify"});
  BOOST_TEST(verified.status == 1);
  BOOST_TEST(has(verified.out + verified.err, words), verified.out + verified.err);
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(has(deployment.printed(), "\"event\":\"store_not_signed\",\"reason\":\"" + words));
}

BOOST_AUTO_TEST_CASE(the_status_has_lines_about_signatures) {
  const Deployment deployment;
  Server server(deployment);
  const json::value status = json::parse(deployment.command({"status", "--json"}).out);
  std::size_t found = 0;
  for (const json::value& line : status.at("lines").as_array()) {
    if (line.at("subject").as_string() == "signing") {
      BOOST_TEST(has(std::string(line.at("text").as_string()), "must be signed"));
      ++found;
    }
    if (line.at("subject").as_string() == "prekeys") ++found;
  }
  BOOST_TEST(found == 2U);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
