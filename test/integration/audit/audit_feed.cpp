// The audit feed delivers each entry once and in order: to files that are rotated or truncated, to a socket like the
// system log's, and across stops, kills and prunings.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include <fcntl.h>

#include <cstring>
#include <sstream>
#include <thread>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Feeding {
  Feeding() : server(deployment), tenant(deployment, server) { add(3); }
  void add(int count) {
    for (; count > 0; --count) {
      tenant.create({{"secret_name", std::to_string(made++)}, {"secret_value", "12345678"}});
    }
  }
  std::string exported(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"audit", "export"});
    return succeed(deployment, std::move(more));
  }
  std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all = {"audit", "feed", "--to", to, "--state", state()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished once(std::vector<std::string> more = {}) const {
    more.push_back("--once");
    return deployment.command(words(std::move(more)));
  }
  /// Runs until it is stopped.
  std::unique_ptr<Process> start() const {
    std::vector<std::string> command = words({});
    command.insert(command.begin(), TACIT_BINARY);
    command.insert(command.end(), {"--config", deployment.config().string()});
    return std::make_unique<Process>(command, out(), err());
  }
  std::string file() const { return deployment.folder() / "feed.jsonl"; }
  std::string state() const { return deployment.folder() / "feed.state"; }
  std::string out() const { return deployment.folder() / "feed.out"; }
  std::string err() const { return deployment.folder() / "feed.err"; }
  std::string fed() const { return std::filesystem::exists(file()) ? read_file(file()) : ""; }

  const Deployment deployment;
  Server server;
  Tenant tenant;
  int made = 0;
  std::string to = file();
};

template <class Condition>
void wait_until(const Condition& condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  BOOST_REQUIRE(condition());
}

/// A datagram socket in place of the system log's.
class Socket {
 public:
  explicit Socket(const std::string& name) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, name.c_str(), sizeof address.sun_path - 1);
    ::unlink(name.c_str());
    BOOST_REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }

  /// The next message, without the prefix of a line of the system log.
  std::string next() const {
    std::string text(100000, '\0');
    const ssize_t size = ::recv(descriptor_, text.data(), text.size(), 0);
    BOOST_REQUIRE(size > 0);
    BOOST_TEST(size <= 8192);
    text.resize(static_cast<std::size_t>(size));
    BOOST_TEST(text.starts_with("<86>"));
    const std::size_t tag = text.find(" tacit-audit[");
    BOOST_REQUIRE(tag != std::string::npos);
    return text.substr(text.find("]: ", tag) + 3);
  }

 private:
  const int descriptor_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_feed)

