#include "server/command_line.hpp"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>

#include "server/errors.hpp"
#include "server/values.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

using Words = std::vector<std::string>;

std::string setting_help(const Setting& setting) {
  std::string text = setting.help;
  if (*setting.initial != '\0') text += std::string(" Default ") + setting.initial + ".";
  return text + " Environment " + environment_name(setting.name) + ".";
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

bool is_group(std::string_view word) {
  const auto all = commands();
  return std::any_of(all.begin(), all.end(), [&](const Command& command) {
    const std::string_view name(command.name);
    return name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ';
  });
}

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& command) { return command.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// The command that the words begin with, and then how many words its name has.
const Command* leading_command(const Words& words, std::size_t& used) {
  for (used = 1; used <= 2 && used <= words.size(); ++used) {
    const std::string name = used == 1 ? words[0] : words[0] + " " + words[1];
    if (const Command* command = find_command(name)) return command;
  }
  return nullptr;
}

// A call that names no whole command: help, the version, or a mistake.
CommandLine without_command(const Words& words) {
  CommandLine line;
  if (words.empty()) throw UsageError("no command was given; see tacit --help");
  const bool group = is_group(words[0]);
  const std::string& word = group && words.size() > 1 ? words[1] : words[0];
  if (group) line.group = words[0];
  line.help = is_help(word);
  line.version = word == "--version";
  if (line.help || line.version) return line;
  if (group && words.size() == 1) throw UsageError(word + " needs a word more; see tacit " + word + " --help");
  throw UsageError(shown(group ? words[0] + " " + word : word) + " is no command; see tacit --help");
}

// "[WORD]" is an operand that may be left out; its name is WORD.
bool is_optional(std::string_view operand) { return operand.starts_with('['); }
std::string name_of(std::string_view operand) {
  return std::string(is_optional(operand) ? operand.substr(1, operand.size() - 2) : operand);
}

po::variables_map parse(const Command& command, const CommandOptions& options, const Words& words) {
  po::options_description all;
  all.add(options.own).add(options.settings);
  po::positional_options_description positions;
  for (const char* operand : command.operands) {
    all.add_options()(name_of(operand).c_str(), po::value<std::string>());
    positions.add(name_of(operand).c_str(), 1);
  }
  // Guessing would let a new option change what an old script means.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map found;
  try {
    po::store(po::command_line_parser(words).options(all).positional(positions).style(style).run(), found);
  } catch (const po::too_many_positional_options_error&) {
    throw UsageError("too many arguments; see tacit " + std::string(command.name) + " --help");
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  return found;
}

void check_operands(const Command& command, const po::variables_map& found) {
  for (const char* operand : command.operands) {
    if (is_optional(operand) || found.contains(operand)) continue;
    throw UsageError(std::string(operand) + " is missing; see tacit " + command.name + " --help");
  }
}

}  // namespace

CommandOptions::CommandOptions(const Command& command) {
  if (command.add_options != nullptr) command.add_options(own);
  own.add_options()("config", po::value<std::string>()->value_name("FILE"),
                    "The configuration file. Default /etc/tacit/tacit.conf if it exists. Environment TACIT_CONFIG.");
  own.add_options()("help,h", "Show this text.");
  own.add_options()("version", "Show the version.");
  for (const Setting& setting : server::settings()) {
    if (!contains(command.settings, setting.group)) continue;
    settings.add_options()(setting.name, po::value<std::string>()->value_name(setting.argument),
                           setting_help(setting).c_str());
  }
}

CommandLine read_command_line(const Words& words) {
  std::size_t name_words = 0;
  const Command* command = leading_command(words, name_words);
  if (command == nullptr) return without_command(words);
  const CommandOptions options(*command);
  CommandLine line;
  line.command = command;
  line.arguments =
      parse(*command, options, Words(words.begin() + static_cast<std::ptrdiff_t>(name_words), words.end()));
  line.help = line.arguments.contains("help");
  line.version = line.arguments.contains("version");
  if (line.help || line.version) return line;
  check_operands(*command, line.arguments);
  if (line.arguments.contains("config")) line.config_file = line.arguments["config"].as<std::string>();
  for (const auto& option : options.settings.options()) {
    const std::string& name = option->long_name();
    if (line.arguments.contains(name)) line.settings.emplace(name, line.arguments[name].as<std::string>());
  }
  return line;
}

}  // namespace tacit::server
