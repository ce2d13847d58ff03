// Names with terminal escapes are escaped in every output, whether they come from the store, a file or the command
// line.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

// Clear the screen; a line of its own; CSI as one character and as one byte; DEL; right-to-left override; a line
// separator.
const std::string hostile =
    "\x1b[2J\x1b[H\nproblems       0\n\xc2\x9b"
    "1m\x9b"
    "2m\x7f\xe2\x80\xae\xe2\x80\xa8\r\t";
/// The same without characters that end a line of a file.
const std::string hostile_on_a_line =
    "\x1b[2J\xc2\x9b"
    "1m\x7f\xe2\x80\xae\xe2\x80\xa8";

bool is_utf8(const std::string& text) {
  json::error_code error;
  json::parse(json::serialize(json::string(text)), error);
  return !error;
}

bool is_harmless(const std::string& text) {
  for (const char* const bad : {"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8"}) {
    if (text.find(bad) != std::string::npos) return false;
  }
  return is_utf8(text) &&
         std::ranges::all_of(text, [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= 0x20; }) &&
         text.find('\x7f') == std::string::npos;
}

void expect_harmless(const Finished& done, const std::string& what) {
  BOOST_TEST_CONTEXT(what) {
    BOOST_TEST(is_harmless(done.out), done.out);
    BOOST_TEST(is_harmless(done.err), done.err);
    BOOST_TEST((done.out + done.err).find("\nproblems       0\n") == std::string::npos, done.out << done.err);
  }
}

/// A store with an API key, and no server.
struct Forged {
  Forged() {
    key = deployment.create_api_key(tenant);
    for (const Row& row : read_rows(deployment.store())) {
      if (row.table == "api_keys") write_row(deployment.store(), "api_keys", hostile, row.value);
    }
  }
  Deployment deployment;
  const std::string tenant = new_uuid();
  std::string key;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_escapes)

BOOST_AUTO_TEST_CASE(escapes_of_forged_rows_are_not_printed) {
  const Forged forged;
  const Finished verified = forged.deployment.command({"verify"});
  BOOST_TEST(verified.status == 1);
  BOOST_TEST(
      verified.out.find("\\u001b[2J\\u001b[H\\nproblems       0\\n\\u009b1m\\x9b2m\\u007f\\u202e\\u2028\\r\\t") !=
          std::string::npos,
      verified.out);
  expect_harmless(verified, "verify");
  const Finished as_json = forged.deployment.command({"verify", "--json"});
  expect_harmless(as_json, "verify --json");
  BOOST_TEST(json::parse(as_json.out).at("problem_count").as_int64() > 0);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"api-key", "list"},
                                             {"api-key", "list", "--json"},
                                             {"api-key", "list", "--tenant", forged.tenant},
                                             {"api-key", "revoke", hostile, "--yes"},
                                             {"stats"},
                                             {"key", "list"},
                                             {"erase", "--tenant", forged.tenant, "--dry-run"},
                                             {"status"},
                                             {"status", "--json"},
                                             {"backup", "--into", forged.deployment.folder() / hostile, "--dry-run"}}) {
    expect_harmless(forged.deployment.command(command), command.front() + " " + command.at(1 % command.size()));
  }
}

BOOST_AUTO_TEST_CASE(escapes_of_forged_audit_entries_are_not_printed) {
  const Deployment deployment;
  deployment.create_api_key(new_uuid());
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table != "audit") continue;
    const auto begin = row.value.find('{');
    BOOST_REQUIRE(begin != std::string::npos);
    write_row(deployment.store(), "audit", row.key, row.value.substr(0, begin) + hostile);
  }
  expect_harmless(deployment.command({"audit", "tail"}), "audit tail");
  const Finished verified = deployment.command({"audit", "verify"});
  BOOST_TEST(verified.status == 1);
  expect_harmless(verified, "audit verify");
  expect_harmless(deployment.command({"audit", "verify", "--json"}), "audit verify --json");
  expect_harmless(deployment.command({"verify"}), "verify");
}

BOOST_AUTO_TEST_CASE(new_names_with_escapes_are_refused) {
  const Deployment deployment;
  const std::string name = "caf\xc3\xa9";
  BOOST_TEST(deployment.command({"api-key", "create", "--tenant", new_uuid(), "--name", name}).status == 0);
  BOOST_TEST(deployment.command({"api-key", "list"}).out.find(name) != std::string::npos);
  BOOST_TEST(deployment.command({"api-key", "create", "--tenant", new_uuid(), "--name", hostile}).status == 2);
}

BOOST_AUTO_TEST_CASE(escapes_of_the_configuration_are_not_printed) {
  Deployment deployment;
  for (const char* const setting :
       {"store", "threads", "api-listen", "api-certificate", "tool-client-ca", "tool-identities", "metadata-keyring",
        "token-issuers", "log-level", "map-size", "control-directory", "quota-default", "backup-record"}) {
    deployment.configure({{setting, deployment.folder().string() + "/" + hostile_on_a_line}});
    for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{"check-config"},
                                                                                         {"serve", "--threads", "none"},
                                                                                         {"status"},
                                                                                         {"stats"},
                                                                                         {"reload"},
                                                                                         {"init"},
                                                                                         {"key", "list"},
                                                                                         {"verify"}}) {
      expect_harmless(deployment.command(command), command.front() + " with " + setting);
    }
    deployment.configure({{setting, ""}});
  }
  deployment.configure({{hostile_on_a_line, "x"}});
  const Finished unknown = deployment.command({"check-config"});
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(unknown.err.find("\\u001b[2J") != std::string::npos, unknown.err);
  expect_harmless(unknown, "an unknown setting");
}

BOOST_AUTO_TEST_CASE(escapes_of_files_and_arguments_are_not_printed) {
  const TemporaryFolder folder;
  const auto file = folder.path() / hostile;
  write_file(file, "threads = x\n");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"check-config", "--config", file},
           {"serve", "--config", file},
           {"status", "--config", file},
           {"check-config", "--config", folder.path() / "no" / hostile},
           {"restore", "--config", shared_deployment().config(), file},
           {"verify", "--config", shared_deployment().config(), "--backup", file},
           {hostile},
           {"serve", "--" + hostile},
           {"serve", "--threads", hostile, "--config", shared_deployment().config()},
           {"help", hostile},
           {"key", hostile},
           {"quota", "get", "--tenant", hostile, "--config", shared_deployment().config()}}) {
    std::vector<std::string> command = {TACIT_BINARY};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Finished done = run(command);
    BOOST_TEST(done.status != 0);
    expect_harmless(done, arguments.front());
    BOOST_TEST(!(done.out + done.err).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
