// Where the configuration comes from: the command line over the environment over a file over the defaults.
//
// The file has a line `name = value` for each setting; # starts a comment, anywhere in a line. A variable of the
// environment that starts with TACIT_ and names no setting is refused as a likely mistake, as is an unknown name in the
// file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/config.hpp"

namespace tacit::server {

inline constexpr const char* default_config_file = "/etc/tacit/tacit.conf";

/// What was said about settings outside the file: name or variable → value.
struct ConfigSources {
  std::optional<std::filesystem::path>
      file;  ///< of --config; without it TACIT_CONFIG, then the default one if it exists
  std::map<std::string, std::string> command_line;  ///< setting names, without `--`
  std::map<std::string, std::string> environment;   ///< whole environment; other programs' variables are passed over
};

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string> values;  ///< what was said about each setting last, as it was written
  std::vector<std::string>
      problems;  ///< a sentence each, naming the file and line, variable or option; if empty, config holds
};

LoadedConfig load_config(const ConfigSources& sources);

/// The environment of this process.
std::map<std::string, std::string> process_environment();

}  // namespace tacit::server
