// The subcommands by subject. command_list.cpp orders the sections.
#pragma once

#include <span>

#include "server/cli/command_line.hpp"

namespace tacit::server {

std::span<const Command> server_commands();
std::span<const Command> tenant_commands();
std::span<const Command> key_commands();
std::span<const Command> audit_commands();
std::span<const Command> store_commands();
std::span<const Command> client_commands();

constexpr auto no_settings = SettingGroup::none;
constexpr auto store_only = SettingGroup::store;
constexpr auto changed_store = SettingGroup::store | SettingGroup::signing;
constexpr auto store_and_private_key = changed_store | SettingGroup::private_key;
constexpr auto all_settings = store_and_private_key | SettingGroup::serving;

// Adapts a command's function to Command::run.
template <int (*Run)(const Config&, const Arguments&)>
int with_arguments(const Invocation& invocation) {
  return Run(invocation.loaded.config, invocation.arguments);
}
template <int (*Run)(const Config&)>
int with_config(const Invocation& invocation) {
  return Run(invocation.loaded.config);
}

template <int (*Run)(const Arguments&, const Environment&)>
int with_environment(const Invocation& invocation) {
  return Run(invocation.arguments, invocation.sources.environment);
}

}  // namespace tacit::server
