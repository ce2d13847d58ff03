// The commands as an operator runs them: the real program, its output and its exit codes.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "auth/api_key_format.hpp"
#include "test/unit/server/temporary_directory.hpp"

namespace json = boost::json;
using namespace tacit;

namespace {

constexpr const char* tenant = "0190a5d0-0000-7000-8000-000000000001";

struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

[[noreturn]] void become(std::vector<std::string> words, const std::string& out, const std::string& err) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char no_variables[] = "LC_ALL=C";
  char* environment[] = {no_variables, nullptr};
  const int out_file = ::open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  const int err_file = ::open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (::dup2(out_file, STDOUT_FILENO) == STDOUT_FILENO && ::dup2(err_file, STDERR_FILENO) == STDERR_FILENO) {
    ::execve(TACIT_BINARY, arguments.data(), environment);
  }
  ::_exit(127);
}

// A folder with a configuration, in which commands are run.
struct Installation {
  Installation() {
    configuration =
        directory.write("tacit.conf", "root-public-keyring = " + (directory / "public").string() +
                                          "\nroot-private-keyring = " + (directory / "private").string() +
                                          "\nmetadata-keyring = " + (directory / "metadata").string() +
                                          "\nstore = " + (directory / "store").string() + "\nmap-size = 64M\n");
  }