BOOST_AUTO_TEST_CASE(it_resumes_where_it_stopped) {
  Feeding feeding;
  {
    const auto feed = feeding.start();
    wait_until([&] { return feeding.fed() == feeding.exported(); });
    feeding.add(5);
    wait_until([&] { return feeding.fed() == feeding.exported(); });
    feed->signal(SIGTERM);
    BOOST_TEST(feed->wait(10s).value_or(-1) == 0);
  }
  feeding.add(5);
  BOOST_TEST(feeding.fed() != feeding.exported());
  BOOST_TEST(feeding.once().status == 0);
  BOOST_TEST(feeding.fed() == feeding.exported());
  BOOST_TEST(feeding.once().status == 0);
  BOOST_TEST(feeding.fed() == feeding.exported());
  struct stat status {};
  BOOST_REQUIRE(::stat(feeding.file().c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777U) == 0640U);
  // The state file is an anchor for `audit verify`.
  const std::string anchor = lines_of(read_file(feeding.state())).front();
  BOOST_TEST(feeding.deployment.command({"audit", "verify", "--anchor", anchor}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_kill_leaves_no_gap_and_no_partial_line) {
  Feeding feeding;
  for (int round = 0; round < 6; ++round) {
    const auto feed = feeding.start();
    feeding.add(4);
    std::this_thread::sleep_for(std::chrono::milliseconds(35 * round));
    feed->signal(SIGKILL);
    feed->wait(10s);
  }
  BOOST_TEST(feeding.once().status == 0);
  std::int64_t expected = 1;
  for (const std::string& line : lines_of(feeding.fed())) {
    const std::int64_t sequence = json::parse(line).at("sequence").as_int64();
    BOOST_TEST(sequence <= expected);
    expected = std::max(expected, sequence + 1);
  }
  BOOST_TEST(expected == static_cast<std::int64_t>(lines_of(feeding.exported()).size()) + 1);
}

BOOST_AUTO_TEST_CASE(rotated_files_have_every_line_once) {
  Feeding feeding;
  const auto feed = feeding.start();
  wait_until([&] { return feeding.fed() == feeding.exported(); });
  std::filesystem::rename(feeding.file(), feeding.file() + ".1");
  feed->signal(SIGHUP);
  wait_until([&] { return std::filesystem::exists(feeding.file()); });
  feeding.add(2);
  const auto both = [&] { return read_file(feeding.file() + ".1") + feeding.fed(); };
  wait_until([&] { return both() == feeding.exported(); });
  // This time without a signal.
  std::filesystem::rename(feeding.file(), feeding.file() + ".2");
  feeding.add(2);
  wait_until([&] { return std::filesystem::exists(feeding.file()); });
  const auto all = [&] { return read_file(feeding.file() + ".1") + read_file(feeding.file() + ".2") + feeding.fed(); };
  wait_until([&] { return all() == feeding.exported(); });
}

BOOST_AUTO_TEST_CASE(entries_pruned_before_the_feed_are_reported) {
  Feeding feeding;
  BOOST_TEST(feeding.once().status == 0);
  const std::size_t before = lines_of(feeding.fed()).size();
  feeding.add(6);
  const std::string bound = std::to_string(before + 4);
  const Finished pruned = feeding.deployment.command({"audit", "prune", "--before", bound, "--yes"});
  BOOST_REQUIRE_MESSAGE(pruned.status == 0, pruned.err);
  const Finished done = feeding.once();
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.err.find("the entries " + std::to_string(before + 1) + " to " + std::to_string(before + 3) +
                           " are no longer in the log") != std::string::npos,
             done.err);
  const auto lines = lines_of(feeding.fed());
  BOOST_REQUIRE(lines.size() > before + 1);
  BOOST_TEST(lines[before] == "{\"event\":\"audit_gap\",\"first\":" + std::to_string(before + 1) +
                                  ",\"last\":" + std::to_string(before + 3) + "}");
  BOOST_TEST(json::parse(lines[before + 1]).at("sequence").as_int64() == static_cast<std::int64_t>(before + 4));
}

BOOST_AUTO_TEST_CASE(another_log_is_fed_from_its_beginning) {
  Feeding feeding;
  // A position beyond the end of this log, and a position that has another entry in this log.
  for (const char* sequence : {"1000000", "2"}) {
    write_file(feeding.state(), sequence + (":" + std::string(64, 'a')) + "\n");
    std::filesystem::remove(feeding.file());
    const Finished done = feeding.once();
    BOOST_TEST(done.status == 0);
    BOOST_TEST(done.err.find("a store was restored, or the log was rewritten") != std::string::npos, done.err);
    BOOST_TEST(feeding.fed() == feeding.exported());
  }
}

BOOST_AUTO_TEST_CASE(since_applies_only_without_a_state) {
  Feeding feeding;
  BOOST_TEST(feeding.once({"--since", "3"}).status == 0);
  BOOST_TEST(feeding.fed() == feeding.exported({"--since", "3"}));
  feeding.add(1);
  BOOST_TEST(feeding.once({"--since", "1"}).status == 0);
  BOOST_TEST(feeding.fed() == feeding.exported({"--since", "3"}));
}

BOOST_AUTO_TEST_CASE(the_system_log_gets_every_entry) {
  Feeding feeding;
  const std::string name = feeding.deployment.folder() / "log.socket";
  auto socket = std::make_unique<Socket>(name);
  feeding.to = "syslog:" + name;
  const auto feed = feeding.start();
  auto expected = lines_of(feeding.exported());
  for (const std::string& line : expected) BOOST_TEST(socket->next() == line);
  // The daemon restarts; entries of the meantime wait.
  socket.reset();
  feeding.add(3);
  wait_until([&] { return read_file(feeding.err()).find("retrying") != std::string::npos; });
  socket = std::make_unique<Socket>(name);
  const std::size_t had = expected.size();
  expected = lines_of(feeding.exported());
  for (std::size_t i = had; i < expected.size(); ++i) BOOST_TEST(socket->next() == expected[i]);
  wait_until([&] { return read_file(feeding.err()).find("takes entries again") != std::string::npos; });
  feed->signal(SIGTERM);
  BOOST_TEST(feed->wait(10s).value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(it_ends_at_sigterm_while_its_output_is_not_read) {
  Feeding feeding;
  feeding.add(300);
  const std::string pipe = feeding.deployment.folder() / "pipe";
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  Process feed({TACIT_BINARY, "audit", "feed", "--to", "-", "--config", feeding.deployment.config().string()}, pipe,
               feeding.err());
  pollfd begun{.fd = reader, .events = POLLIN, .revents = 0};  // a signal before it would end the command at once
  BOOST_REQUIRE(::poll(&begun, 1, 60'000) == 1);
  std::this_thread::sleep_for(300ms);  // the pipe is full
  feed.signal(SIGTERM);
  BOOST_TEST(feed.wait(10s).value_or(-1) == 0);
  ::close(reader);
}

BOOST_AUTO_TEST_CASE(unusable_outputs_are_refused) {
  const Deployment deployment;
  BOOST_TEST(deployment.command({"audit", "feed"}).status == 2);
  BOOST_TEST(deployment.command({"audit", "feed", "--to", "syslog"}).status == 2);
  const std::string folder = deployment.folder();
  BOOST_TEST(deployment.command({"audit", "feed", "--to", folder, "--state", folder + "/s", "--once"}).status == 1);
  BOOST_TEST(deployment.command({"audit", "feed", "--to", "/dev/full", "--state", folder + "/s", "--once"}).status ==
             1);
}

BOOST_AUTO_TEST_SUITE_END()
