// The list of settings: what each is called, what it means, and how its text becomes a member of Config. The command
// line, the environment, the configuration file and the help texts are all made from this one list.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/config/config.hpp"

namespace tacit::server {

/// Which commands a setting is for. The configuration file and the environment may hold all of them for any command.
enum class SettingGroup : std::uint8_t {
  store = 1,        ///< whoever opens the store
  private_key = 2,  ///< whoever may open values
  serving = 4,      ///< the server alone
  asking = 8,       ///< commands that ask a running server
};
constexpr SettingGroup operator|(SettingGroup a, SettingGroup b) {
  return static_cast<SettingGroup>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(SettingGroup groups, SettingGroup group) {
  return (static_cast<unsigned>(groups) & static_cast<unsigned>(group)) != 0;
}

/// What makes a change of a setting count. What a reload takes over is applied by Reload (server/serve/reload.hpp).
enum class ChangedBy : std::uint8_t { restart, reload };

struct Setting {
  const char* name;      ///< on the command line after `--`, and in the file
  const char* argument;  ///< what its value is, for the help text: ADDRESS:PORT, FILE, … Choices are on|off
  const char* initial;   ///< the default as it would be written; empty: there is none
  const char* help;      ///< sentences
  SettingGroup group;
  ChangedBy changed_by;
  void (*set)(Config& config, std::string_view value);  ///< throws UsageError if the value is bad
};

/// Every setting, topic by topic.
std::span<const Setting> settings();

/// What belongs together under a heading, in the help texts and the manual page.
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
