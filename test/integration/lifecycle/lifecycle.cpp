// A server stops in order within its time limits, a restart keeps everything, each plane's process opens only the files
// that it needs, and a wrong configuration is reported in one line.
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <sstream>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const json::value some_secret = {{"secret_name", "kept"},
                                 {"secret_value", "12345678"},
                                 {"tool_name", "tool*"},
                                 {"tool_arg", "a"},
                                 {"is_default_for_tool", true}};

/// Whether any process has opened the file since this object was created.
class OpenWatch {
 public:
  explicit OpenWatch(const std::filesystem::path& file) : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    BOOST_REQUIRE(inotify_add_watch(fd_, file.c_str(), IN_OPEN | IN_ACCESS) >= 0);
  }
  ~OpenWatch() { close(fd_); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;
  bool opened() const {
    char events[4096];
    return read(fd_, events, sizeof events) > 0;
  }

 private:
  int fd_;
};

// Begins a request and returns the part that is still to be sent. The server's 100 Continue shows that the request has
// begun there, too.
std::string start_request(HttpsClient& client, const std::string& key) {
  const std::string body = json::serialize(some_secret);
  const Headers headers = {{"x-api-key", key}, {"Content-Type", "application/json"}, {"Expect", "100-continue"}};
  const std::string bytes = request_bytes("POST", secrets_path, headers, body);
  client.send(std::string_view(bytes).substr(0, bytes.size() - body.size()));
  REQUIRE_STATUS(client.read_answer(), 100);
  client.send(std::string_view(body).substr(0, 10));
  return body.substr(10);
}

bool refuses_connections(const ClientOptions& options) {
  for (int i = 0; i < 500; ++i) {
    try {
      HttpsClient client(options);
    } catch (const TransportError&) {
      return true;
    }
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lifecycle)

BOOST_AUTO_TEST_CASE(sigterm_finishes_requests_in_flight_and_exits_0) {
  const Deployment deployment;
  Server server(deployment);
  const Tenant tenant(deployment, server);
  HttpsClient client(server.api_client());
  const std::string rest = start_request(client, tenant.key);
  server.process().signal(SIGTERM);
  BOOST_TEST(refuses_connections(server.api_client()));
  BOOST_TEST(server.process().running());
  client.send(rest);
  const Answer answer = client.read_answer();
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(client.closed_by_server());
  BOOST_TEST((server.process().wait(10s) == 0));

  const Server again(deployment);
  Client after(again, tenant.key);
  REQUIRE_STATUS(after.get(secrets_path + answer.text("secret_id")), 200);
}

BOOST_AUTO_TEST_CASE(idle_connections_do_not_delay_the_end) {
  const Deployment deployment;
  Server server(deployment);
  HttpsClient used(server.api_client());
  REQUIRE_STATUS(used.request("GET", "/healthz"), 200);
  const HttpsClient unused(server.api_client());
  const HttpsClient runtime(server.tools_client());
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(a_request_that_never_ends_is_cut_off_at_the_shutdown_timeout) {
  const Deployment deployment(Settings{{"shutdown-timeout", "1"}});
  Server server(deployment);
  const Tenant tenant(deployment, server);
  HttpsClient client(server.api_client());
  start_request(client, tenant.key);
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - start < 8s));
}

BOOST_AUTO_TEST_CASE(a_restart_keeps_everything) {
  const Deployment deployment;
  std::string key;
  json::value before;
  std::string user;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    tenant.create(some_secret);
    before = tenant.api.get(secrets_path).json();
    key = tenant.key;
    user = tenant.id;
    BOOST_TEST(server.stop() == 0);
  }
  deployment.verify();
  const Server server(deployment);
  Client client(server, key);
  BOOST_TEST((client.get(secrets_path).json() == before));
  const Answer released = resolve(server, {{"user_id", user}, {"tool_name", "tool1"}});
  REQUIRE_STATUS(released, 200);
  BOOST_TEST(released.json().at("arguments").at("a").at("value").as_string() == "12345678");
}

