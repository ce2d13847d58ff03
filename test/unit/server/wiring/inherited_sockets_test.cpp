// Listening sockets that systemd passes.
#include "server/wiring/inherited_sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

#include "server/config/errors.hpp"
#include "test/says.hpp"

using namespace tacit::server;

namespace {

enum class Kind { listening, bound, datagram, file };

int make(Kind kind) {
  if (kind == Kind::file) return ::open("/dev/null", O_RDONLY);
  const int made = ::socket(AF_INET, kind == Kind::datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  void* const raw = &address;
  ::bind(made, static_cast<sockaddr*>(raw), sizeof address);
  if (kind == Kind::listening) ::listen(made, 1);
  return made;
}

// The result in a process that inherits these descriptors from 3 on. In a child, because the test uses them itself.
std::string taken(const std::vector<Kind>& kinds, std::map<std::string, std::string> environment) {
  int answer[2];
  BOOST_TEST_REQUIRE(::pipe(answer) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const int out = ::fcntl(answer[1], F_DUPFD, 100);
    std::vector<int> made;
    for (const Kind kind : kinds) made.push_back(::fcntl(make(kind), F_DUPFD, 50));
    for (std::size_t i = 0; i < made.size(); ++i) ::dup2(made[i], 3 + static_cast<int>(i));
    if (environment["LISTEN_PID"].empty()) environment["LISTEN_PID"] = std::to_string(::getpid());
    std::string text;
    try {
      const InheritedSockets sockets = take_inherited_sockets(environment);
      text = "api " + std::to_string(sockets.api) + " tools " + std::to_string(sockets.tools);
      for (const int socket : {sockets.api, sockets.tools}) {
        if (socket >= 0 && (::fcntl(socket, F_GETFD) & FD_CLOEXEC) == 0) text += " kept over exec";
      }
    } catch (const UsageError& error) {
      text = error.what();
    }
    ::_exit(::write(out, text.data(), text.size()) < 0 ? 1 : 0);
  }
  ::close(answer[1]);
  std::string text(4096, '\0');
  const ssize_t got = ::read(answer[0], text.data(), text.size());
  ::close(answer[0]);
  ::waitpid(child, nullptr, 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::map<std::string, std::string> left(const std::string& count, const std::string& names) {
  return {{"LISTEN_FDS", count}, {"LISTEN_FDNAMES", names}};
}

using tacit::test::says;

}  // namespace

BOOST_AUTO_TEST_SUITE(inherited_sockets)

BOOST_AUTO_TEST_CASE(sockets_are_identified_by_their_names) {
  BOOST_TEST(taken({Kind::listening}, left("1", "api")) == "api 3 tools -1");
  BOOST_TEST(taken({Kind::listening}, left("1", "tools")) == "api -1 tools 3");
  BOOST_TEST(taken({Kind::listening, Kind::listening}, left("2", "tools:api")) == "api 4 tools 3");
}

BOOST_AUTO_TEST_CASE(sockets_for_another_process_are_ignored) {
  auto environment = left("1", "api");
  environment["LISTEN_PID"] = "1";
  BOOST_TEST(taken({Kind::listening}, environment) == "api -1 tools -1");
  BOOST_TEST(take_inherited_sockets({}).api == -1);
}

BOOST_AUTO_TEST_CASE(unusable_sockets_are_reported) {
  BOOST_TEST(says(taken({Kind::listening}, left("1", "tacit-api.socket")), "\"tacit-api.socket\""));
  BOOST_TEST(says(taken({Kind::listening}, left("1", "")), "FileDescriptorName= must be api or tools"));
  BOOST_TEST(says(taken({Kind::listening, Kind::listening}, left("2", "api:api")), "two inherited sockets"));
  BOOST_TEST(says(taken({Kind::bound}, left("1", "api")), "does not listen"));
  BOOST_TEST(says(taken({Kind::datagram}, left("1", "api")), "is not a TCP socket"));
  BOOST_TEST(says(taken({Kind::file}, left("1", "api")), "cannot be used"));
  BOOST_TEST(says(taken({}, left("x", "api")), "LISTEN_FDS: \"x\" is not a whole number"));
  BOOST_TEST(says(taken({}, left("1000000", "api")), "LISTEN_FDS: "));
}

BOOST_AUTO_TEST_SUITE_END()
