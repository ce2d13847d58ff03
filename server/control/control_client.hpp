// The client of servers' control sockets: finds servers and sends requests.
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "server/config/config_sources.hpp"

namespace tacit::server {

using Deadline = std::chrono::steady_clock::time_point;

/// Why a server could not be asked: the end of a sentence ("did not answer within 30 s").
struct AskError {
  std::string message;
};

/// Sends the request to the process's socket in that directory, and waits for the answer until the deadline. Accepts
/// answers only from processes of root or of this user; as root, from any user's.
boost::system::result<boost::json::object, AskError> ask_server(const std::filesystem::path& directory, pid_t process,
                                                                const std::string& request, Deadline deadline);

/// A server that was found, with its state or the reason why it has none.
struct FoundServer {
  std::filesystem::path directory;
  pid_t process = 0;
  boost::json::object state;  ///< see control_answers.hpp; empty if it did not answer
  std::string trouble;        ///< why there is no state; empty if there is
};

struct FoundServers {
  std::vector<FoundServer> servers;
  std::vector<std::string> unseen;  ///< a sentence for each directory that could not be read
};

/// The servers of the configured store that run a plane of `planes`, and those that have a socket but do not answer
/// within `patience` each. In a call by systemd for a unit: only that unit's process, whatever the present
/// configuration.
FoundServers find_servers(const LoadedConfig& loaded, const std::map<std::string, std::string>& environment,
                          Planes planes, std::chrono::seconds patience);

/// "process 4711 (api)".
std::string name_of(const FoundServer& server);

/// The store's path in a server's state: absolute, without links. Of a store in etcd: its location, with the endpoints
/// in order.
std::string store_identity(const std::filesystem::path& store);

}  // namespace tacit::server