BOOST_AUTO_TEST_CASE(a_server_that_runs_as_root_logs_a_warning) {
  const Deployment deployment;
  {
    Server server(deployment);
    BOOST_TEST(server.stop() == 0);
  }
  const std::string log = deployment.printed();
  const std::size_t at = log.find(R"("event":"runs_as_root")");
  BOOST_TEST((at != std::string::npos) == (::geteuid() == 0), log);
  if (at == std::string::npos) return;
  BOOST_TEST(log.find(R"("use":"tacit-tools")", at) != std::string::npos, log);
  BOOST_TEST(log.find(R"("event":"runs_as_root")", at + 1) == std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(the_api_plane_never_opens_the_private_keyring) {
  Deployment deployment;
  const OpenWatch watch(deployment.private_keyring());
  {
    Server server(deployment, {"--plane", "api"});
    Tenant tenant(deployment, server);
    const std::string one = secrets_path + std::string(tenant.create(some_secret).at("secret_id").as_string());
    REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", "another one"}}), 200);
    REQUIRE_STATUS(tenant.api.get(one), 200);
    REQUIRE_STATUS(tenant.api.del(one), 200);
    BOOST_TEST(server.tools_port() == 0);
    BOOST_TEST(!watch.opened());
    BOOST_TEST(server.stop() == 0);
  }
  // The watch works: the tool plane does open the file.
  const Server tools(deployment, {"--plane", "tools"});
  BOOST_TEST(watch.opened());
}

BOOST_AUTO_TEST_CASE(the_api_plane_works_where_there_is_no_private_keyring) {
  Deployment deployment;
  std::filesystem::remove(deployment.private_keyring());
  for (const std::string& configured : {deployment.private_keyring().string(), std::string()}) {
    deployment.configure({{"root-private-keyring", configured}});
    Server server(deployment, {"--plane", "api"});
    Tenant tenant(deployment, server);
    tenant.create(some_secret);
    BOOST_TEST(server.stop() == 0);
  }
  for (const char* plane : {"tools", "both"}) {
    const Finished refused = run({TACIT_BINARY, "serve", "--config", deployment.config().string(), "--plane", plane});
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_planes_run_as_two_processes_over_one_store) {
  const Deployment deployment;
  Server api(deployment, {"--plane", "api"});
  Server tools(deployment, {"--plane", "tools"});
  BOOST_TEST(api.tools_port() == 0);
  BOOST_TEST(tools.api_port() == 0);
  Tenant tenant(deployment, api);
  for (int i = 0; i < 20; ++i) {
    const std::string value = "value number " + std::to_string(i);
    const std::string one =
        secrets_path +
        std::string(tenant.create({{"secret_name", "n"}, {"secret_value", value}}).at("secret_id").as_string());
    const json::value question = {{"user_id", tenant.id}, {"tool_name", "t"}, {"secrets", {{"a", "n"}}}};
    const Answer released = resolve(tools, question);
    REQUIRE_STATUS(released, 200);
    BOOST_TEST(std::string(released.json().at("arguments").at("a").at("value").as_string()) == value);
    REQUIRE_STATUS(tenant.api.del(one), 200);
    BOOST_TEST(resolve(tools, question).status != 200);
  }
  BOOST_TEST(api.stop() == 0);
  BOOST_TEST(tools.stop() == 0);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_faulty_configuration_prints_one_line_and_exits_2) {
  Deployment deployment;
  write_file(deployment.folder() / "bad-identities", "uri:spiffe://x\n");
  const std::vector<std::pair<std::string, Settings>> wrong = {
      {"plane", {{"plane", "all"}}},
      {"api-listen", {{"api-listen", "127.0.0.1"}}},
      {"api-listen", {{"api-listen", "127.0.0.1:99999"}}},
      {"threads", {{"threads", "many"}}},
      {"threads", {{"threads", "-1"}}},
      {"header-timeout", {{"header-timeout", "soon"}}},
      {"access-log", {{"access-log", "maybe"}}},
      {"no-such-key", {{"no-such-key", "1"}}},
      {"api-certificate", {{"api-certificate", "/nonexistent.pem"}}},
      {"tool-identities", {{"tool-identities", "/nonexistent"}}},
      {"bad-identities", {{"tool-identities", (deployment.folder() / "bad-identities").string()}}},
      {"metadata-keyring", {{"metadata-keyring", ""}}},
  };
  for (const auto& [mentioned, settings] : wrong) {
    BOOST_TEST_CONTEXT(settings.begin()->first << " = " << settings.begin()->second) {
      Deployment copy;
      write_file(copy.folder() / "bad-identities", "uri:spiffe://x\n");
      copy.configure(settings);
      for (const std::string command : {"serve", "check-config"}) {
        const Finished done = copy.command({command});
        BOOST_TEST(done.status == 2);
        BOOST_TEST(std::count(done.err.begin(), done.err.end(), '\n') == 1, done.err);
        BOOST_TEST(done.err.find(mentioned) != std::string::npos, done.err);
      }
    }
  }
  BOOST_TEST(deployment.command({"check-config"}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_private_key_that_others_may_read_is_refused) {
  const Deployment deployment;
  std::filesystem::permissions(deployment.private_keyring(), std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  const Finished done = deployment.command({"serve"});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(done.err.find("root-private.keyring") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(settings_come_from_the_command_line_before_the_environment_before_the_file) {
  const Deployment deployment({{"access-log", "off"}, {"log-level", "info"}, {"plane", "tools"}});
  Server from_environment(deployment, {}, {{"TACIT_PLANE", "api"}});
  BOOST_TEST(from_environment.api_port() != 0);
  BOOST_TEST(from_environment.tools_port() == 0);
  BOOST_TEST(from_environment.stop() == 0);
  Server from_command_line(deployment, {"--plane", "both"}, {{"TACIT_PLANE", "api"}});
  BOOST_TEST(from_command_line.tools_port() != 0);
  BOOST_TEST(from_command_line.stop() == 0);
}

BOOST_AUTO_TEST_CASE(every_line_printed_is_one_json_object) {
  const Deployment deployment;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    tenant.create(some_secret);
    tenant.api.get("/nowhere");
    Client(server, "wrong").get(secrets_path);
    BOOST_TEST(server.stop() == 0);
  }
  std::istringstream lines(deployment.printed());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    boost::system::error_code error;
    const json::value parsed = json::parse(line, error);
    BOOST_TEST((!error && parsed.is_object() && parsed.as_object().contains("event")), line);
  }
  BOOST_TEST(count >= 4);
}

BOOST_AUTO_TEST_SUITE_END()
