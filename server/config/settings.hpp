// The table of settings: the name, the default, the help, the setter of each, and whether a reload applies it. The
// command line, the environment, the configuration file and the help texts all use this table. Its rows are in
// settings_table_*.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/config/config.hpp"

namespace tacit::server {

/// The commands that use a setting. The configuration file and the environment may contain settings of all groups.
enum class SettingGroup : std::uint8_t {
  none = 0,         ///< commands of clients, which read no configuration
  store = 1,        ///< commands that open the store
  private_key = 2,  ///< commands that may open values
  serving = 4,      ///< only the server
  asking = 8,       ///< commands that ask a running server
  signing = 16,     ///< commands that change the store
};
constexpr SettingGroup operator|(SettingGroup a, SettingGroup b) {
  return static_cast<SettingGroup>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(SettingGroup groups, SettingGroup group) {
  return (static_cast<unsigned>(groups) & static_cast<unsigned>(group)) != 0;
}

/// What applies a change of a setting. Reload (server/serve/reload.hpp) applies those of `reload`.
enum class ChangedBy : std::uint8_t { restart, reload };

struct Setting {
  const char* name;          ///< in the file, and after `--` on the command line
  const char* argument;      ///< the kind of value for help: ADDRESS:PORT, FILE, …, or the choices: on|off
  const char* initial = "";  ///< the default as written in a file; empty: there is none
  const char* help;          ///< sentences
  SettingGroup group;
  ChangedBy changed_by;
  void (*set)(Config& config, std::string_view value);  ///< throws UsageError for an invalid value
};

/// Every setting, topic by topic.
std::span<const Setting> settings();

/// Settings under a common heading in the help texts and the manual page.
struct SettingTopic {
  const char* heading;
  std::span<const Setting> settings;
};
std::span<const SettingTopic> setting_topics();

/// Null if there is no setting of that name.
const Setting* find_setting(std::string_view name);

/// The environment variable of a setting: TACIT_API_LISTEN for api-listen.
std::string environment_name(std::string_view setting_name);

}  // namespace tacit::server
