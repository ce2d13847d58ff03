// The table of subcommands, assembled from its sections.
#include <array>

#include "server/commands/command_sections.hpp"

namespace tacit::server {

std::span<const CommandSection> command_sections() {
  static const std::array sections = {
      CommandSection{"Server", server_commands()},   CommandSection{"Tenants and API keys", tenant_commands()},
      CommandSection{"Audit log", audit_commands()}, CommandSection{"Keyrings", key_commands()},
      CommandSection{"Store", store_commands()},     CommandSection{"Client of the API", client_commands()}};
  return sections;
}

std::span<const Command> commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    for (const CommandSection& section : command_sections()) {
      list.insert(list.end(), section.commands.begin(), section.commands.end());
    }
    return list;
  }();
  return all;
}

}  // namespace tacit::server
