// `tacit client`: secrets and API keys of a user at a terminal, over HTTPS against a running server.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string value = "lin_api_0123456789abcdef";

/// A user with a key file, on one server.
struct User {
  explicit User(const Deployment& on = shared_deployment(), const Server& at = shared_server(),
                const std::vector<std::string>& scopes = {"--scope", "secrets:read", "--scope", "secrets:write",
                                                          "--scope", "keys:manage"})
      : server(at), tenant(new_uuid()) {
    key = on.create_api_key(tenant, scopes);
    write_file(key_file(), key + "\n");
    std::filesystem::permissions(key_file(), std::filesystem::perms::owner_read);
  }

  std::string key_file() const { return (folder.path() / "key").string(); }
  Environment environment() const {
    return {{"TACIT_CLIENT_URL", "https://localhost:" + std::to_string(server.api_port())},
            {"TACIT_CLIENT_KEY_FILE", key_file()},
            {"TACIT_CLIENT_CA_FILE", server.api_client().authority.string()}};
  }
  std::vector<std::string> call(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{TACIT_BINARY, "client"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  Finished run(const std::vector<std::string>& arguments) const {
    return tacit::test::run(call(arguments), environment());
  }
  /// The same with a text on standard input.
  Finished run(const std::vector<std::string>& arguments, const std::string& input) const {
    std::vector<std::string> all{"/bin/sh", "-c", "printf %s \"$CLIENT_INPUT\" | exec \"$0\" \"$@\""};
    const auto inner = call(arguments);
    all.insert(all.end(), inner.begin(), inner.end());
    Environment variables = environment();
    variables["CLIENT_INPUT"] = input;
    return tacit::test::run(all, variables);
  }
  std::string import_file(const std::string& content) const {
    write_file(folder.path() / "import", content);
    return (folder.path() / "import").string();
  }
  std::string released(const std::string& argument) const {
    const Answer answer = resolve(server, {{"user_id", tenant}, {"tool_name", "tool"}});
    const json::object arguments = answer.at("arguments").as_object();
    return arguments.contains(argument) ? std::string(arguments.at(argument).at("value").as_string()) : "";
  }

  const Server& server;
  std::string tenant;
  std::string key;
  TemporaryFolder folder;
};

std::string good(const Finished& done) {
  BOOST_TEST_REQUIRE(done.status == 0, done.out + done.err);
  return done.out;
}

void expect_refused(const Finished& done, int status, const std::string& part) {
  BOOST_TEST(done.status == status, done.out + done.err);
  BOOST_TEST(done.out.empty(), done.out);
  BOOST_TEST(std::ranges::count(done.err, '\n') == 1, done.err);
  BOOST_TEST(done.err.find(part) != std::string::npos, done.err);
}

const std::vector<std::string> create_bound = {"secret", "create",     "--name", "n",         "--tool",
                                               "tool",   "--argument", "key",    "--default", "--json"};

/// A command on a terminal of its own.
class OnTerminal {
 public:
  OnTerminal(const std::vector<std::string>& command, const Environment& environment) {
    std::vector<std::string> words = command;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ == 0) {
      for (const auto& [name, text] : environment) ::setenv(name.c_str(), text.c_str(), 1);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    BOOST_TEST_REQUIRE(pid_ > 0);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;
  ~OnTerminal() {
    ::close(terminal_);
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void type(const std::string& text) const {
    BOOST_TEST_REQUIRE(::write(terminal_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// Reads until the text was shown, or to the end if it is empty.
  void wait_for(const std::string& text) {
    const std::size_t begin = shown_.size();
    while (text.empty() || shown_.find(text, begin) == std::string::npos) {
      pollfd ready{terminal_, POLLIN, 0};
      BOOST_TEST_REQUIRE(::poll(&ready, 1, 30'000) == 1, shown_);
      std::array<char, 1024> part{};
      const ssize_t size = ::read(terminal_, part.data(), part.size());
      if (size <= 0) break;
      shown_.append(part.data(), static_cast<std::size_t>(size));
    }
    BOOST_TEST(shown_.find(text, begin) != std::string::npos, shown_);
  }
  int finish() {
    wait_for("");
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& shown() const { return shown_; }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_commands)

BOOST_AUTO_TEST_CASE(a_secret_is_created_listed_changed_and_deleted) {
  const User user;
  const Finished created = user.run(create_bound, value + "\n");
  const json::object secret = json::parse(good(created)).as_object();
  BOOST_TEST(secret.at("display").as_string() == "lin****def");
  BOOST_TEST(secret.contains("etag"));
  BOOST_TEST(user.released("key") == value);
  const std::string list = good(user.run({"secret", "list"}));
  BOOST_TEST(list.find("lin****def") != std::string::npos, list);
  BOOST_TEST(list.find(value) == std::string::npos);
  BOOST_TEST(json::parse(good(user.run({"secret", "list", "--tool", "other", "--json"}))).as_array().empty());

  const std::string tag(secret.at("etag").as_string());
  good(user.run({"secret", "update", "n", "--value", "--if-match", tag}, "another value 123"));
  BOOST_TEST(user.released("key") == "another value 123");
  expect_refused(user.run({"secret", "update", "n", "--name", "m", "--if-match", tag}), 1, "--if-match");
  const json::array versions = json::parse(good(user.run({"secret", "versions", "n", "--json"}))).as_array();
  BOOST_TEST(versions.size() == 2U);
  good(user.run({"secret", "rollback", "n", "1"}));
  BOOST_TEST(user.released("key") == value);
  good(user.run({"secret", "uses", "n"}));

  expect_refused(user.run({"secret", "delete", "n"}), 2, "--yes");
  const std::string planned = good(user.run({"secret", "delete", "n", "--dry-run"}));
  BOOST_TEST(planned == "Would permanently delete the secret \"n\".\n");
  good(user.run({"secret", "delete", std::string(secret.at("secret_id").as_string()), "--yes"}));
  expect_refused(user.run({"secret", "list", "n"}), 1, "there is no secret of the name \"n\"");
}

BOOST_AUTO_TEST_CASE(a_binding_and_an_expiry_are_set_and_cleared) {
  const User user;
  good(user.run(create_bound, value));
  const auto change = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"secret", "update", "n", "--json"});
    return json::parse(good(user.run(options))).as_object();
  };
  BOOST_TEST(change({"--expires-in", "90d"}).at("expires_at").is_string());
  BOOST_TEST(change({"--no-expiry"}).at("expires_at").is_null());
  BOOST_TEST(!change({"--no-default"}).at("is_default_for_tool").as_bool());
  const json::object bare = change({"--no-tool", "--no-argument", "--name", "m m"});
  BOOST_TEST(bare.at("tool_name").is_null());
  BOOST_TEST(bare.at("secret_name").as_string() == "m m");
  expect_refused(user.run({"secret", "update", "m m"}), 2, "no change was given");
  expect_refused(user.run({"secret", "update", "m m", "--tool", "t", "--no-tool"}), 2, "not both");
}

BOOST_AUTO_TEST_CASE(a_change_with_an_idempotency_key_is_made_once) {
  const User user;
  std::vector<std::string> create = create_bound;
  create.insert(create.end(), {"--idempotency-key", "once"});
  const std::string first = good(user.run(create, value));
  const Finished again = user.run(create, value);
  BOOST_TEST(json::parse(good(again)).at("secret_id") == json::parse(first).at("secret_id"));
  BOOST_TEST(again.err.find("had done this before") != std::string::npos, again.err);
  expect_refused(user.run(create_bound, value), 1, "(status 409)");
}

BOOST_AUTO_TEST_CASE(refusals_are_one_line_and_repeat_no_value) {
  const User user;
  const Finished invalid = user.run(create_bound, "abc");
  expect_refused(invalid, 1, "secret_value: String should have at least 4 characters");
  expect_refused(user.run(create_bound, ""), 2, "the value is empty");
  expect_refused(user.run(create_bound, "hunter2\xff"), 2, "not UTF-8");
  const Finished argument = user.run({"secret", "create", "--name", "n", value});
  expect_refused(argument, 2, "values are never arguments");
  BOOST_TEST(argument.err.find(value) == std::string::npos);
  const User reader(shared_deployment(), shared_server(), {"--scope", "secrets:read"});
  const Finished forbidden = reader.run(create_bound, value);
  expect_refused(forbidden, 1, "the key may not do this");
  BOOST_TEST(forbidden.err.find(value) == std::string::npos);
  write_file(reader.folder.path() / "other", "tct_0000");
  std::filesystem::permissions(reader.folder.path() / "other", std::filesystem::perms::owner_read);
  expect_refused(reader.run({"secret", "list", "--key-file", (reader.folder.path() / "other").string()}), 1,
                 "(status 401)");
}

BOOST_AUTO_TEST_CASE(the_server_and_the_key_are_checked) {
  const User user;
  expect_refused(user.run({"secret", "list", "--url", "http://localhost:1"}), 2, "is not an https URL");
  expect_refused(user.run({"secret", "list", "--url", "https://localhost:1"}), 1, "cannot be used");
  expect_refused(user.run({"secret", "list", "--ca-file", certificates().strangers.certificate().string()}), 1,
                 "certificate");
  expect_refused(user.run({"secret", "list", "--key-file", "/nonexistent"}), 2, "--key-file: /nonexistent");
  expect_refused(run({TACIT_BINARY, "client", "secret", "list"}), 2, "--url or TACIT_CLIENT_URL is missing");
  Environment misspelt = user.environment();
  misspelt["TACIT_CLIENT_URI"] = "https://localhost:1";
  expect_refused(run(user.call({"secret", "list"}), misspelt), 2, "did you mean TACIT_CLIENT_URL?");
}

BOOST_AUTO_TEST_CASE(a_busy_server_is_asked_again) {
  const Deployment slow({{"request-rate", "1"}, {"request-burst", "1"}});
  const Server server(slow);
  const User user(slow, server);
  good(user.run(create_bound, value));
  // Two requests, of which the second comes too soon.
  good(user.run({"secret", "list", "n"}));
}

BOOST_AUTO_TEST_CASE(files_are_imported_whole_or_not_at_all) {
  const User user;
  const std::string file = user.import_file("# ours\nexport ONE='value one'\nTWO=\"value\\ttwo\"\n");
  const std::string plan = good(user.run({"secret", "import", file, "--tool", "tool", "--dry-run"}));
  BOOST_TEST(plan.find("new") != std::string::npos, plan);
  BOOST_TEST(plan.find("value one") == std::string::npos);
  BOOST_TEST(json::parse(good(user.run({"secret", "list", "--json"}))).as_array().empty());
  const json::array stored =
      json::parse(good(user.run({"secret", "import", file, "--tool", "tool", "--json"}))).as_array();
  BOOST_REQUIRE(stored.size() == 2U);
  BOOST_TEST(stored[1].at("secret_name").as_string() == "TWO");
  BOOST_TEST(stored[1].at("tool_name").as_string() == "tool");

  const std::string taken = user.import_file(R"({"THREE": "value three", "TWO": "hunter22"})");
  BOOST_TEST(user.run({"secret", "import", taken, "--dry-run"}).status == 1);
  expect_refused(user.run({"secret", "import", taken}), 1, "(status 409)");
  const std::string invalid = user.import_file(R"({"THREE": "value three", "FOUR": "abc"})");
  expect_refused(user.run({"secret", "import", invalid}), 1, "secret 2 (FOUR), secret_value: ");
  BOOST_TEST(json::parse(good(user.run({"secret", "list", "--json"}))).as_array().size() == 2U);

  good(user.run({"secret", "import", "-"},
                R"([{"secret_name":"FIVE","secret_value":")" + value +
                    R"(","tool_name":"tool","tool_arg":"five","is_default_for_tool":true}])"));
  BOOST_TEST(user.released("five") == value);
  expect_refused(user.run({"secret", "import", user.import_file("A=1\nhunter2")}), 2, "line 2: is not NAME=value");
}

BOOST_AUTO_TEST_CASE(many_secrets_are_imported_in_several_transactions_if_allowed) {
  const User user;
  std::string many;
  for (int i = 0; i < 70; ++i) many += "N" + std::to_string(i) + "=value " + std::to_string(i) + "\n";
  const std::string file = user.import_file(many);
  expect_refused(user.run({"secret", "import", file}), 2, "add --several");
  const std::vector<std::string> import{"secret", "import", file, "--several", "--json", "--idempotency-key", "i"};
  BOOST_TEST(json::parse(good(user.run(import))).as_array().size() == 70U);
  // The same again changes nothing.
  BOOST_TEST(json::parse(good(user.run(import))).as_array().size() == 70U);
  BOOST_TEST(json::parse(good(user.run({"secret", "list", "--json"}))).as_array().size() == 70U);
}

BOOST_AUTO_TEST_CASE(api_keys_are_created_listed_changed_and_revoked) {
  const User user;
  const Finished created = user.run({"api-key", "create", "--name", "of mine", "--expires-in", "30d"});
  const std::string key = good(created).substr(0, 64);
  BOOST_TEST(created.out.size() == 65U);
  BOOST_TEST(key.starts_with("tct_"));
  BOOST_TEST(created.err.find(key) == std::string::npos);
  const std::string id = key.substr(4, 11);
  const std::string list = good(user.run({"api-key", "list"}));
  BOOST_TEST(list.find(id) != std::string::npos, list);
  BOOST_TEST(list.find(key) == std::string::npos);
  const json::object changed =
      json::parse(good(user.run({"api-key", "update", id, "--scope", "secrets:read", "--no-expiry", "--json"})))
          .as_object();
  BOOST_TEST(changed.at("scopes").as_array().size() == 1U);
  BOOST_TEST(changed.at("expires_at").is_null());
  good(user.run({"api-key", "revoke", id, "--yes"}));
  BOOST_TEST(good(user.run({"api-key", "list"})).find(id) == std::string::npos);
  const json::object as_json = json::parse(good(user.run({"api-key", "create", "--name", "j", "--json"}))).as_object();
  BOOST_TEST(as_json.at("key").as_string().starts_with("tct_"));
  BOOST_TEST(as_json.at("scopes").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(hostile_names_do_not_control_the_terminal) {
  const User user;
  const std::string name = "a\x1b[2J\xe2\x80\xae\nb";
  Client(user.server, user.key).post(secrets_path, {{"secret_name", name}, {"secret_value", value}});
  for (const auto& options : std::vector<std::vector<std::string>>{{}, {"--json"}}) {
    std::vector<std::string> list{"secret", "list"};
    list.insert(list.end(), options.begin(), options.end());
    const std::string out = good(user.run(list));
    BOOST_TEST(out.find('\x1b') == std::string::npos);
    BOOST_TEST(out.find("\xe2\x80\xae") == std::string::npos);
    BOOST_TEST(out.find("a\\u001b[2J\\u202e\\nb") != std::string::npos, out);
  }
  const json::object one = json::parse(good(user.run({"secret", "list", name, "--json"}))).as_object();
  BOOST_TEST(std::string(one.at("secret_name").as_string()) == name);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_asked_twice_and_shows_nothing) {
  const User user;
  OnTerminal typed(user.call(create_bound), user.environment());
  typed.wait_for("Value");
  typed.type(value + "\n");
  typed.wait_for("Once more");
  typed.type(value + "\n");
  BOOST_TEST(typed.finish() == 0);
  BOOST_TEST(typed.shown().find(value) == std::string::npos, typed.shown());
  BOOST_TEST(user.released("key") == value);

  OnTerminal different(user.call({"secret", "update", "n", "--value"}), user.environment());
  different.wait_for("Value");
  different.type("one value\n");
  different.wait_for("Once more");
  different.type("another value\n");
  BOOST_TEST(different.finish() == 1);
  OnTerminal interrupted(user.call({"secret", "update", "n", "--value"}), user.environment());
  interrupted.wait_for("Value");
  interrupted.type("one\x03");
  BOOST_TEST(interrupted.finish() == 1);
  BOOST_TEST(user.released("key") == value);
}

BOOST_AUTO_TEST_CASE(a_server_ignores_the_variables_of_clients) {
  const Deployment deployment;
  const User user;
  Server server(deployment, {}, user.environment());
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
