// Operators' commands, also while a server runs: help everywhere, exit code 2 and one line for a usage error, and
// nothing overwritten by `init`.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

std::ptrdiff_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

Finished run_tacit(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TACIT_BINARY);
  return run(arguments);
}

void expect_usage_error(const Finished& done, const std::string& mentioned) {
  BOOST_TEST(done.status == 2);
  BOOST_TEST(done.out.empty(), done.out);
  BOOST_TEST(lines(done.err) == 1, done.err);
  BOOST_TEST(done.err.find(mentioned) != std::string::npos, done.err << " does not mention " << mentioned);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(help_and_version_everywhere) {
  const Finished version = run_tacit({"--version"});
  BOOST_TEST(version.status == 0);
  BOOST_TEST(version.out.starts_with("tacit "));
  const Finished help = run_tacit({"--help"});
  BOOST_TEST(help.status == 0);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"serve"},
                                             {"init"},
                                             {"api-key", "create"},
                                             {"api-key", "list"},
                                             {"api-key", "revoke"},
                                             {"quota", "get"},
                                             {"quota", "set"},
                                             {"limits", "get"},
                                             {"limits", "set"},
                                             {"audit", "tail"},
                                             {"audit", "export"},
                                             {"audit", "verify"},
                                             {"audit", "prune"},
                                             {"verify"},
                                             {"backup"},
                                             {"restore"},
                                             {"export"},
                                             {"erase"},
                                             {"stats"},
                                             {"scrub"},
                                             {"raise-format"},
                                             {"reload"},
                                             {"status"},
                                             {"check-config"},
                                             {"client", "secret", "list"},
                                             {"client", "api-key", "create"}}) {
    BOOST_TEST_CONTEXT(command.front()) {
      BOOST_TEST(help.out.find(command.front()) != std::string::npos);
      for (const char* option : {"--help", "--version"}) {
        std::vector<std::string> arguments = command;
        arguments.emplace_back(option);
        const Finished done = run_tacit(arguments);
        BOOST_TEST(done.status == 0);
        BOOST_TEST(!done.out.empty());
        BOOST_TEST(done.err.empty(), done.err);
      }
    }
  }
  BOOST_TEST(run_tacit({"serve", "--help"}).out.find("header-timeout") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_faulty_call_prints_one_line_and_exits_2) {
  const std::string config = shared_deployment().config().string();
  expect_usage_error(run_tacit({"frobnicate"}), "frobnicate");
  expect_usage_error(run_tacit({"serve", "--frobnicate"}), "frobnicate");
  expect_usage_error(run_tacit({"serve", "--config", "/nonexistent.conf"}), "/nonexistent.conf");
  expect_usage_error(run_tacit({"serve", "--config", config, "--threads", "x"}), "threads");
  expect_usage_error(run_tacit({"api-key", "frobnicate", "--config", config}), "frobnicate");
  expect_usage_error(run_tacit({"api-key", "create", "--config", config, "--name", "n"}), "tenant");
  expect_usage_error(run_tacit({"api-key", "create", "--config", config, "--name", "n", "--tenant", "not-a-uuid"}),
                     "tenant");
  expect_usage_error(
      run_tacit({"api-key", "create", "--config", config, "--name", "n", "--tenant", new_uuid(), "--scope", "all"}),
      "all");
  expect_usage_error(run_tacit({"api-key", "create", "--config", config, "--name", "n", "--tenant", new_uuid(),
                                "--expires-in", "soon"}),
                     "soon");
  expect_usage_error(run_tacit({"quota", "set", "--config", config, new_uuid(), "much"}), "much");
  expect_usage_error(run_tacit({"quota", "get", "--config", config, "not-a-uuid"}), "not-a-uuid");
  expect_usage_error(run_tacit({"limits", "set", "--config", config, new_uuid()}), "--requests-per-second");
}

