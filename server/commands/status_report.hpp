// What `tacit status` tells: a line for each subject, and whether it needs somebody's attention.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

#include "server/config/config_sources.hpp"
#include "server/control/control_client.hpp"

namespace tacit::server {

struct StatusLine {
  std::string subject;  ///< "api plane", "backup"
  bool good = true;     ///< false: somebody has to look at it
  std::string text;     ///< for people; safe on a terminal
  boost::json::object details{};
};

/// Looks at the servers, the files that the configuration names and the store. Takes seconds at most, whatever hangs:
/// what gives no answer is a line that says so. Opens no key. Lines in the order in which people need them.
std::vector<StatusLine> make_status(const LoadedConfig& loaded, const std::map<std::string, std::string>& environment);

// The parts of it, which can be told without a server.

/// `servers` are all that were found; the plane runs if one of them runs it.
StatusLine plane_status(const char* plane, const FoundServers& servers);
/// What the servers' last reloads were, if any was not good.
StatusLine reload_status(const std::vector<FoundServer>& servers);
/// Of the certificate that servers present, or of the file where none runs. `now`: seconds since 1970.
StatusLine certificate_status(const char* plane, const std::vector<FoundServer>& servers,
                              const std::filesystem::path& file, std::int64_t now);
/// Whether all servers have the same primary keys.
StatusLine key_status(const std::vector<FoundServer>& servers);
/// What `tacit backup` noted of the last one that succeeded (backup_record.hpp).
StatusLine backup_status(const Config& config, std::int64_t now);
/// Of the map and the disk. Nothing known: zeros.
struct StoreRoom {
  std::uint64_t map_bytes = 0;
  std::uint64_t map_used_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
};
StatusLine map_status(const StoreRoom& room);
StatusLine disk_status(const StoreRoom& room);

}  // namespace tacit::server
