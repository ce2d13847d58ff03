// The paths of control sockets. Each server has a Unix socket, control-PID.sock, in a directory that commands can find.
// The name contains the process id, so that no server replaces another's socket, and several servers of one plane have
// one each.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/files/descriptor.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

using crypto::Descriptor;

/// The directory of this server's socket: control-directory, else the unit's runtime directory (RUNTIME_DIRECTORY),
/// else the store's directory; empty if the store is in etcd and has none.
std::filesystem::path own_control_directory(const Config& config,
                                            const std::map<std::string, std::string>& environment);

/// Why a server whose own_control_directory is empty has no socket.
inline constexpr const char* no_control_directory =
    "control-directory is not configured, and a store in etcd has no directory for the socket: tacit status and tacit "
    "reload do not find this server";

/// The directories that may contain sockets of servers of this configuration: the same, and those of the package's
/// units. A command that systemd runs for a unit (MAINPID) does not search the directories of other units.
std::vector<std::filesystem::path> control_directories(const Config& config,
                                                       const std::map<std::string, std::string>& environment);

/// control-PID.sock
std::string control_name(pid_t process);
/// The process id in such a name. Returns nullopt for another name.
std::optional<pid_t> process_of_control_name(std::string_view name);

/// The result of connect_to, which connects to a socket of the directory without following a link and without waiting:
/// a connection or errno. ECONNREFUSED: no process listens. EAGAIN: too many wait. ENOTSOCK: not a socket.
struct Connected {
  Descriptor socket;
  int error = 0;
};
Connected connect_to(const Descriptor& directory, const std::string& name);

/// The ids of processes with a socket there, in order. Returns nullopt, with errno, if the directory cannot be read.
std::optional<std::vector<pid_t>> list_control_sockets(const std::filesystem::path& directory);

}  // namespace tacit::server
