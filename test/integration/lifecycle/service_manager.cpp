// Under a service manager, the server sends correct notifications and loses no client of an inherited socket.
#include <arpa/inet.h>
#include <lmdb.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "test/integration/old_stores/old_deployment.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/unit/server/serve/notify_socket_fixture.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

/// The next message, without those that only report health.
std::string next_news(const NotifySocket& socket) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until) {
    const std::string message = socket.next(1s).value_or("WATCHDOG=1");
    if (message != "WATCHDOG=1") return message;
  }
  return "nothing";
}

/// A listening socket as a service manager holds it: open whether or not a server runs.
class HeldSocket {
 public:
  HeldSocket() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    void* const raw = &address;
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::bind(socket_, static_cast<sockaddr*>(raw), size) == 0 && ::listen(socket_, 128) == 0);
    BOOST_REQUIRE(::getsockname(socket_, static_cast<sockaddr*>(raw), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~HeldSocket() { ::close(socket_); }
  HeldSocket(const HeldSocket&) = delete;
  HeldSocket& operator=(const HeldSocket&) = delete;

  std::uint16_t port() const { return port_; }
  ClientOptions client() const { return {port_, certificates().servers.certificate()}; }

  /// Starts an API plane on the socket. The shell knows its own process id, which the program keeps.
  std::unique_ptr<Process> serve(const Deployment& deployment) const {
    const std::string command = "exec 3<&" + std::to_string(socket_) +
                                "; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=api; exec " TACIT_BINARY
                                " serve --plane api --config " +
                                deployment.config().string();
    return std::make_unique<Process>(std::vector<std::string>{"/bin/bash", "-c", command}, deployment.log(),
                                     deployment.log());
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// Holds the lock that every writer of the store needs.
class WriteLock {
 public:
  explicit WriteLock(const std::filesystem::path& store) {
    BOOST_REQUIRE(mdb_env_create(&env_) == 0);
    mdb_env_set_maxdbs(env_, 16);
    BOOST_REQUIRE(mdb_env_open(env_, store.c_str(), MDB_NOTLS, 0660) == 0);
    BOOST_REQUIRE(mdb_txn_begin(env_, nullptr, 0, &txn_) == 0);
  }
  ~WriteLock() {
    mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

/// Stops one thread of another process, like a debugger.
class HeldThread {
 public:
  explicit HeldThread(pid_t thread) : thread_(thread) {
    BOOST_REQUIRE(::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0);
    BOOST_REQUIRE(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0);
    BOOST_REQUIRE(::waitpid(thread_, nullptr, __WALL) == thread_);
  }
  ~HeldThread() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
  HeldThread(const HeldThread&) = delete;
  HeldThread& operator=(const HeldThread&) = delete;

 private:
  pid_t thread_;
};

/// 0 if the process has no thread of that name.
pid_t thread_named(pid_t process, const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    if (read_file(entry.path() / "comm") == name + "\n") {
      return static_cast<pid_t>(std::stol(entry.path().filename().string()));
    }
  }
  return 0;
}

/// The process refuses debuggers of its own user.
boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(::geteuid() == 0);
  result.message() << "only root may stop a thread of the server";
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(it_is_notified_of_ready_reload_and_end) {
  const Deployment deployment(Settings{{"plane", "api"}, {"shutdown-timeout", "10"}});
  const NotifySocket manager((deployment.folder() / "notify").string());
  Server server(deployment, {}, {{"NOTIFY_SOCKET", manager.name()}});
  const std::string serving = "STATUS=serving the API on 127.0.0.1:" + std::to_string(server.api_port());
  BOOST_TEST(next_news(manager) == "READY=1\n" + serving);
  server.process().signal(SIGHUP);
  BOOST_TEST(next_news(manager).starts_with("RELOADING=1\nMONOTONIC_USEC="));
  BOOST_TEST(next_news(manager) == "READY=1\n" + serving);
  BOOST_TEST(server.stop() == 0);
  const std::string stopping = next_news(manager);
  BOOST_TEST(stopping.starts_with("STOPPING=1\nSTATUS=stopping"));
  BOOST_TEST(stopping.ends_with("\nEXTEND_TIMEOUT_USEC=30000000"));  // two shutdown-timeouts and a little
}

/// As after an upgrade: the unit names keyrings that do not exist yet, and systemd passes its SetCredential= instead.
BOOST_AUTO_TEST_CASE(stand_ins_for_missing_keyrings_do_not_prevent_the_start) {
  const OldStore old;
  std::vector<std::string> arguments{"--plane", "both"};
  for (const std::string setting : {"root-signing-keyring", "audit-api-keyring", "audit-tools-keyring"}) {
    const auto credential = old.deployment().folder() / setting;
    write_file(credential, "none");
    std::filesystem::permissions(credential, std::filesystem::perms::owner_read);
    arguments.insert(arguments.end(), {"--" + setting, credential.string()});
  }
  Server server(old.deployment(), arguments);
  REQUIRE_STATUS(resolve(server, {{"user_id", old_tenant}, {"tool_name", "tool"}}), 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_not_notified_while_the_writer_is_stuck) {
  const Deployment deployment(Settings{{"plane", "api"}});
  const NotifySocket manager((deployment.folder() / "notify").string());
  Server server(deployment, {}, {{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "300000"}});
  const Tenant tenant(deployment, server);
  BOOST_TEST(next_news(manager).starts_with("READY=1\n"));
  for (int i = 0; i < 3; ++i) BOOST_TEST(manager.next(5s).value_or("nothing") == "WATCHDOG=1");

  std::optional<WriteLock> lock(deployment.store());
  HttpsClient client(server.api_client());
  const std::string body = R"({"secret_name": "a", "secret_value": "abcdefgh"})";
  client.send(request_bytes("POST", "/api/v1/secrets/",
                            {{"x-api-key", tenant.key}, {"Content-Type", "application/json"}}, body));
  BOOST_TEST(next_news(manager).starts_with("STATUS=in trouble: the store has been writing for "));
  const auto until = std::chrono::steady_clock::now() + 1500ms;  // five times the watchdog's patience
  while (std::chrono::steady_clock::now() < until) {
    BOOST_TEST(manager.next(300ms).value_or("nothing") != "WATCHDOG=1");  // the status may report the duration
  }

  lock.reset();
  std::string news = next_news(manager);
  while (news.starts_with("STATUS=in trouble")) news = next_news(manager);
  BOOST_TEST(news.starts_with("STATUS=serving"));
  BOOST_TEST(manager.next(5s).value_or("nothing") == "WATCHDOG=1");
  const std::string printed = deployment.printed();
  BOOST_TEST(printed.find("in_trouble") != std::string::npos);
  BOOST_TEST(printed.find("in_trouble") == printed.rfind("in_trouble"));
  CHECK_STATUS(client.read_answer(), 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_not_notified_while_an_io_thread_is_stuck,
                     *boost::unit_test::precondition(is_root)) {
  const Deployment deployment(Settings{{"plane", "api"}, {"threads", "2"}});
  const NotifySocket manager((deployment.folder() / "notify").string());
  Server server(deployment, {}, {{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "300000"}});
  BOOST_TEST(next_news(manager).starts_with("READY=1\n"));
  BOOST_TEST(manager.next(5s).value_or("nothing") == "WATCHDOG=1");
  const pid_t thread = thread_named(server.process().pid(), "io-1");
  BOOST_REQUIRE(thread != 0);

  std::optional<HeldThread> held(thread);
  BOOST_TEST(next_news(manager) == "STATUS=in trouble: io thread 1 is blocked");
  BOOST_TEST(!manager.next(1500ms).has_value());  // five times the watchdog's patience
  held.reset();
  BOOST_TEST(next_news(manager).starts_with("STATUS=serving"));
  BOOST_TEST(manager.next(5s).value_or("nothing") == "WATCHDOG=1");
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_connects_while_no_server_runs_waits_for_the_next) {
  const Deployment deployment;
  const HeldSocket held;
  auto first = held.serve(deployment);
  HttpsClient early(held.client());
  REQUIRE_STATUS(early.request("GET", "/healthz"), 200);
  first->signal(SIGTERM);
  BOOST_TEST(first->wait(30s).value_or(-1) == 0);

  // The first server is gone without an effect on clients: the kernel completes the connection, and the next server
  // accepts it.
  const int waiting = connect_tcp(held.port(), 10s);
  BOOST_TEST(waiting >= 0);
  const auto second = held.serve(deployment);
  HttpsClient late(held.client());
  REQUIRE_STATUS(late.request("GET", "/healthz"), 200);
  ::close(waiting);
  BOOST_TEST(deployment.printed().find("address_inherited") == std::string::npos);  // port 0 fits any address
  second->signal(SIGTERM);
  BOOST_TEST(second->wait(30s).value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(every_request_is_served_while_servers_restart) {
  const Deployment deployment;
  const HeldSocket held;
  auto server = held.serve(deployment);
  std::atomic<bool> over{false};
  std::atomic<int> answered{0};
  std::vector<std::string> failures;
  std::thread asking([&] {
    while (!over) {
      try {
        HttpsClient client(held.client());
        if (client.request("GET", "/healthz").status == 200) ++answered;
      } catch (const std::exception& error) {
        failures.emplace_back(error.what());
      }
    }
  });
  for (int round = 0; round < 5; ++round) {
    const int before = answered;
    while (answered < before + 20 && failures.empty()) std::this_thread::sleep_for(5ms);
    server->signal(SIGTERM);
    BOOST_TEST(server->wait(30s).value_or(-1) == 0);
    server = held.serve(deployment);
  }
  over = true;
  asking.join();
  BOOST_TEST(failures.empty(), failures.size() << " failures, the first: " << (failures.empty() ? "" : failures[0]));
}

BOOST_AUTO_TEST_CASE(clients_that_stall_do_not_keep_the_next_server_waiting) {
  const Deployment deployment;
  const HeldSocket held;
  const auto server = held.serve(deployment);
  HttpsClient half_head(held.client());
  half_head.send("GET /healthz HTTP/1.1\r\nHo");
  HttpsClient half_body(held.client());
  half_body.send("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  CHECK_STATUS(half_body.read_answer(), 100);
  // This client does not read a response that is larger than all buffers in between.
  HttpsClient deaf(held.client());
  for (int i = 0; i < 1000; ++i) deaf.send("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n");
  const int no_handshake = connect_tcp(held.port(), 10s);
  std::this_thread::sleep_for(500ms);

  const auto began = std::chrono::steady_clock::now();
  server->signal(SIGTERM);
  BOOST_TEST(server->wait(60s).value_or(-1) == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 15s));  // shutdown-timeout is 30
  ::close(no_handshake);
}

BOOST_AUTO_TEST_CASE(a_stopping_server_answers_a_received_request) {
  const Deployment deployment(Settings{{"plane", "api"}});
  Server server(deployment);
  const Tenant tenant(deployment, server);
  std::optional<WriteLock> lock(deployment.store());
  HttpsClient client(server.api_client());
  client.send(request_bytes("POST", "/api/v1/secrets/",
                            {{"x-api-key", tenant.key}, {"Content-Type", "application/json"}},
                            R"({"secret_name": "a", "secret_value": "abcdefgh"})"));
  std::this_thread::sleep_for(300ms);
  server.process().signal(SIGTERM);
  std::this_thread::sleep_for(4500ms);  // longer than a client may take to send the rest of a request
  lock.reset();
  const Answer answer = client.read_answer();
  CHECK_STATUS(answer, 200);
  BOOST_TEST(answer.closes());
  BOOST_TEST(server.process().wait(30s).value_or(-1) == 0);
}

// The test stops the server's thread while it ends connections one after the other, before the last one.
BOOST_AUTO_TEST_CASE(a_request_that_arrives_while_idle_connections_are_ended_is_answered,
                     *boost::unit_test::precondition(is_root)) {
  const Deployment deployment(Settings{{"plane", "api"}, {"threads", "1"}, {"access-log", "off"}});
  bool caught = false;
  for (int attempt = 0; attempt < 10 && !caught; ++attempt) {
    Server server(deployment);
    std::vector<std::unique_ptr<HttpsClient>> idle;
    for (int i = 0; i < 400; ++i) {
      idle.push_back(std::make_unique<HttpsClient>(server.api_client()));
      REQUIRE_STATUS(idle.back()->request("GET", "/healthz"), 200);
    }
    const pid_t thread = thread_named(server.process().pid(), "io-0");
    server.process().signal(SIGTERM);
    const auto until = std::chrono::steady_clock::now() + 5s;
    while (!idle.front()->is_stale() && std::chrono::steady_clock::now() < until) continue;
    std::optional<HeldThread> held(thread);  // while it ends connections one after the other
    caught = !idle.back()->is_stale();
    if (caught) idle.back()->send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    held.reset();
    if (caught) {
      const Answer answer = idle.back()->read_answer();
      CHECK_STATUS(answer, 200);
      BOOST_TEST(answer.closes());
    }
    BOOST_TEST(server.process().wait(30s).value_or(-1) == 0);
  }
  BOOST_WARN_MESSAGE(caught, "the server ended all connections too quickly to be caught at it");
}

BOOST_AUTO_TEST_CASE(a_draining_server_waits_for_the_first_request_of_a_connection) {
  const Deployment deployment;
  Server server(deployment);
  HttpsClient asked(server.api_client());
  REQUIRE_STATUS(asked.request("GET", "/healthz"), 200);
  HttpsClient connected(server.api_client());
  // The handshake is finished on this side; the server has finished it once it has answered a later client.
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);
  server.process().signal(SIGTERM);
  BOOST_TEST(asked.closed_by_server());
  const Answer answer = connected.request("GET", "/healthz");
  CHECK_STATUS(answer, 200);
  BOOST_TEST(answer.closes());
  BOOST_TEST(server.process().wait(30s).value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_does_not_keep_a_draining_server) {
  const Deployment deployment;
  Server server(deployment);
  HttpsClient silent(server.api_client());
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 10s));  // far below shutdown-timeout
  BOOST_TEST(silent.closed_by_server());
}

BOOST_AUTO_TEST_SUITE_END()
