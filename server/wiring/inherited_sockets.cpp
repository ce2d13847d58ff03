#include "server/wiring/inherited_sockets.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "server/config/errors.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr int first_descriptor = 3;
constexpr int most_descriptors = 64;

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> result;
  for (;;) {
    const auto colon = names.find(':');
    result.emplace_back(names.substr(0, colon));
    if (colon == std::string_view::npos) return result;
    names.remove_prefix(colon + 1);
  }
}

int count_of(const std::string& text) {
  try {
    return static_cast<int>(read_number(text, 0, most_descriptors));
  } catch (const UsageError& error) {
    throw UsageError(std::string("LISTEN_FDS: ") + error.what());
  }
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

void check_listening(int descriptor, const std::string& name) {
  const std::string what = "the inherited socket " + shown(name);
  const int domain = option_of(descriptor, SO_DOMAIN);
  if (domain < 0) throw UsageError(what + " cannot be used: " + std::strerror(errno));
  const bool tcp = (domain == AF_INET || domain == AF_INET6) && option_of(descriptor, SO_TYPE) == SOCK_STREAM;
  if (!tcp) throw UsageError(what + " is not a TCP socket");
  if (option_of(descriptor, SO_ACCEPTCONN) != 1) {
    throw UsageError(what + " does not listen: its socket unit must have ListenStream= and Accept=no");
  }
}

}  // namespace

InheritedSockets take_inherited_sockets(const Environment& environment) {
  InheritedSockets sockets;
  // The variables are inherited and may be meant for another process.
  if (variable(environment, "LISTEN_PID") != std::to_string(::getpid())) return sockets;
  const int count = count_of(variable(environment, "LISTEN_FDS"));
  const auto names = split(variable(environment, "LISTEN_FDNAMES"));
  for (int i = 0; i < count; ++i) {
    const int descriptor = first_descriptor + i;
    const std::string name = static_cast<std::size_t>(i) < names.size() ? names[static_cast<std::size_t>(i)] : "";
    int* const place = name == "api" ? &sockets.api : name == "tools" ? &sockets.tools : nullptr;
    if (place == nullptr) {
      throw UsageError("an inherited socket is named " + shown(name) + ": FileDescriptorName= must be api or tools");
    }
    if (*place >= 0) {
      throw UsageError("two inherited sockets are named " + name + "; a plane has only one");
    }
    check_listening(descriptor, name);
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    *place = descriptor;
  }
  return sockets;
}

}  // namespace tacit::server
