// The help texts of the program, of a group of commands and of one command.
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>

#include "auth/issuers/issuer_settings.hpp"
#include "server/cli/command_line.hpp"
#include "server/cli/help_texts.hpp"
#include "server/cli/output.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr std::size_t line_width = 110;
constexpr std::size_t last_text_column = 47;  // where the texts beside long names begin

using Entries = std::vector<std::pair<std::string, std::string>>;

/// Names and their texts in two columns; the second begins as far left as the names allow.
std::string entries(const Entries& all) {
  std::size_t column = 0;
  for (const auto& [term, text] : all) column = std::max(column, term.size() + 4);
  std::string text;
  for (const auto& [term, about] : all) text += help_entry(term, about, std::min(column, last_text_column), line_width);
  return text;
}

std::string issuers_help() {
  std::string text = "Settings of the issuers' file (" + std::string(issuers_sample) + " is a sample):\n\n";
  text.append(about_issuers_file).append("\n");
  Entries all;
  for (const auth::IssuerSetting& setting : auth::issuer_settings()) {
    std::string about = setting.help;
    if (*setting.initial != '\0') about.append(" Default ").append(setting.initial).append(".");
    all.emplace_back(std::string(setting.name) + " = " + setting.argument, std::move(about));
  }
  return text + entries(all);
}

std::pair<std::string, std::string> entry_of(const po::option_description& option) {
  return {option_term(option), option.description()};
}

std::string options_help(const CommandOptions& options) {
  Entries all;
  for (const auto& option : options.own.options()) all.push_back(entry_of(*option));
  return "Options:\n" + entries(all);
}

std::string settings_help(const CommandOptions& options) {
  std::string text;
  for (const SettingTopic& topic : setting_topics()) {
    Entries all;
    for (const Setting& setting : topic.settings) {
      const auto* const option = options.settings.find_nothrow(setting.name, false);
      if (option != nullptr) all.push_back(entry_of(*option));
    }
    if (!all.empty()) text.append("\nSettings: ").append(topic.heading).append("\n").append(entries(all));
  }
  return text;
}

std::string command_help(const Command& command) {
  std::string text = call_of(command) + " [options]\n\n" + command.summary + "\n";
  if (*command.details != '\0') text.append("\n").append(wrapped(command.details, line_width));
  if (*command.examples != '\0') {
    text += "\nExamples:\n";
    std::string_view rest(command.examples);
    while (!rest.empty()) text.append("  ").append(next_line(rest)).append("\n");
  }
  const CommandOptions options(command);
  text.append("\n").append(options_help(options)).append(settings_help(options));
  if (contains(command.settings, SettingGroup::serving)) text.append("\n").append(issuers_help());
  if (command.settings != SettingGroup::none) text.append("\n").append(order_of_sources);
  return text.append("\n").append(wrapped(about_values, line_width));
}

/// The section's commands in the group; all commands if `group` is empty.
std::string list_of(const CommandSection& section, const std::string& group) {
  std::vector<std::vector<std::string>> rows;
  for (const Command& command : section.commands) {
    if (!group.empty() && !std::string_view(command.name).starts_with(group + " ")) continue;
    rows.push_back({"  " + call_of(command), command.summary});
  }
  if (rows.empty()) return {};
  return (group.empty() ? "\n" + std::string(section.heading) + ":\n" : "\n") + table(rows);
}

/// "0 success; 1 failure, or …."
std::string list_of_exit_codes() {
  std::string text;
  for (const ExitCodeText& each : exit_codes) {
    text.append(text.empty() ? "" : "; ").append(std::to_string(each.code)).append(" ").append(each.meaning);
  }
  return text.append(".");
}

}  // namespace

bool is_short_form(std::string_view name) { return name.size() == 2 && name.front() == '-'; }

std::string option_term(const po::option_description& option) {
  const std::string short_name = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  std::string term = is_short_form(short_name) ? short_name + ", " : "";
  term += "--" + option.long_name();
  if (option.semantic()->max_tokens() > 0) term += " " + option.format_parameter();
  return term;
}

std::string help_text(const Command* command, std::string_view group) {
  if (command != nullptr) return command_help(*command);
  std::string text = what_tacit_is;
  text += "\n\nUsage: tacit COMMAND [options]\n";
  for (const CommandSection& section : command_sections()) text += list_of(section, std::string(group));
  text += "\ntacit help COMMAND explains a command and its options. tacit --version shows the version.\n";
  if (group.empty()) text.append("\nExit codes: ").append(list_of_exit_codes()).append("\n");
  return text;
}

}  // namespace tacit::server
