// The subcommands of the program. Each is defined in its own file, <name>_command.cpp, and returns the exit code.
#pragma once

#include <boost/program_options/variables_map.hpp>

#include <map>
#include <string>

#include "server/config/config.hpp"
#include "server/config/config_sources.hpp"

namespace tacit::server {

/// A subcommand's own options and arguments, without the settings, which are in Config.
using Arguments = boost::program_options::variables_map;

/// Serves until SIGTERM or SIGINT. main has checked the configuration before (config_check.hpp). At SIGHUP the sources
/// are read again.
int serve_command(const LoadedConfig& loaded, const ConfigSources& sources);

/// Creates the keyrings and an empty store. Refuses if any of them exists.
int init_command(const Config& config);

int api_key_create_command(const Config& config, const Arguments& arguments);
int api_key_list_command(const Config& config, const Arguments& arguments);
int api_key_revoke_command(const Config& config, const Arguments& arguments);

int quota_get_command(const Config& config, const Arguments& arguments);
int quota_set_command(const Config& config, const Arguments& arguments);

int limits_get_command(const Config& config, const Arguments& arguments);
int limits_set_command(const Config& config, const Arguments& arguments);

int key_list_command(const Config& config, const Arguments& arguments);
int key_add_command(const Config& config, const Arguments& arguments);
int key_promote_command(const Config& config, const Arguments& arguments);
int key_retire_command(const Config& config, const Arguments& arguments);
int key_rewrap_command(const Config& config, const Arguments& arguments);

/// Gives tenants new key pairs, and seals their values to them.
int tenant_rekey_command(const Config& config, const Arguments& arguments);
int key_prekeys_command(const Config& config, const Arguments& arguments);

/// Checks every invariant of a store, which may be in use, or of a backup.
int verify_command(const Config& config, const Arguments& arguments);

/// Backup of the whole store to a file or stream, while the store is in use, and restore. The first needs no key, the
/// second no private key.
int backup_command(const Config& config, const Arguments& arguments);
int restore_command(const Config& config, const Arguments& arguments);

/// Exports all data of one tenant as stored; erases it.
int export_command(const Config& config, const Arguments& arguments);
int erase_command(const Config& config, const Arguments& arguments);

/// Shows the number of stored objects and the free space. Needs no key.
int stats_command(const Config& config, const Arguments& arguments);
int scrub_command(const Config& config, const Arguments& arguments);
/// Raises a store in etcd to the newest format.
int raise_format_command(const Config& config, const Arguments& arguments);
int audit_tail_command(const Config& config, const Arguments& arguments);
int audit_export_command(const Config& config, const Arguments& arguments);
int audit_verify_command(const Config& config, const Arguments& arguments);
int audit_prune_command(const Config& config, const Arguments& arguments);
/// Delivers entries to a file or the system log as they are added, and continues after a restart.
int audit_feed_command(const Config& config, const Arguments& arguments);

/// Makes running servers reload their configuration, and reports the result: 1 if a part was refused or no server
/// answered.
int reload_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

/// Prints the state of this host's servers, one line per item. 1 if an item needs attention.
int status_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

/// Lists all problems that would prevent `serve` from starting; with --as, for another user.
int check_config_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

/// The commands of `tacit client`: requests to a server's API over HTTPS, without the configuration.
using Environment = std::map<std::string, std::string>;
int client_secret_list_command(const Arguments& arguments, const Environment& environment);
int client_secret_create_command(const Arguments& arguments, const Environment& environment);
int client_secret_update_command(const Arguments& arguments, const Environment& environment);
int client_secret_rollback_command(const Arguments& arguments, const Environment& environment);
int client_secret_delete_command(const Arguments& arguments, const Environment& environment);
int client_secret_uses_command(const Arguments& arguments, const Environment& environment);
int client_secret_versions_command(const Arguments& arguments, const Environment& environment);
int client_secret_import_command(const Arguments& arguments, const Environment& environment);
int client_api_key_list_command(const Arguments& arguments, const Environment& environment);
int client_api_key_create_command(const Arguments& arguments, const Environment& environment);
int client_api_key_update_command(const Arguments& arguments, const Environment& environment);
int client_api_key_revoke_command(const Arguments& arguments, const Environment& environment);

}  // namespace tacit::server
