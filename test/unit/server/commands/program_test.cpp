// The commands as an operator runs them: the real program, its output and its exit codes.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "auth/api_keys/api_key_format.hpp"
#include "test/unit/server/commands/installation_fixture.hpp"

namespace json = boost::json;
using namespace tacit;
using namespace tacit::test;

namespace {

std::filesystem::perms mode_of(const std::filesystem::path& file) {
  return std::filesystem::status(file).permissions();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_FIXTURE_TEST_CASE(init_makes_keyrings_and_store, Installation) {
  const auto out = good({"init"});
  BOOST_TEST((files() == std::vector<std::string>{"audit-api.keyring", "audit-operator.keyring", "audit-tools.keyring",
                                                  "metadata", "private", "public", "root-signing.keyring", "store"}));
  for (const auto& name : files()) BOOST_TEST(out.find((directory.path() / name).string()) != std::string::npos);
  using std::filesystem::perms;
  for (const auto name :
       {"private", "root-signing.keyring", "audit-api.keyring", "audit-tools.keyring", "audit-operator.keyring"}) {
    BOOST_TEST((mode_of(directory / name) == perms::owner_read), name);
  }
  BOOST_TEST((mode_of(directory / "metadata") == (perms::owner_read | perms::group_read)));
  BOOST_TEST((mode_of(directory / "public") == (perms::owner_read | perms::group_read | perms::others_read)));
  BOOST_TEST(((mode_of(directory / "store") & perms::others_all) == perms::none));
  BOOST_TEST(((mode_of(directory / "store") & perms::group_all) == perms::group_all));
}

BOOST_FIXTURE_TEST_CASE(init_creates_nothing_beside_existing_files, Installation) {
  for (const auto name : {"public", "private", "metadata", "root-signing.keyring", "audit-api.keyring",
                          "audit-tools.keyring", "audit-operator.keyring"}) {
    directory.write(name, "mine");
    BOOST_TEST(refused({"init"}).find("already exists; nothing was created") != std::string::npos);
    BOOST_TEST((files() == std::vector<std::string>{name}));
    BOOST_TEST(content_of(directory / name) == "mine");
    std::filesystem::remove(directory / name);
  }
  std::filesystem::create_directory(directory / "store");
  directory.write("store/file", "mine");
  BOOST_TEST(refused({"init"}).find("already exists") != std::string::npos);
  BOOST_TEST((files() == std::vector<std::string>{"store"}));
}

BOOST_FIXTURE_TEST_CASE(init_removes_what_it_made_when_a_later_step_fails, Installation) {
  BOOST_TEST(refused({"init", "--store", "/proc/none/store"}, 1).find("cannot create the store") != std::string::npos);
  BOOST_TEST(files().empty());
}

BOOST_FIXTURE_TEST_CASE(a_key_is_made_listed_and_revoked, MadeInstallation) {
  const auto created = run({"api-key", "create", "--tenant", tenant, "--name", "a test", "--expires-in", "90d"});
  BOOST_TEST(created.code == 0);
  BOOST_TEST_REQUIRE(created.out.ends_with('\n'));
  const auto parsed = auth::parse_api_key(std::string_view(created.out).substr(0, created.out.size() - 1));
  BOOST_TEST_REQUIRE(parsed.has_value());
  const std::string id(parsed->id);
  BOOST_TEST(created.err.find(id) != std::string::npos);
  BOOST_TEST(created.err.find(parsed->secret) == std::string::npos);

  const auto listed = json::parse(good({"api-key", "list", "--json"})).as_array();
  BOOST_TEST_REQUIRE(listed.size() == 1u);
  BOOST_TEST(listed[0].at("id").as_string() == id);
  BOOST_TEST(listed[0].at("user_id").as_string() == tenant);
  BOOST_TEST(listed[0].at("name").as_string() == "a test");
  BOOST_TEST(json::serialize(listed[0].at("scopes")) == R"(["secrets:read","secrets:write"])");
  BOOST_TEST(listed[0].at("state").as_string() == "active");
  BOOST_TEST(listed[0].at("expires_at").is_string());

  good({"api-key", "revoke", id, "--yes"});
  const auto table = good({"api-key", "list", "--tenant", tenant});
  BOOST_TEST(table.find(id + "  revoked") != std::string::npos);
  BOOST_TEST(good({"api-key", "list", "--tenant", "0190a5d0-0000-7000-8000-000000000002"}).find(id) ==
             std::string::npos);
  BOOST_TEST(refused({"api-key", "revoke", "00000000000", "--yes"}, 1).find("not found") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_cannot_be_printed_is_reported, MadeInstallation) {
  const auto finished = run({"api-key", "create", "--tenant", tenant, "--name", "x"}, "/dev/full");
  BOOST_TEST(finished.code == 1);
  BOOST_TEST(finished.err.find("tacit api-key revoke ") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(bad_arguments_of_keys_are_reported, MadeInstallation) {
  BOOST_TEST(refused({"api-key", "create", "--name", "x"}) ==
             "tacit: --tenant is missing; see tacit help api-key create\n");
  BOOST_TEST(refused({"api-key", "create", "--tenant", "x", "--name", "x"}) ==
             "tacit: --tenant: \"x\" is not a UUID\n");
  BOOST_TEST(refused({"api-key", "create", "--tenant", tenant}) ==
             "tacit: --name is missing; see tacit help api-key create\n");
  refused({"api-key", "create", "--tenant", tenant, "--name", "a\x1b"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "a\xff"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "x", "--scope", "all"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "x", "--expires-in", "90"});
  BOOST_TEST(json::parse(good({"api-key", "list", "--json"})).as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(quotas_are_set_and_removed, MadeInstallation) {
  const std::string by_default =
      "limit    1 MiB (1048576 bytes), the default\nused     0 bytes\nsecrets  0 of at most 10000, the default\n";
  const std::string own =
      "limit    5 MiB (5242880 bytes), its own\nused     0 bytes\nsecrets  0 of at most 10000, the default\n";
  BOOST_TEST(good({"quota", "get", "--tenant", tenant}) == by_default);
  BOOST_TEST(good({"quota", "set", "--tenant", tenant, "5M"}) == own);
  BOOST_TEST(good({"quota", "set", tenant, "5 MiB"}) == own);  // the older form
  BOOST_TEST(good({"quota", "get", tenant, "--quota-default", "7"}) == own);
  const auto object = json::parse(good({"quota", "get", "--tenant", tenant, "--json"}));
  BOOST_TEST(json::serialize(object) == R"({"tenant":")" + std::string(tenant) +
                                            R"(","limit":5242880,"limit_is_own":true,"used":0,"secrets":0,)" +
                                            R"("secrets_limit":10000,"secrets_limit_is_own":false})");
  BOOST_TEST(good({"quota", "set", tenant, "default"}) == by_default);
  BOOST_TEST(refused({"quota", "set", tenant, "lots"}).starts_with("tacit: BYTES: \"lots\" is not a number of bytes"));
  BOOST_TEST(refused({"quota", "get", "x"}) == "tacit: --tenant: \"x\" is not a UUID\n");
  BOOST_TEST(refused({"quota", "get"}) == "tacit: --tenant is missing; see tacit help quota get\n");
}

BOOST_FIXTURE_TEST_CASE(limits_are_set_one_by_one_and_removed, MadeInstallation) {
  const auto words = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"limits", "set", tenant});
    return options;
  };
  BOOST_TEST(good({"limits", "get", tenant}) ==
             "requests-per-second  1000, the default\nrequest-burst        2000, the default\napi-keys             "
             "100, the default\nsecrets              10000, the default\n"
             "strict-binding       off, the default\n");
  BOOST_TEST(good(words({"--requests-per-second", "50"})) ==
             "requests-per-second  50, its own\nrequest-burst        2000, the default\napi-keys             100, the "
             "default\nsecrets              10000, the default\n"
             "strict-binding       off, the default\n");
  BOOST_TEST(good(words({"--request-burst", "7", "--api-keys", "3"})) ==
             "requests-per-second  50, its own\nrequest-burst        7, its own\napi-keys             3, its own\n"
             "secrets              10000, the default\n"
             "strict-binding       off, the default\n");
  BOOST_TEST(
      good(words({"--requests-per-second", "default", "--api-keys=0"})) ==
      "requests-per-second  1000, the default\nrequest-burst        7, its own\napi-keys             0, its own\n"
      "secrets              10000, the default\n"
      "strict-binding       off, the default\n");
  good(words({"--requests-per-second", "0"}));
  BOOST_TEST(good({"limits", "get", tenant}) ==
             "requests-per-second  0, its own\nrequest-burst        7, its own\napi-keys             0, its own\n"
             "secrets              10000, the default\n"
             "strict-binding       off, the default\n");
  BOOST_TEST(refused(words({})) ==
             "tacit: no limit was given: --requests-per-second, --request-burst, --api-keys, --secrets or "
             "--strict-binding\n");
  BOOST_TEST(refused(words({"--request-burst", "0"})) ==
             "tacit: --request-burst: \"0\" is not between 1 and 1000000\n");
  BOOST_TEST(refused(words({"--requests-per-second", "many"})) ==
             "tacit: --requests-per-second: \"many\" is not a whole number\n");
  refused(words({"--requests-per-second", "1000001"}));
  refused({"limits", "get", "x"});
  BOOST_TEST(good({"limits", "get", tenant}).starts_with("requests-per-second  0, its own"));
  directory.write("tacit.conf", content_of(configuration) + "request-rate = 5\nrequest-burst = 6\n");
  const auto object = json::parse(good({"limits", "get", "--tenant", tenant, "--json"})).as_object();
  BOOST_TEST(object.at("tenant").as_string() == tenant);
  BOOST_TEST(object.at("requests_per_second").to_number<int>() == 0);
  BOOST_TEST(object.at("requests_per_second_is_own").as_bool());
  BOOST_TEST(object.at("request_burst").to_number<int>() == 7);
  BOOST_TEST(object.at("api_keys").to_number<int>() == 0);
  BOOST_TEST(good({"limits", "get", "0190a5d0-0000-7000-8000-000000000002"}) ==
             "requests-per-second  5, the default\nrequest-burst        6, the default\napi-keys             100, the "
             "default\nsecrets              10000, the default\n"
             "strict-binding       off, the default\n");
}

BOOST_FIXTURE_TEST_CASE(verify_counts_and_passes, MadeInstallation) {
  good({"quota", "set", tenant, "5M"});
  good({"api-key", "create", "--tenant", tenant, "--name", "x"});
  const auto out = good({"verify"});
  for (const char* const line : {"API keys       1\n", "problems       0\n", "\nvalues bound   0\n",
                                 "\nkeys signed    0 of 0\n", "\nprekeys        ", "\nsignatures checked "}) {
    BOOST_TEST(out.find(line) != std::string::npos, line);
  }
  const auto object = json::parse(good({"verify", "--json"})).as_object();
  BOOST_TEST(object.at("api_keys").to_number<int>() == 1);
  BOOST_TEST(object.at("values_opened").to_number<int>() == 0);
  BOOST_TEST(object.at("values_bound").to_number<int>() == 0);
  BOOST_TEST(object.at("keys_signed").to_number<int>() == 0);
  BOOST_TEST(object.contains("prekeys"));
  BOOST_TEST(object.contains("signatures_checked"));
  BOOST_TEST(object.at("problem_count").to_number<int>() == 0);
  BOOST_TEST(object.at("problems").as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(keys_and_the_audit_log_are_objects_for_scripts, MadeInstallation) {
  const auto keys = json::parse(good({"key", "list", "--json", "--uses"})).as_array();
  const std::vector<std::string> keyrings = {"root",      "metadata",    "signing",
                                             "audit-api", "audit-tools", "audit-operator"};
  BOOST_TEST_REQUIRE(keys.size() == keyrings.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const json::value& key = keys[i];
    BOOST_TEST(key.at("keyring").as_string() == keyrings[i]);
    BOOST_TEST(key.at("key").as_string().size() == 16u);
    BOOST_TEST(key.at("state").as_string() == "primary");
    BOOST_TEST(key.at("created_at").is_string());
    BOOST_TEST(key.at("note").is_null());
    // Audit keys sign entries, which are not counted.
    const bool is_counted = !keyrings[i].starts_with("audit-");
    BOOST_TEST(key.as_object().contains("tenants") == is_counted);
    if (is_counted) BOOST_TEST(key.at("tenants").to_number<int>() == 0);
  }
  BOOST_TEST(keys[0].at("rows").to_number<int>() == 512);  // the prekeys
  BOOST_TEST(keys[2].at("rows").to_number<int>() == 513);  // and the list of keys
  BOOST_TEST(!json::parse(good({"key", "list", "--json"})).as_array().at(0).as_object().contains("tenants"));
  good({"quota", "set", tenant, "5M"});
  const auto log = json::parse(good({"audit", "verify", "--json"})).as_object();
  BOOST_TEST(log.at("entries").to_number<int>() >= 1);
  BOOST_TEST(log.at("checkpoint").is_null());
  BOOST_TEST(log.at("anchor_found").is_null());
  const std::string head(log.at("head").as_string());
  const auto anchored = json::parse(good({"audit", "verify", "--json", "--anchor", head})).as_object();
  BOOST_TEST(anchored.at("anchor_found").as_bool());
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"api-key", "list"},
                                                                                     {"key", "list"},
                                                                                     {"quota", "get"},
                                                                                     {"quota", "set"},
                                                                                     {"limits", "get"},
                                                                                     {"limits", "set"},
                                                                                     {"audit", "tail"},
                                                                                     {"audit", "verify"},
                                                                                     {"audit", "prune"},
                                                                                     {"erase"},
                                                                                     {"verify"},
                                                                                     {"stats"},
                                                                                     {"scrub"},
                                                                                     {"raise-format"}}) {
    auto call = words;
    call.emplace_back("--help");
    BOOST_TEST(good(call).find("\n  --json ") != std::string::npos, words.back());
  }
}

BOOST_FIXTURE_TEST_CASE(missing_files_are_named, MadeInstallation) {
  std::filesystem::remove_all(directory / "store");
  BOOST_TEST(refused({"verify"}).find((directory / "store").string()) != std::string::npos);
  std::filesystem::remove(directory / "metadata");
  BOOST_TEST(refused({"quota", "get", tenant}).find((directory / "metadata").string()) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(check_config_lists_every_fault, MadeInstallation) {
  const auto finished = run({"check-config", "--plane", "api", "--api-certificate", "/none", "--threads", "x"});
  BOOST_TEST(finished.code == 2);
  BOOST_TEST(finished.err ==
             "tacit: --threads: \"x\" is not a whole number\n"
             "tacit: api-certificate: /none: No such file or directory\n"
             "tacit: api-certificate-key is not configured\n");
}

BOOST_FIXTURE_TEST_CASE(help_and_version_go_to_standard_output, Installation) {
  BOOST_TEST(good({"serve", "--help"}).find("--api-listen") != std::string::npos);
  BOOST_TEST(good({"api-key", "list", "--version"}) == "tacit " TACIT_VERSION "\n");
}

BOOST_AUTO_TEST_SUITE_END()
