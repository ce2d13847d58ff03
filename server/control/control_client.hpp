// The asking end of a server's control socket: which servers there are, and what each answers.
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

/// Why a server could not be asked: a sentence's end ("gave no answer within 30 s").
struct AskError {
  std::string message;
};

/// Sends the request's word to the process's socket in that directory, and waits for the answer. What answers is root's
/// or, unless root asks, this user's. Never longer than until the deadline.
boost::system::result<boost::json::object, AskError> ask_server(const std::filesystem::path& directory, pid_t process,
                                                                const std::string& request, Deadline deadline);

/// A server that could be asked what it is, or not.
struct FoundServer {
  std::filesystem::path directory;
  pid_t process = 0;
  boost::json::object state;  ///< as control_answers.hpp has it; empty if it gave none
  std::string trouble;        ///< why not
};

struct FoundServers {
  std::vector<FoundServer> servers;
  std::vector<std::string> unseen;  ///< a sentence for each directory that could not be looked into
};

/// The servers of the configuration's store that run a plane of `planes`, and those whose socket is there and that give
/// no answer within `patience` each. Called by systemd for a unit: that unit's process alone, whatever the
/// configuration says by now.
FoundServers find_servers(const LoadedConfig& loaded, const std::map<std::string, std::string>& environment,
                          Planes planes, std::chrono::seconds patience);

/// "process 4711 (api)".
std::string name_of(const FoundServer& server);

/// As a server tells which store it has: absolute, without links.
std::string store_identity(const std::filesystem::path& store);

}  // namespace tacit::server
