#include "server/cli/command_line.hpp"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <set>

#include "crypto/text/sentence.hpp"
#include "server/cli/option_faults.hpp"
#include "server/config/errors.hpp"
#include "server/config/suggestion.hpp"
#include "server/config/values.hpp"

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

constexpr std::size_t longest_name = 3;  // words

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto found = std::ranges::find_if(all, [&](const Command& command) { return command.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// The command at the beginning of the words. Sets `used` to the number of words in its name.
const Command* leading_command(const Words& words, std::size_t& used) {
  std::string name;
  for (used = 1; used <= longest_name && used <= words.size(); ++used) {
    crypto::append_part(name, words[used - 1], " ");
    if (const Command* command = find_command(name)) return command;
  }
  return nullptr;
}

// The words that follow this group in the names of commands; empty if it is no group.
Words words_after(std::string_view group) {
  Words found;
  for (const Command& command : commands()) {
    const std::string_view word = word_after(group, command);
    if (!word.empty() && std::ranges::find(found, word) == found.end()) found.emplace_back(word);
  }
  return found;
}

// The longest group at the beginning of the words; empty if there is none. Sets `used` to the number of its words.
std::string leading_group(const Words& words, std::size_t& used) {
  std::string group;
  for (used = 0; used < words.size(); ++used) {
    std::string longer = group;
    crypto::append_part(longer, words[used], " ");
    if (words_after(longer).empty()) break;
    group = std::move(longer);
  }
  return group;
}

// The words as text: "create, list or revoke".
std::string listed(const Words& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

[[noreturn]] void no_such_command_of(const std::string& group, const std::string& word) {
  const Words known = words_after(group);
  const auto meant = nearest_name(word, known);
  const std::string hint = meant ? "did you mean " + group + " " + *meant + "?" : group + " takes " + listed(known);
  throw UsageError(with_help(shown(group + " " + word) + " is not a command; " + hint, group));
}

[[noreturn]] void no_such_command(const Words& words) {
  if (words[0].starts_with('-')) {
    throw UsageError(with_help("the command must precede its options; " + shown(words[0]) + " is not a command"));
  }
  std::set<std::string> first_words{"help"};
  Words names;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
    first_words.insert(names.back().substr(0, names.back().find(' ')));
  }
  // "apikey create" and "audit-prune" resemble complete names.
  std::string meant = words.size() > 1 ? did_you_mean(words[0] + " " + words[1], names) : "";
  names.insert(names.end(), first_words.begin(), first_words.end());
  if (meant.empty()) meant = did_you_mean(words[0], names);
  throw UsageError(with_help(shown(words[0]) + " is not a command" + meant));
}

// A call without a complete command: help, the version, or a mistake.
CommandLine without_command(const Words& words) {
  CommandLine line;
  if (words.empty()) throw UsageError("no command was given; see tacit help");
  std::size_t used = 0;
  line.group = leading_group(words, used);
  const std::string& word = used < words.size() ? words[used] : words.back();
  line.help = is_help(word);
  line.version = word == "--version";
  if (line.help || line.version) return line;
  if (line.group.empty()) no_such_command(words);
  if (words.size() > used) no_such_command_of(line.group, words[used]);
  const std::string missing = used == 1 ? " needs a second word: " : " needs another word: ";
  throw UsageError(with_help(line.group + missing + listed(words_after(line.group)), line.group));
}

// `tacit help`, `tacit help audit`, `tacit help audit prune`.
CommandLine help_of(const Words& words) {
  CommandLine line;
  line.help = true;
  if (words.empty() || is_help(words[0]) || words[0] == "help") return line;
  std::size_t used = 0;
  line.command = leading_command(words, used);
  if (line.command == nullptr) {
    line.group = leading_group(words, used);
    if (line.group.empty()) no_such_command(words);
    if (words.size() > used && !is_help(words[used])) no_such_command_of(line.group, words[used]);
  }
  // Options after the command do not matter: the caller wants its help.
  if (words.size() > used && !words[used].starts_with('-')) {
    const std::string known = line.command != nullptr ? line.command->name : line.group;
    throw UsageError(with_help("there is no command " + shown(known + " " + words[used]) + " to explain", known));
  }
  return line;
}

// "[WORD]" is an optional operand named WORD.
bool is_optional(std::string_view operand) { return operand.starts_with('['); }
std::string name_of(std::string_view operand) {
  return std::string(is_optional(operand) ? operand.substr(1, operand.size() - 2) : operand);
}

// `--name=` sets an empty value, as `--name ""` does. Program_options accepts only the second form.
Words with_empty_values(const Words& words) {
  Words result;
  bool options = true;
  for (const std::string& word : words) {
    options = options && word != "--";
    const bool empty = options && word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1;
    result.push_back(empty ? word.substr(0, word.size() - 1) : word);
    if (empty) result.emplace_back();
  }
  return result;
}

// `--name --tenant UUID`: the name is missing, and the next option is not its value.
void refuse_options_as_values(const Command& command, const po::options_description& options,
                              const po::parsed_options& parsed) {
  for (const po::option& option : parsed.options) {
    if (option.position_key >= 0 || option.original_tokens.size() < 2) continue;
    const std::string& value = option.original_tokens.back();
    if (!value.starts_with("--") || options.find_nothrow(value.substr(2), false) == nullptr) continue;
    const std::string& name = option.original_tokens.front();
    const std::string fault = std::string(name).append(" needs a value, and ").append(value).append(" is an option");
    throw UsageError(with_help(fault, command.name));
  }
}

po::parsed_options parse(const Command& command, const po::options_description& options, const Words& words) {
  // With abbreviations, a new option could change the meaning of an old script.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    auto parsed = po::command_line_parser(with_empty_values(words)).options(options).style(style).run();
    refuse_options_as_values(command, options, parsed);
    return parsed;
  } catch (const po::error& error) {
    throw UsageError(sentence_about(error, command, options));
  }
}

po::variables_map values_of(const Command& command, const po::options_description& options,
                            const po::parsed_options& parsed) {
  po::variables_map found;
  try {
    po::store(parsed, found);
  } catch (const po::error& error) {
    throw UsageError(sentence_about(error, command, options));
  }
  return found;
}

// The words that are not part of an option.
Words operands_of(const po::parsed_options& parsed) {
  Words words;
  for (const po::option& option : parsed.options) {
    if (option.position_key >= 0) words.insert(words.end(), option.value.begin(), option.value.end());
  }
  return words;
}

void give(po::variables_map& found, const std::string& name, const std::string& value) {
  found.emplace(name, po::variable_value(boost::any(value), false));
}

// The older form of `--tenant UUID`: the tenant as the first operand.
void take_leading_tenant(const Command& command, Words& words, po::variables_map& found) {
  if (!command.tenant_may_lead || found.contains("tenant") || words.empty()) return;
  const bool leads = words.size() > command.operands.size() || crypto::parse_uuid(words.front()).has_value();
  if (!leads) return;
  give(found, "tenant", words.front());
  words.erase(words.begin());
}

void take_operands(const Command& command, Words words, po::variables_map& found) {
  take_leading_tenant(command, words, found);
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    if (i < words.size()) {
      give(found, name_of(command.operands[i]), words[i]);
    } else if (!is_optional(command.operands[i])) {
      throw UsageError(with_help(std::string(command.operands[i]) + " is missing", command.name));
    }
  }
  if (words.size() <= command.operands.size()) return;
  // A user may have typed a secret's value.
  const bool may_be_secret = command.settings == SettingGroup::none;
  const std::string extra =
      may_be_secret ? "so many; values are never arguments" : shown(words[command.operands.size()]);
  throw UsageError(
      with_help("too many arguments: tacit " + std::string(command.name) + " does not take " + extra, command.name));
}

