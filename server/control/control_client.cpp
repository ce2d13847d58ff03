#include "server/control/control_client.hpp"

#include <boost/json/parse.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"
#include "server/config/store_location.hpp"
#include "server/control/answer_members.hpp"
#include "server/control/control_files.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using Environment = std::map<std::string, std::string>;

constexpr std::size_t longest_answer = std::size_t{1} << 20;
constexpr std::chrono::milliseconds next_attempt{50};

AskError gone() { return {"has ended"}; }
AskError late() { return {"does not answer: it or its disk hangs"}; }
AskError failed(int error) { return {std::string("cannot be asked: ") + std::strerror(error)}; }

/// Whether the socket is ready before the deadline.
bool wait_for(const Descriptor& socket, short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket.get(), events, 0};
    const int count = ::poll(&one, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

/// Any user may place a socket in a directory that commands search for servers.
bool is_trusted(const Descriptor& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return ::geteuid() == 0 || peer.uid == 0 || peer.uid == ::geteuid();
}

boost::system::result<Descriptor, AskError> connect_until(const std::filesystem::path& path, pid_t process,
                                                          Deadline deadline) {
  const Descriptor directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failed(errno);
  while (true) {
    Connected connected = connect_to(directory, control_name(process));
    if (connected.socket) return std::move(connected.socket);
    // A file that is not a socket is not a server's, whatever its name.
    const bool nobody = connected.error == ECONNREFUSED || connected.error == ENOENT || connected.error == ENOTSOCK;
    if (nobody) return gone();
    if (connected.error == EACCES) return AskError{"accepts requests only from root and its own user"};
    if (connected.error != EAGAIN) return failed(connected.error);
    if (Clock::now() + next_attempt > deadline) return late();
    std::this_thread::sleep_for(next_attempt);
  }
}

boost::system::result<std::string, AskError> read_line(const Descriptor& socket, Deadline deadline) {
  std::string line;
  char part[4096];
  while (wait_for(socket, POLLIN, deadline)) {
    const ssize_t got = ::recv(socket.get(), part, sizeof part, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return failed(errno);
    if (got == 0) return AskError{"ended without an answer; see its log"};
    line.append(part, static_cast<std::size_t>(got));
    const auto end = line.find('\n');
    if (end != std::string::npos) return {boost::system::in_place_value, line, 0, end};
    if (line.size() > longest_answer) return AskError{"sends an endless answer"};
  }
  return late();
}

bool runs_one_of(const json::object& state, Planes planes) {
  return std::ranges::any_of(objects_in(state, "planes"), [planes](const json::object* one) {
    const std::string name = raw_text_in(*one, "plane");
    return !name.empty() && (name == "api" ? runs_api(planes) : runs_tools(planes));
  });
}

std::optional<pid_t> process_of_unit(const Environment& environment) {
  const auto found = environment.find("MAINPID");
  if (found == environment.end()) return std::nullopt;
  return process_of_control_name("control-" + found->second + ".sock");
}

}  // namespace

boost::system::result<json::object, AskError> ask_server(const std::filesystem::path& directory, pid_t process,
                                                         const std::string& request, Deadline deadline) {
  auto socket = connect_until(directory, process, deadline);
  if (!socket) return socket.error();
  if (!is_trusted(*socket)) return AskError{"runs as another user, whose answers cannot be trusted"};
  const std::string line = request + "\n";  // far less than a socket's buffer
  if (::send(socket->get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return failed(errno);
  }
  const auto answer = read_line(*socket, deadline);
  if (!answer) return answer.error();
  boost::system::error_code error;
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // file names may contain any bytes
  json::value parsed = json::parse(*answer, error, {}, options);
  if (error || !parsed.is_object()) return AskError{"sends an invalid answer"};
  std::string refusal = text_in(parsed.get_object(), "error");
  if (!refusal.empty()) return AskError{"refuses: " + std::move(refusal)};
  return std::move(parsed.get_object());
}

FoundServers find_servers(const LoadedConfig& loaded, const Environment& environment, Planes planes,
                          std::chrono::seconds patience) {
  FoundServers found;
  const std::optional<pid_t> of_unit = process_of_unit(environment);
  const std::string store = store_identity(loaded.config.store);
  for (const auto& directory : control_directories(loaded.config, environment)) {
    const auto processes = list_control_sockets(directory);
    if (!processes && errno != ENOENT) found.unseen.push_back(directory.string() + ": " + std::strerror(errno));
    for (const pid_t process : processes.value_or(std::vector<pid_t>())) {
      if (of_unit && process != *of_unit) continue;
      FoundServer server{directory, process, {}, {}};
      auto state = ask_server(directory, process, "status", Clock::now() + patience);
      if (state) server.state = std::move(*state);
      if (state.has_error() && state.error().message == gone().message) continue;
      if (state.has_error()) server.trouble = state.error().message;
      const bool others = state && !of_unit && raw_text_in(server.state, "store") != store;
      const bool other_plane = state && !of_unit && !runs_one_of(server.state, planes);
      if (!others && !other_plane) found.servers.push_back(std::move(server));
    }
  }
  return found;
}

std::string name_of(const FoundServer& server) {
  std::string planes;
  for (const json::object* plane : objects_in(server.state, "planes")) {
    crypto::append_part(planes, text_in(*plane, "plane"), ", ");
  }
  return "process " + std::to_string(server.process) + (planes.empty() ? "" : " (" + planes + ")");
}

std::string store_identity(const std::filesystem::path& store) {
  if (is_in_etcd(store)) {
    // The order of the endpoints is only the order in which they are tried.
    EtcdLocation location = read_etcd_location(store.native());
    std::sort(location.endpoints.begin(), location.endpoints.end());
    return location.str();
  }
  std::error_code error;
  std::filesystem::path whole = std::filesystem::weakly_canonical(std::filesystem::absolute(store, error), error);
  return (error ? store : whole).string();
}

}  // namespace tacit::server
