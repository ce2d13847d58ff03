// The subcommands of the program. Each is defined in a file of its own, <name>_command.cpp, and answers the exit code.
#pragma once

#include <boost/program_options/variables_map.hpp>

#include "server/config/config.hpp"
#include "server/config/config_sources.hpp"

namespace tacit::server {

/// A subcommand's own options and arguments, as opposed to the settings that Config holds.
using Arguments = boost::program_options::variables_map;

/// Serves until SIGTERM or SIGINT. main has looked for problems of the configuration before (config_check.hpp). At
/// SIGHUP the sources are read again.
int serve_command(const LoadedConfig& loaded, const ConfigSources& sources);

/// Makes the keyrings and an empty store, or nothing if any of them exists.
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

/// Checks every invariant of a store, which may be in use, or of a backup.
int verify_command(const Config& config, const Arguments& arguments);

/// The whole store in one file or stream, while it is used; and back. The first needs no key, the second no private
/// one.
int backup_command(const Config& config, const Arguments& arguments);
int restore_command(const Config& config, const Arguments& arguments);

/// Everything of one tenant: handed out as it is stored; erased.
int export_command(const Config& config, const Arguments& arguments);
int erase_command(const Config& config, const Arguments& arguments);

/// How much there is, and how much room. Needs no key.
int stats_command(const Config& config, const Arguments& arguments);
int scrub_command(const Config& config, const Arguments& arguments);
int audit_tail_command(const Config& config, const Arguments& arguments);
int audit_export_command(const Config& config, const Arguments& arguments);
int audit_verify_command(const Config& config, const Arguments& arguments);
int audit_prune_command(const Config& config, const Arguments& arguments);
/// Hands entries on to a file or the system log as they are added, and goes on where it stopped.
int audit_feed_command(const Config& config, const Arguments& arguments);

/// Has running servers read their configuration again, and says what came of it: 1 if anything was not taken, or nobody
/// answered.
int reload_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

/// How the servers of this host are: a line each. 1 if anything needs attention.
int status_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

/// Says all that would keep `serve` from starting, without starting; with --as as another user.
int check_config_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments);

}  // namespace tacit::server
