// Where the configuration comes from: the command line over the environment over files over the defaults.
//
// A file has a line `name = value` for each setting; # starts a comment, anywhere in a line. After the file its
// drop-ins are read, FILE.d/*.conf in the order of their names: what a later one sets counts. Within one of them a
// setting twice is refused. A variable of the environment that starts with TACIT_ and names no setting is refused as a
// likely mistake, as is an unknown name in the file.
//
// A command judges the settings that it uses. A backup at night must not fail because of a listener's address: what is
// wrong with other settings is a warning. But a name that may be meant for one of its own is no other's: with `stroe`
// passed over, the command would work on another store.
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
  std::vector<std::string> warnings;  ///< likewise, of what the groups that were asked for do not use
};

/// `used`: the groups whose faults are problems. With `serving` all are.
LoadedConfig load_config(const ConfigSources& sources, SettingGroup used = SettingGroup::serving);

/// The environment of this process.
std::map<std::string, std::string> process_environment();

}  // namespace tacit::server