BOOST_AUTO_TEST_CASE(init_makes_everything_once_and_overwrites_nothing) {
  const Deployment deployment;  // created by init
  const auto mode = [](const std::filesystem::path& file) {
    return static_cast<unsigned>(std::filesystem::status(file).permissions()) & 0777U;
  };
  BOOST_TEST(mode(deployment.private_keyring()) == 0400U);
  BOOST_TEST((mode(deployment.folder() / "metadata.keyring") & 0027U) == 0U);
  BOOST_TEST(mode(deployment.folder() / "root-public.keyring") == 0444U);
  for (const std::string ring : {"root-signing", "audit-api", "audit-tools", "audit-operator"}) {
    BOOST_TEST(mode(deployment.folder() / (ring + ".keyring")) == 0400U, ring);
  }
  const std::string before = read_file(deployment.private_keyring());
  const Finished again = deployment.command({"init"});
  BOOST_TEST(again.status != 0);
  BOOST_TEST(lines(again.err) == 1, again.err);
  BOOST_TEST(read_file(deployment.private_keyring()) == before);
  deployment.verify();
  // If some files exist, the others are not created.
  std::filesystem::remove_all(deployment.store());
  BOOST_TEST(deployment.command({"init"}).status != 0);
  BOOST_TEST(!std::filesystem::exists(deployment.store()));
}

BOOST_AUTO_TEST_CASE(an_api_key_is_shown_once_and_can_be_listed_and_revoked) {
  const Deployment& deployment = shared_deployment();
  const std::string tenant = new_uuid();
  const std::string key = deployment.create_api_key(tenant, {"--scope", "secrets:read", "--expires-in", "90d"});
  BOOST_TEST(key.size() == 64U);
  BOOST_TEST(key.starts_with("tct_"));
  BOOST_TEST(key.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 4) ==
             std::string::npos);
  const std::string id = key.substr(4, 11);
  const auto line_of_api_key = [&] {
    const Finished list = deployment.command({"api-key", "list"});
    BOOST_TEST(list.status == 0);
    BOOST_TEST(list.out.find(key.substr(15, 43)) == std::string::npos);
    const std::size_t at = list.out.find(id);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, list.out);
    return list.out.substr(at, list.out.find('\n', at) - at);
  };
  const std::string before = line_of_api_key();
  BOOST_TEST(before.find("secrets:read") != std::string::npos, before);
  BOOST_TEST(deployment.command({"api-key", "revoke", id, "--yes"}).status == 0);
  BOOST_TEST(line_of_api_key() != before);
  const Finished unknown = deployment.command({"api-key", "revoke", "00000000000", "--yes"});
  BOOST_TEST(unknown.status != 0);
  BOOST_TEST(lines(unknown.err) == 1, unknown.err);
}

BOOST_AUTO_TEST_CASE(quotas_are_read_and_set) {
  const Deployment& deployment = shared_deployment();
  Tenant tenant = new_tenant();
  tenant.create({{"secret_name", "12345"}, {"secret_value", "12345"}});
  const Finished by_default = deployment.command({"quota", "get", "--tenant", tenant.id});
  BOOST_TEST(by_default.status == 0);
  BOOST_TEST(by_default.out.find("1048576") != std::string::npos, by_default.out);
  BOOST_TEST(by_default.out.find("10") != std::string::npos, by_default.out);
  BOOST_TEST(deployment.command({"quota", "set", "--tenant", tenant.id, "54321"}).status == 0);
  BOOST_TEST(deployment.command({"quota", "get", "--tenant", tenant.id}).out.find("54321") != std::string::npos);
  BOOST_TEST(tenant.api.get("/api/v1/quota").at("limit").to_number<int>() == 54321);
  BOOST_TEST(deployment.command({"quota", "set", tenant.id, "default"}).status == 0);
  BOOST_TEST(deployment.command({"quota", "get", "--tenant", tenant.id}).out.find("1048576") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(verify_reports_counts_while_the_server_runs) {
  const Deployment deployment;
  const Server server(deployment);
  Tenant tenant(deployment, server);
  for (int i = 0; i < 7; ++i) tenant.create({{"secret_name", "n" + std::to_string(i)}, {"secret_value", "12345678"}});
  const Finished done = deployment.command({"verify"});
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.out.find("7") != std::string::npos, done.out);
}

BOOST_AUTO_TEST_CASE(verify_works_without_the_private_keyring) {
  Deployment deployment;
  {
    const Server server(deployment);
    Tenant tenant(deployment, server);
    tenant.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  }
  std::filesystem::remove(deployment.private_keyring());
  deployment.configure({{"root-private-keyring", ""}});
  deployment.verify();
}

BOOST_AUTO_TEST_SUITE_END()
