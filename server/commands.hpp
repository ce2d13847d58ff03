// The subcommands of the program. Each is defined in a file of its own, <name>_command.cpp, and answers the exit code.
#pragma once

#include <boost/program_options/variables_map.hpp>

#include "server/config.hpp"
#include "server/config_sources.hpp"

namespace tacit::server {

enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  ///< it did not work, or problems were found
  exit_usage = 2,   ///< the command line or the configuration is wrong; nothing was done
};

/// A subcommand's own options and arguments, as opposed to the settings that Config holds.
using Arguments = boost::program_options::variables_map;

/// Serves until SIGTERM or SIGINT. main has looked for problems of the configuration before (config_check.hpp).
int serve_command(const Config& config);

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

/// Checks every invariant of a store, which may be in use.
int verify_command(const Config& config);

/// Says all that would keep `serve` from starting, without starting.
int check_config_command(const LoadedConfig& loaded);

}  // namespace tacit::server
