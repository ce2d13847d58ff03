// Listening sockets that a service manager opened and passed to this process (systemd.socket(5), sd_listen_fds(3)). The
// manager holds them during a restart, so that clients that connect meanwhile wait and are not refused.
#pragma once

#include <map>
#include <string>

namespace tacit::server {

/// Descriptors of listening TCP sockets, one for each plane.
struct InheritedSockets {
  int api = -1;  ///< -1: there is none
  int tools = -1;
};

/// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (names `api` and `tools`), as in process_environment(). The caller
/// owns the descriptors. Throws UsageError for any other inherited socket, because clients of an ignored socket would
/// wait forever.
InheritedSockets take_inherited_sockets(const std::map<std::string, std::string>& environment);

}  // namespace tacit::server
