// Listening sockets that a service manager opened and left to this process (systemd.socket(5), sd_listen_fds(3)): it
// holds them while the server is started anew, so that whoever connects meanwhile waits and is not refused.
#pragma once

#include <map>
#include <string>

namespace tacit::server {

/// Descriptors of listening TCP sockets by the planes that they are for.
struct InheritedSockets {
  int api = -1;  ///< -1: there is none
  int tools = -1;
};

/// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (names `api` and `tools`), as in process_environment(). The
/// descriptors are the caller's from then on. Throws UsageError if something else was left to this process: to pass it
/// over would leave clients waiting there.
InheritedSockets take_inherited_sockets(const std::map<std::string, std::string>& environment);

}  // namespace tacit::server
