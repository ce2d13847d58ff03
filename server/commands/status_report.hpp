// The lines of `tacit status`: one for each subject, with a flag whether it needs attention.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "server/config/config_sources.hpp"
#include "server/control/control_client.hpp"

namespace tacit::server {

// What needs attention: the same thresholds as in conf/alert-rules.yml.
inline constexpr std::int64_t certificate_attention_days = 14;  ///< left until a certificate expires
inline constexpr std::int64_t backup_attention_hours = 26;      ///< since the last backup
inline constexpr std::uint64_t map_attention_percent = 70;      ///< of the map used
inline constexpr std::uint64_t disk_attention_percent = 10;     ///< of the disk free
inline constexpr std::uint64_t disk_attention_gibibytes = 1;    ///< free

struct StatusLine {
  std::string subject;  ///< "api plane", "backup"
  bool good = true;     ///< false: needs attention
  std::string text;     ///< for people; safe on a terminal
  boost::json::object details{};
};

/// Checks the servers, the configured files and the store. Takes a few seconds at most: a subject that does not answer
/// gets a line that says so. Opens no key. The most important lines come first.
std::vector<StatusLine> make_status(const LoadedConfig& loaded, const std::map<std::string, std::string>& environment);

// The single lines, which tests can make without a server.

/// `servers`: all servers found. The plane runs if one of them runs it.
StatusLine plane_status(const char* plane, const FoundServers& servers);
/// The results of the servers' last reloads.
StatusLine reload_status(const std::vector<FoundServer>& servers);
/// The certificate that servers present or, if none runs, the file's certificate. `now`: seconds since 1970.
StatusLine certificate_status(const char* plane, const std::vector<FoundServer>& servers,
                              const std::filesystem::path& file, std::int64_t now);
/// Whether all servers have the same primary keys.
StatusLine key_status(const std::vector<FoundServer>& servers);
/// The last successful backup, as recorded by `tacit backup` (last_backup.hpp).
StatusLine backup_status(const Config& config, std::int64_t now);
/// Sizes of the map and the disk; 0 if unknown.
struct StoreRoom {
  std::uint64_t map_bytes = 0;
  std::uint64_t map_used_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
};
StatusLine map_status(const StoreRoom& room);
StatusLine disk_status(const StoreRoom& room);

}  // namespace tacit::server
