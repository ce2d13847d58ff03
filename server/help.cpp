#include <algorithm>
#include <sstream>

#include "auth/issuer_settings.hpp"
#include "server/command_line.hpp"
#include "server/help_texts.hpp"
#include "server/output.hpp"

namespace tacit::server {
namespace {

constexpr std::size_t text_column = 47;  // where the texts of the settings above begin
constexpr std::size_t line_width = 110;

std::string issuers_help() {
  std::string text = "Settings of the issuers' file (" + std::string(issuers_sample) + " is a sample):\n\n";
  text.append(about_issuers_file).append("\n");
  for (const auth::IssuerSetting& setting : auth::issuer_settings()) {
    std::string about = setting.help;
    if (*setting.initial != '\0') about.append(" Default ").append(setting.initial).append(".");
    text += help_entry(std::string(setting.name) + " = " + setting.argument, about, text_column, line_width);
  }
  return text;
}

std::string command_help(const Command& command) {
  std::ostringstream text;
  text << "tacit " << command.name;
  for (const char* operand : command.operands) text << ' ' << operand;
  text << " [options]\n\n" << command.summary << "\n";
  if (*command.details != '\0') text << "\n" << command.details;
  const CommandOptions options(command);
  text << "\n" << options.own << "\n" << options.settings;
  if (contains(command.settings, SettingGroup::serving)) text << "\n" << issuers_help();
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
