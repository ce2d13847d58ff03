#include <algorithm>
#include <sstream>

#include "server/command_line.hpp"
#include "server/help_texts.hpp"
#include "server/output.hpp"

namespace tacit::server {
namespace {

std::string command_help(const Command& command) {
  std::ostringstream text;
  text << "tacit " << command.name;
  for (const char* operand : command.operands) text << ' ' << operand;
  text << " [options]\n\n" << command.summary << "\n";
  if (*command.details != '\0') text << "\n" << command.details;
  const CommandOptions options(command);
  text << "\n" << options.own << "\n" << options.settings;
  text << "\n" << order_of_sources;
  return text.str();
}

std::string list_of(std::string_view group) {
  std::vector<std::vector<std::string>> rows;
  for (const Command& command : commands()) {
    const std::string_view name(command.name);
    if (!group.empty() && !name.starts_with(std::string(group) + " ")) continue;
    std::string call = "  tacit " + std::string(name);
    for (const char* operand : command.operands) call += std::string(" ") + operand;
    rows.push_back({std::move(call), command.summary});
  }
  return table(rows);
}

}  // namespace

std::string help_text(const Command* command, std::string_view group) {
  if (command != nullptr) return command_help(*command);
  std::string text = what_tacit_is;
  text += "\n\n";
  text += list_of(group);
  text += "\nEach has --help. tacit --version shows the version.\n";
  if (group.empty()) text.append("\nExit codes: ").append(exit_codes).append("\n");
  return text;
}

}  // namespace tacit::server
