#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/command_line.hpp"
#include "server/manual.hpp"

namespace tacit::server {
namespace {

using Names = std::set<std::string>;

/// The options that take a value, by what the value is.
struct Values {
  std::map<std::string, std::string> argument_of;  ///< option → FILE, on|off, …

  explicit Values(std::span<const Command> all) {
    for (const Command& command : all) {
      const CommandOptions options(command);
      add(options.own);
      add(options.settings);
    }
  }
  void add(const boost::program_options::options_description& options) {
    for (const auto& option : options.options()) {
      if (option->semantic()->max_tokens() == 0) continue;
      argument_of.emplace("--" + option->long_name(), option->format_parameter());
    }
  }
};

/// What proposes such a value; empty where nothing can.
std::string proposal(std::string argument) {
  if (argument == "FILE") return "_filedir";
  if (argument == "DIRECTORY") return "_filedir -d";
  if (argument.find('|') == std::string::npos) return {};
  std::replace(argument.begin(), argument.end(), '|', ' ');
  return "COMPREPLY=($(compgen -W '" + argument + "' -- \"$cur\"))";
}

std::string joined(const Names& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : std::string(separator)) + name;
  return text;
}

/// A branch for each kind of value, so that an option's value is completed and no option is offered in its place.
std::string value_cases() {
  std::map<std::string, Names> options_of;
  for (const auto& [option, argument] : Values(commands()).argument_of) options_of[proposal(argument)].insert(option);
  std::string text;
  for (const auto& [how, options] : options_of) {
    text += "    " + joined(options, " | ") + ")\n";
    if (!how.empty()) text += "      " + how + "\n";
    text += "      return\n      ;;\n";
  }
  return text;
}

Names first_words() {
  Names words{"--help", "--version"};
  for (const Command& command : commands()) {
    const std::string_view name(command.name);
    words.emplace(name.substr(0, name.find(' ')));
  }
  return words;
}

/// Group → the second words of its commands.
std::map<std::string, Names> groups() {
  std::map<std::string, Names> result;
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const auto blank = name.find(' ');
    if (blank != std::string::npos) result[name.substr(0, blank)].insert(name.substr(blank + 1));
  }
  return result;
}

std::string group_cases() {
  std::string text;
  for (const auto& [group, words] : groups()) {
    text += "    " + group + ")\n      command=\"${words[1]} ${words[2]-}\"\n      first=3\n";
    text += "      [[ $cword -ne 2 ]] || offered='" + joined(words, " ") + " --help'\n      ;;\n";
  }
  return text;
}

std::string option_cases() {
  std::string text;
  for (const Command& command : commands()) {
    Names names;
    const CommandOptions options(command);
    for (const auto* list : {&options.own, &options.settings}) {
      for (const auto& option : list->options()) names.insert("--" + option->long_name());
    }
    text += "    '" + std::string(command.name) + "') offered='" + joined(names, " ") + "' ;;\n";
  }
  return text;
}

}  // namespace

std::string bash_completion() {
  return "# Completion of tacit's command line for bash, made from its own lists of commands and settings.\n"
         "_tacit() {\n"
         "  local cur prev words cword split command first offered=\n"
         "  _init_completion -s || return\n"
         "  case $prev in\n" +
         value_cases() +
         "  esac\n"
         "  $split && return\n"
         "  command=${words[1]-}\n"
         "  first=2\n"
         "  [[ $cword -ne 1 ]] || offered='" +
         joined(first_words(), " ") +
         "'\n"
         "  case $command in\n" +
         group_cases() +
         "  esac\n"
         "  if [[ $cword -ge $first && $cur == -* ]]; then\n"
         "    case $command in\n" +
         option_cases() +
         "    esac\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$offered\" -- \"$cur\"))\n"
         "} && complete -F _tacit tacit\n";
}

}  // namespace tacit::server
