// Where servers of this host can be asked: each has a Unix socket, control-PID.sock, in a directory that those who ask
// can find. A name has the process's number, so that no server ever takes another's place, and several of one plane
// have one each.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/descriptor.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

using crypto::Descriptor;

/// Where this server's socket goes: control-directory, else the runtime directory that systemd made for it
/// (RUNTIME_DIRECTORY), else the store's directory.
std::filesystem::path own_control_directory(const Config& config,
                                            const std::map<std::string, std::string>& environment);

/// Where the sockets of servers of this configuration may be: there, and in the directories of the package's units. A
/// command that systemd runs for a unit (MAINPID) does not look into those of other units.
std::vector<std::filesystem::path> control_directories(const Config& config,
                                                       const std::map<std::string, std::string>& environment);

/// control-PID.sock
std::string control_name(pid_t process);
/// The process of such a name. Returns nullopt for another name.
std::optional<pid_t> process_of_control_name(std::string_view name);

/// Connects to a socket of the directory without following a link and without waiting. Answers the connection, or the
/// error's number: ECONNREFUSED if nobody listens, EAGAIN if too many wait, ENOTSOCK if it is something else.
struct Connected {
  Descriptor socket;
  int error = 0;
};
Connected connect_to(const Descriptor& directory, const std::string& name);

/// The processes that have a socket there, in order. Nothing, with errno, if the directory cannot be read.
std::optional<std::vector<pid_t>> list_control_sockets(const std::filesystem::path& directory);

}  // namespace tacit::server
