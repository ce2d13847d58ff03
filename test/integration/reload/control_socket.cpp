// `tacit reload` reports what each server applied; only the server's own user can use the control socket, and no client
// can block it.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::filesystem::path socket_of(const Deployment& deployment, Server& server) {
  return deployment.store() / ("control-" + std::to_string(server.process().pid()) + ".sock");
}

std::vector<std::filesystem::path> sockets_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().find("control-") != std::string::npos) all.push_back(entry.path());
  }
  return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

int unix_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  BOOST_REQUIRE(path.string().size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.string().size());
  return address;
}

int connect_to(const std::filesystem::path& path) {
  const int socket = unix_socket();
  const sockaddr_un address = address_of(path);
  const void* const raw = &address;
  BOOST_REQUIRE(::connect(socket, static_cast<const sockaddr*>(raw), sizeof address) == 0);
  const timeval most{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  return socket;
}

/// Creates a socket file like the one of a killed server, or, if it is kept open and listening, of a process that does
/// not answer.
int bind_at(const std::filesystem::path& path) {
  const int socket = unix_socket();
  const sockaddr_un address = address_of(path);
  const void* const raw = &address;
  BOOST_REQUIRE(::bind(socket, static_cast<const sockaddr*>(raw), sizeof address) == 0);
  return socket;
}

/// All bytes until the peer closes.
std::string read_to_end(int socket) {
  std::string all;
  char part[4096];
  for (ssize_t got = 0; (got = ::recv(socket, part, sizeof part, 0)) > 0;)
    all.append(part, static_cast<std::size_t>(got));
  ::close(socket);
  return all;
}

std::string ask(const std::filesystem::path& path, const std::string& request) {
  const int socket = connect_to(path);
  static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
  return read_to_end(socket);
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(::geteuid() == 0);
  result.message() << "only root may become another user";
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_socket)

BOOST_AUTO_TEST_CASE(a_good_reload_lists_what_it_applied_and_what_needs_a_restart) {
  Deployment deployment;
  Server server(deployment);
  Finished done = deployment.command({"reload"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(done.err.empty(), done.err);
  const std::string name = "process " + std::to_string(server.process().pid()) + " (api, tools): ";
  BOOST_TEST(done.out == name + "reloaded: limits, certificates, tool identities, keyrings\n");
  deployment.configure({{"threads", "1"}, {"request-rate", "7"}});
  done = deployment.command({"reload"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done.out, name + "restart needed for: threads\n"), done.out);
  const Finished as_json = deployment.command({"reload", "--json"});
  const json::object answer = json::parse(as_json.out).as_object();
  BOOST_TEST(answer.at("good").as_bool());
  BOOST_TEST(answer.at("servers").as_array()[0].at("restart_needed").as_array()[0].as_string() == "threads");
}

BOOST_AUTO_TEST_CASE(a_rejected_reload_fails_with_the_reasons) {
  Deployment deployment;
  Server server(deployment);
  deployment.configure({{"threads", "many"}, {"access-log-sample", "no"}});
  Finished done = deployment.command({"reload"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.out.empty(), done.out);
  BOOST_TEST(has(done.err, "configuration not reloaded: "), done.err);
  BOOST_TEST(has(done.err, "threads: \"many\""), done.err);
  BOOST_TEST(has(done.err, "access-log-sample: \"no\""), done.err);
  const std::string log = deployment.printed();
  BOOST_TEST(has(log, R"("level":"error","event":"reloaded_in_part")"), log);

  // Partly refused: the rest is applied.
  deployment.configure({{"threads", "2"}, {"access-log-sample", "1"}, {"tool-certificate", "/nowhere.pem"}});
  done = deployment.command({"reload"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.out, "reloaded: limits, tool identities, keyrings"), done.out);
  BOOST_TEST(has(done.err, "certificates not reloaded: "), done.err);
  BOOST_TEST(has(done.err, "/nowhere.pem"), done.err);

  // All is applied, but the next start would fail.
  deployment.configure({{"tool-certificate", certificates().server.certificate.string()},
                        {"admin-listen", "127.0.0.1:8443"},
                        {"api-listen", "127.0.0.1:8443"}});
  done = deployment.command({"reload"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "the next start would fail: "), done.err);
  BOOST_TEST(has(done.err, "overlap"), done.err);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(reload_asks_every_server_of_the_store_or_of_a_plane) {
  const Deployment deployment;
  Server first(deployment, {"--plane", "api"});
  Server second(deployment, {"--plane", "api"});
  Server tools(deployment, {"--plane", "tools"});
  const auto number = [](Server& server) { return "process " + std::to_string(server.process().pid()) + " "; };
  const Finished all = deployment.command({"reload"});
  BOOST_TEST(all.status == 0, all.err);
  for (Server* server : {&first, &second, &tools}) BOOST_TEST(has(all.out, number(*server)), all.out);
  const Finished api = deployment.command({"reload", "--plane", "api"});
  BOOST_TEST(has(api.out, number(first)), api.out);
  BOOST_TEST(has(api.out, number(second)), api.out);
  BOOST_TEST(!has(api.out, number(tools)), api.out);
  const Deployment other;
  const Finished none = other.command({"reload"});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(has(none.err, "no server of the store " + other.store().string()), none.err);
  const Finished as_json = other.command({"reload", "--json"});
  BOOST_TEST(as_json.status == 1);
  const json::object said = json::parse(as_json.out).as_object();
  BOOST_TEST(!said.at("good").as_bool());
  BOOST_TEST(said.at("servers").as_array().empty());
  BOOST_TEST(said.at("error").as_string().starts_with("no server of the store "));
}

BOOST_AUTO_TEST_CASE(under_systemd_the_units_server_is_asked_despite_a_bad_configuration) {
  Deployment deployment;
  const auto runtime = deployment.folder() / "runtime";
  std::filesystem::create_directory(runtime);
  Server server(deployment, {}, {{"RUNTIME_DIRECTORY", runtime.string() + ":/elsewhere"}});
  BOOST_TEST(sockets_in(runtime).size() == 1u);
  BOOST_TEST(sockets_in(deployment.store()).empty());
  const Environment unit{{"RUNTIME_DIRECTORY", runtime.string()}, {"MAINPID", std::to_string(server.process().pid())}};
  const std::vector<std::string> call{TACIT_BINARY, "reload",   "--plane",
                                      "api",        "--config", deployment.config().string()};
  Finished done = run(call, unit);
  BOOST_TEST(done.status == 0, done.err);
  write_file(deployment.config(), "store = \nplane = none\n");
  done = run(call, unit);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "configuration not reloaded: " + deployment.config().string() + ":1: store: "), done.err);
  Environment gone = unit;
  gone["MAINPID"] = "1";
  BOOST_TEST(run(call, gone).status == 1);
}

BOOST_AUTO_TEST_CASE(the_socket_is_private_and_is_removed_with_the_server) {
  const Deployment deployment;
  std::filesystem::path left;
  {
    Server killed(deployment);
    left = socket_of(deployment, killed);
    struct stat status {};
    BOOST_TEST(::lstat(left.c_str(), &status) == 0);
    BOOST_TEST(S_ISSOCK(status.st_mode));
    BOOST_TEST((status.st_mode & 0777U) == 0600U);
    killed.kill();
  }
  BOOST_TEST(std::filesystem::exists(left));
  const Finished nobody = deployment.command({"reload"});
  BOOST_TEST(nobody.status == 1);
  BOOST_TEST(has(nobody.err, "no server of the store"), nobody.err);
  Server server(deployment);
  BOOST_TEST(!std::filesystem::exists(left));  // the file of a dead server
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(sockets_in(deployment.store()).empty());
}

// Files with the names of sockets that are not sockets of dead servers stay unchanged.
BOOST_AUTO_TEST_CASE(only_sockets_of_dead_servers_are_removed) {
  const Deployment deployment;
  const auto store = deployment.store();
  write_file(store / "control-1.sock", "text");
  const int alive = bind_at(store / "control-2.sock");
  BOOST_REQUIRE(::listen(alive, 1) == 0);
  const int elsewhere = bind_at(deployment.folder() / "elsewhere.sock");
  std::filesystem::create_symlink(deployment.folder() / "elsewhere.sock", store / "control-3.sock");
  std::filesystem::create_directory(store / "control-4.sock");
  const int other_name = bind_at(store / "control-05.sock");
  ::close(other_name);
  ::close(elsewhere);
  Server server(deployment);
  BOOST_TEST(read_file(store / "control-1.sock") == "text");
  BOOST_TEST(std::filesystem::is_socket(store / "control-2.sock"));
  BOOST_TEST(std::filesystem::is_symlink(store / "control-3.sock"));
  BOOST_TEST(std::filesystem::is_socket(deployment.folder() / "elsewhere.sock"));
  BOOST_TEST(std::filesystem::is_directory(store / "control-4.sock"));
  BOOST_TEST(std::filesystem::is_socket(store / "control-05.sock"));
  // A process that does not answer is waited for no longer than the option says; the server is asked nevertheless.
  const auto began = std::chrono::steady_clock::now();
  const Finished done = deployment.command({"reload", "--timeout", "3"});
  BOOST_TEST((std::chrono::steady_clock::now() - began < 10s));
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "process 2: does not answer"), done.err);
  BOOST_TEST(has(done.out, "process " + std::to_string(server.process().pid()) + " (api, tools): reloaded: "),
             done.out);
  ::close(alive);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(clients_that_stall_or_send_rubbish_do_not_block_others) {
  const Deployment deployment;
  Server server(deployment);
  const auto path = socket_of(deployment, server);
  std::vector<int> stalled;
  for (int i = 0; i < 40; ++i) stalled.push_back(connect_to(path));
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);
  // Their connections time out within seconds, and then the socket answers again.
  bool asked = false;
  for (int i = 0; i < 60 && !asked; ++i) {
    asked = deployment.command({"reload"}).status == 0;
    if (!asked) std::this_thread::sleep_for(200ms);
  }
  BOOST_TEST(asked);
  for (const int socket : stalled) ::close(socket);
  BOOST_TEST(has(ask(path, "frobnicate\n"), "does not know"));
  BOOST_TEST(ask(path, std::string(100'000, 'x')) == "");  // longer than any request
  BOOST_TEST(has(ask(path, std::string("reload\0\n", 8)), "does not know"));
  BOOST_TEST(has(ask(path, "reload\nreload\n"), R"("good":true)"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(another_user_is_refused, *boost::unit_test::precondition(is_root)) {
  const Deployment deployment;
  Server server(deployment);
  const auto path = socket_of(deployment, server);
  // Even if the modes of the file and its directories admit everybody.
  std::filesystem::permissions(path, std::filesystem::perms(0777));
  std::filesystem::permissions(deployment.store(), std::filesystem::perms(0777));
  std::filesystem::permissions(deployment.folder(), std::filesystem::perms(0755));
  const std::string client =
      "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; print <$s>;";
  const Finished done = run({"/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                             "/usr/bin/perl", "-e", client, path.string()});
  BOOST_TEST(has(done.out, "only root and the server's own user"), done.out + done.err);
  BOOST_TEST(!has(deployment.printed(), "reloaded"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_serves_without_a_control_socket) {
  Deployment deployment;
  deployment.configure({{"control-directory", (deployment.folder() / "nowhere").string()}});
  Server server(deployment);
  BOOST_TEST(has(deployment.printed(), "control_socket_failed"));
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);
  BOOST_TEST(deployment.command({"reload"}).status == 1);
  // In a directory whose path is longer than a socket's address can be.
  const auto deep = deployment.folder() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  deployment.configure({{"control-directory", deep.string()}});
  Server other(deployment);
  BOOST_TEST(deployment.command({"reload"}).status == 0);
}

BOOST_AUTO_TEST_CASE(the_timeout_ends_the_wait_for_a_stopped_server) {
  const Deployment deployment;
  Server server(deployment);
  server.process().signal(SIGSTOP);
  const auto began = std::chrono::steady_clock::now();
  const Finished done = deployment.command({"reload", "--timeout", "1"});
  BOOST_TEST((std::chrono::steady_clock::now() - began < 8s));
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "does not answer"), done.err);
  server.process().signal(SIGCONT);
}

BOOST_AUTO_TEST_SUITE_END()
