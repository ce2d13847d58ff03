// Sources of the configuration. The command line overrides the environment, which overrides files, then defaults.
//
// A file has one line `name = value` per setting; # starts a comment, anywhere in a line. After the file its drop-ins
// FILE.d/*.conf are read in the order of their names; later values override earlier ones. Within one file, a repeated
// setting is refused. An environment variable that starts with TACIT_ and is not a setting is refused as a likely
// mistake, as is an unknown name in a file; those of `tacit client` (client_variables.hpp) are ignored.
//
// A command checks the settings that it uses. A backup at night must not fail because of a listener's address, so
// faults in other settings are warnings. An unknown name that may mean a used setting is a problem: if `stroe` were
// ignored, the command would work on another store.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {

inline constexpr const char* default_config_file = "/etc/tacit/tacit.conf";

/// Settings given outside the file: name or variable → value.
struct ConfigSources {
  std::optional<std::filesystem::path>
      file;  ///< from --config; otherwise TACIT_CONFIG, then the default file if it exists
  std::map<std::string, std::string> command_line;  ///< setting names, without `--`
  std::map<std::string, std::string> environment;   ///< whole environment; other programs' variables are ignored
};

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string> values;  ///< the effective value of each setting, as written
  std::vector<std::string>
      problems;  ///< sentences with the file and line, variable or option; if empty, config is valid
  std::vector<std::string> warnings;  ///< likewise, for settings outside the requested groups
};

/// `used`: the groups whose faults are problems. With `serving`, all faults are problems.
LoadedConfig load_config(const ConfigSources& sources, SettingGroup used = SettingGroup::serving);

/// The environment of this process.
std::map<std::string, std::string> process_environment();

}  // namespace tacit::server
