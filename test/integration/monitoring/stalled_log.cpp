// A reader of standard error that stops reading and resumes later delays no request, no start and no stop.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <thread>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A named pipe for a program's standard error. It holds little, and is read only when a test does so.
class Reader {
 public:
  explicit Reader(std::filesystem::path path) : path_(std::move(path)) {
    BOOST_REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    BOOST_REQUIRE(descriptor_ >= 0);
    ::fcntl(descriptor_, F_SETPIPE_SZ, 4096);
  }
  ~Reader() { ::close(descriptor_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::string& text() const { return text_; }

  /// Reads until `wanted` has arrived or the writer has ended. False after a minute.
  bool read_until(const std::string& wanted) {
    const auto until = std::chrono::steady_clock::now() + 1min;
    std::array<char, 4096> part{};
    while (std::chrono::steady_clock::now() < until) {
      if (contains(text_, wanted)) return true;
      pollfd poll{descriptor_, POLLIN, 0};
      if (::poll(&poll, 1, 100) <= 0) continue;
      const ssize_t size = ::read(descriptor_, part.data(), part.size());
      if (size == 0) return contains(text_, wanted);
      if (size > 0) text_.append(part.data(), static_cast<std::size_t>(size));
    }
    return false;
  }
  void read_to_end() { read_until("a line that no log has"); }

 private:
  const std::filesystem::path path_;
  int descriptor_ = -1;
  std::string text_;
};

/// A server whose log is not read after it has become ready.
class Stalled {
 public:
  Stalled()
      : deployment(Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "0"}, {"drain-delay", "0"}}),
        key(deployment.create_api_key(new_uuid())),
        log(deployment.folder() / "log"),
        process({TACIT_BINARY, "serve", "--config", deployment.config().string()}, deployment.log(), log.path()) {
    BOOST_REQUIRE(log.read_until("\"event\":\"ready\""));
    for (const std::string& line : lines_of(log.text())) {
      if (contains(line, "\"event\":\"ready\"")) ready = json::parse(line).as_object();
    }
  }

  std::uint16_t port(const char* plane) const {
    const std::string address(ready.at(plane).as_string());
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  }
  /// Causes that many access lines, each of a successful response.
  void ask(int times) const {
    Client api(ClientOptions{.port = port("api"), .authority = certificates().servers.certificate()},
               {{"x-api-key", key}});
    const Headers id{{"X-Request-Id", std::string(64, 'i')},
                     {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
    for (int i = 0; i < times; ++i) REQUIRE_STATUS(api.request("GET", "/api/v1/quota", {}, id), 200);
  }
  double dropped(const char* kind) const {
    return Scrape(port("admin")).sum("tacit_log_lines_dropped_total", {{"kind", kind}});
  }

  Deployment deployment;
  const std::string key;
  Reader log;
  Process process;
  json::object ready;
};

/// Runs a command whose JOURNAL_STREAM names its own standard error.
Finished in_journal(const std::string& command) {
  return run({"/bin/bash", "-c",
              "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec " TACIT_BINARY " " + command});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stalled_log)

BOOST_AUTO_TEST_CASE(requests_are_served_and_dropped_lines_are_reported) {
  Stalled server;
  for (int round = 0; round < 40 && server.dropped("access") == 0; ++round) server.ask(500);
  const double dropped = server.dropped("access");
  BOOST_TEST(dropped > 0);
  for (const char* const kind : {"other", "error", "audit_head"}) BOOST_TEST(server.dropped(kind) == 0, kind);
  BOOST_TEST(contains(ask_admin(server.port("admin"), "/readyz"), "200 OK"));
  server.ask(10);
  // The reader resumes.
  BOOST_TEST(server.log.read_until("\"event\":\"log_lines_dropped\""));
  server.process.signal(SIGTERM);
  server.log.read_to_end();
  BOOST_TEST(server.process.wait(30s).value_or(-1) == 0);
  double told = 0;
  for (const std::string& line : lines_of(server.log.text())) {
    const json::object entry = json::parse(line).as_object();  // each line is whole
    if (entry.at("event").as_string() == "log_lines_dropped") told += static_cast<double>(entry.at("lines").as_int64());
  }
  BOOST_TEST(told >= dropped);
  BOOST_TEST(contains(lines_of(server.log.text()).back(), "\"event\":\"stopped\""));
}

BOOST_AUTO_TEST_CASE(a_stop_needs_no_reader) {
  Stalled server;
  server.ask(1000);  // more than the pipe holds
  server.process.signal(SIGTERM);
  BOOST_TEST(server.process.wait(30s).value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_needs_no_reader) {
  const Deployment deployment;
  Reader log(deployment.folder() / "log");
  const int filling = ::open(log.path().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  const std::string block(4096, 'x');
  while (::write(filling, block.data(), block.size()) > 0) continue;
  Process process({TACIT_BINARY, "serve", "--threads", "none", "--config", deployment.config().string()},
                  deployment.log(), log.path());
  BOOST_TEST(process.wait(30s).value_or(-1) == 2);
  ::close(filling);
}

BOOST_AUTO_TEST_CASE(lines_have_priorities_where_the_journal_reads_them) {
  const Deployment deployment;
  const std::string config = " --config " + deployment.config().string();
  // Stopped once it serves.
  const Finished served =
      in_journal("serve" + config +
                 " & server=$!; for i in {1..300}; do grep -q ready /proc/self/fd/2 && break; sleep 0.1; done; kill "
                 "$server; wait $server");
  BOOST_TEST(!served.err.empty());
  for (const std::string& line : lines_of(served.err)) {
    const std::string level(json::parse(line.substr(3)).at("level").as_string());
    const bool prefixed = line.starts_with(level == "info" ? "<6>{" : level == "warn" ? "<4>{" : "<7>{");
    BOOST_TEST(prefixed, line);
  }
  const Finished wrong = in_journal("serve --threads none" + config);
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(wrong.err.starts_with("<3>tacit: "), wrong.err);
  BOOST_TEST(in_journal("frobnicate").err.starts_with("<3>tacit: "));
  // JOURNAL_STREAM names another stream.
  const Finished elsewhere = run({TACIT_BINARY, "frobnicate"}, {{"JOURNAL_STREAM", "1:2"}});
  BOOST_TEST(elsewhere.err.starts_with("tacit: "), elsewhere.err);
}

BOOST_AUTO_TEST_SUITE_END()