  Finished run(std::vector<std::string> words, const std::string& out = {}) const {
    words.insert(words.begin(), "tacit");
    words.insert(words.end(), {"--config", configuration.string()});
    const std::string out_file = out.empty() ? (directory / "out").string() : out;
    const std::string err_file = (directory / "err").string();
    const pid_t child = ::fork();
    if (child == 0) become(std::move(words), out_file, err_file);
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    Finished finished{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {}, content(err_file)};
    if (out.empty()) finished.out = content(out_file);
    return finished;
  }
  // Runs what must work, and answers what it printed.
  std::string good(const std::vector<std::string>& words) const {
    const auto finished = run(words);
    BOOST_TEST(finished.code == 0, finished.err);
    return finished.out;
  }
  // Runs what must be refused as a mistake in the call, with one line.
  std::string refused(const std::vector<std::string>& words, int code = 2) const {
    const auto finished = run(words);
    BOOST_TEST(finished.code == code);
    BOOST_TEST(finished.out == "");
    BOOST_TEST(std::count(finished.err.begin(), finished.err.end(), '\n') == 1, finished.err);
    BOOST_TEST(finished.err.starts_with("tacit: "));
    return finished.err;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const auto name = entry.path().filename().string();
      if (name != "tacit.conf" && name != "out" && name != "err") names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  test::TemporaryDirectory directory;
  std::filesystem::path configuration;
};

struct MadeInstallation : Installation {
  MadeInstallation() { good({"init"}); }
};

std::filesystem::perms mode_of(const std::filesystem::path& file) {
  return std::filesystem::status(file).permissions();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_FIXTURE_TEST_CASE(init_makes_keyrings_and_store, Installation) {
  const auto out = good({"init"});
  BOOST_TEST((files() == std::vector<std::string>{"metadata", "private", "public", "store"}));
  for (const auto& name : files()) BOOST_TEST(out.find((directory.path() / name).string()) != std::string::npos);
  using std::filesystem::perms;
  BOOST_TEST((mode_of(directory / "private") == perms::owner_read));
  BOOST_TEST(((mode_of(directory / "store") & perms::others_all) == perms::none));
  BOOST_TEST(((mode_of(directory / "store") & perms::group_all) == perms::group_all));
}

BOOST_FIXTURE_TEST_CASE(init_makes_nothing_where_anything_is, Installation) {
  for (const auto name : {"public", "private", "metadata"}) {
    directory.write(name, "mine");
    BOOST_TEST(refused({"init"}).find("exists already; nothing was made") != std::string::npos);
    BOOST_TEST((files() == std::vector<std::string>{name}));
    BOOST_TEST(content(directory / name) == "mine");
    std::filesystem::remove(directory / name);
  }
  std::filesystem::create_directory(directory / "store");
  directory.write("store/file", "mine");
  BOOST_TEST(refused({"init"}).find("exists already") != std::string::npos);
  BOOST_TEST((files() == std::vector<std::string>{"store"}));
}

BOOST_FIXTURE_TEST_CASE(init_removes_what_it_made_when_a_later_step_fails, Installation) {
  BOOST_TEST(refused({"init", "--store", "/proc/none/store"}, 1).find("cannot make the store") != std::string::npos);
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

  good({"api-key", "revoke", id});
  const auto table = good({"api-key", "list", "--tenant", tenant});
  BOOST_TEST(table.find(id + "  revoked") != std::string::npos);
  BOOST_TEST(good({"api-key", "list", "--tenant", "0190a5d0-0000-7000-8000-000000000002"}).find(id) ==
             std::string::npos);
  BOOST_TEST(refused({"api-key", "revoke", "00000000000"}, 1).find("there is none") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_cannot_be_printed_is_told_of, MadeInstallation) {
  const auto finished = run({"api-key", "create", "--tenant", tenant, "--name", "x"}, "/dev/full");
  BOOST_TEST(finished.code == 1);
  BOOST_TEST(finished.err.find("tacit api-key revoke ") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(bad_arguments_of_keys_are_told, MadeInstallation) {
  BOOST_TEST(refused({"api-key", "create", "--name", "x"}) == "tacit: --tenant is missing\n");
  BOOST_TEST(refused({"api-key", "create", "--tenant", "x", "--name", "x"}) ==
             "tacit: --tenant: \"x\" is not a UUID\n");
  BOOST_TEST(refused({"api-key", "create", "--tenant", tenant}) == "tacit: --name is missing\n");
  refused({"api-key", "create", "--tenant", tenant, "--name", "a\x1b"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "a\xff"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "x", "--scope", "all"});
  refused({"api-key", "create", "--tenant", tenant, "--name", "x", "--expires-in", "90"});
  BOOST_TEST(json::parse(good({"api-key", "list", "--json"})).as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(quotas_are_set_and_taken_back, MadeInstallation) {
  BOOST_TEST(good({"quota", "get", tenant}) == "limit 1048576 (the default)\nused 0\nsecrets 0\n");
  BOOST_TEST(good({"quota", "set", tenant, "5M"}) == "limit 5242880 (its own)\nused 0\nsecrets 0\n");
  BOOST_TEST(good({"quota", "get", tenant, "--quota-default", "7"}).starts_with("limit 5242880 (its own)"));
  BOOST_TEST(good({"quota", "set", tenant, "default"}).starts_with("limit 1048576 (the default)"));
  BOOST_TEST(refused({"quota", "set", tenant, "lots"}).starts_with("tacit: BYTES: \"lots\" is not a number of bytes"));
  BOOST_TEST(refused({"quota", "get", "x"}) == "tacit: TENANT: \"x\" is not a UUID\n");
}

BOOST_FIXTURE_TEST_CASE(limits_are_set_one_by_one_and_taken_back, MadeInstallation) {
  const auto words = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"limits", "set", tenant});
    return options;
  };
  BOOST_TEST(good({"limits", "get", tenant}) ==
             "requests-per-second 1000 (the default)\nrequest-burst 2000 (the default)\napi-keys default\n");
  BOOST_TEST(good(words({"--requests-per-second", "50"})) ==
             "requests-per-second 50 (its own)\nrequest-burst 2000 (the default)\napi-keys default\n");
  BOOST_TEST(good(words({"--request-burst", "7", "--api-keys", "3"})) ==
             "requests-per-second 50 (its own)\nrequest-burst 7 (its own)\napi-keys 3 (its own)\n");
  BOOST_TEST(good(words({"--requests-per-second", "default", "--api-keys=0"})) ==
             "requests-per-second 1000 (the default)\nrequest-burst 7 (its own)\napi-keys 0 (its own)\n");
  good(words({"--requests-per-second", "0"}));
  BOOST_TEST(good({"limits", "get", tenant}) ==
             "requests-per-second 0 (its own)\nrequest-burst 7 (its own)\napi-keys 0 (its own)\n");
  BOOST_TEST(refused(words({})) == "tacit: no limit is given: --requests-per-second, --request-burst or --api-keys\n");
  BOOST_TEST(refused(words({"--request-burst", "0"})) ==
             "tacit: --request-burst: \"0\" is not between 1 and 1000000\n");
  BOOST_TEST(refused(words({"--requests-per-second", "many"})) ==
             "tacit: --requests-per-second: \"many\" is not a whole number\n");
  refused(words({"--requests-per-second", "1000001"}));
  refused({"limits", "get", "x"});
  BOOST_TEST(good({"limits", "get", tenant}).starts_with("requests-per-second 0 (its own)"));
  directory.write("tacit.conf", content(configuration) + "request-rate = 5\nrequest-burst = 6\n");
  BOOST_TEST(good({"limits", "get", "0190a5d0-0000-7000-8000-000000000002"}) ==
             "requests-per-second 5 (the default)\nrequest-burst 6 (the default)\napi-keys default\n");
}

BOOST_FIXTURE_TEST_CASE(verify_counts_and_passes, MadeInstallation) {
  good({"quota", "set", tenant, "5M"});
  good({"api-key", "create", "--tenant", tenant, "--name", "x"});
  const auto out = good({"verify"});
  BOOST_TEST(out.find("API keys       1\n") != std::string::npos);
  BOOST_TEST(out.find("problems       0\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_missing_is_named, MadeInstallation) {
  std::filesystem::remove_all(directory / "store");
  BOOST_TEST(refused({"verify"}).find((directory / "store").string()) != std::string::npos);
  std::filesystem::remove(directory / "metadata");
  BOOST_TEST(refused({"quota", "get", tenant}).find((directory / "metadata").string()) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(check_config_lists_all_that_is_wrong, MadeInstallation) {
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