// "--to FILE|syslog|-" is the option --to.
void expect_needed(const Command& command, const po::variables_map& found) {
  for (const std::string_view option : command.needed) {
    const std::string name(option.substr(0, option.find(' ')));
    if (!found.contains(name.substr(2))) throw UsageError(with_help(name + " is missing", command.name));
  }
}

}  // namespace

CommandOptions::CommandOptions(const Command& command) {
  if (command.add_options != nullptr) command.add_options(own);
  const bool configured = command.settings != SettingGroup::none;
  if (configured)
    own.add_options()("config", po::value<std::string>()->value_name("FILE"),
                      "The configuration file. Default /etc/tacit/tacit.conf if it exists. Environment TACIT_CONFIG.");
  own.add_options()("help,h", "Show this text.");
  own.add_options()("version", "Show the version.");
  for (const Setting& setting : server::settings()) {
    // An option of the command's own goes before the setting of that name, such as `limits set --strict-binding`.
    if (!contains(command.settings, setting.group) || own.find_nothrow(setting.name, false) != nullptr) continue;
    settings.add_options()(setting.name, po::value<std::string>()->value_name(setting.argument),
                           setting_help(setting).c_str());
  }
}

std::string_view word_after(std::string_view group, const Command& command) {
  std::string_view name(command.name);
  if (!group.empty()) {
    if (!name.starts_with(group) || name.size() <= group.size() || name[group.size()] != ' ') return {};
    name.remove_prefix(group.size() + 1);
  }
  return name.substr(0, name.find(' '));
}

std::string call_of(const Command& command) {
  std::string call = std::string("tacit ") + command.name;
  for (const char* option : command.needed) call += std::string(" ") + option;
  for (const char* operand : command.operands) call += std::string(" ") + operand;
  return call;
}

CommandLine read_command_line(const Words& words) {
  if (!words.empty() && words[0] == "help") return help_of(Words(words.begin() + 1, words.end()));
  std::size_t name_words = 0;
  const Command* command = leading_command(words, name_words);
  if (command == nullptr) return without_command(words);
  const CommandOptions options(*command);
  po::options_description all;
  all.add(options.own).add(options.settings);
  CommandLine line;
  line.command = command;
  const auto parsed = parse(*command, all, Words(words.begin() + static_cast<std::ptrdiff_t>(name_words), words.end()));
  line.arguments = values_of(*command, all, parsed);
  line.help = line.arguments.contains("help");
  line.version = line.arguments.contains("version");
  if (line.help || line.version) return line;
  take_operands(*command, operands_of(parsed), line.arguments);
  expect_needed(*command, line.arguments);
  if (line.arguments.contains("config")) line.config_file = line.arguments["config"].as<std::string>();
  for (const auto& option : options.settings.options()) {
    const std::string& name = option->long_name();
    if (line.arguments.contains(name)) line.settings.emplace(name, line.arguments[name].as<std::string>());
  }
  return line;
}

}  // namespace tacit::server
