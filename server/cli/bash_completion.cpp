// The completion script for bash, generated from the table of commands (completion.hpp).
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "crypto/text/sentence.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/manual.hpp"

namespace tacit::server {
namespace {

using Names = std::set<std::string>;

using crypto::joined;

std::string from_words(const std::string& words) { return "COMPREPLY=($(compgen -W \"" + words + "\" -- \"$cur\"))"; }

/// Shell code that proposes such a value; empty if there is none.
std::string proposer(std::string_view argument) {
  const Proposal proposal = proposal_for(argument);
  switch (proposal.kind) {
    case Proposal::Kind::file:
      return "_filedir";
    case Proposal::Kind::directory:
      return "_filedir -d";
    case Proposal::Kind::key_ids:
      return from_words("$(" + std::string(key_ids_call) + ")");
    case Proposal::Kind::api_key_ids:
      return from_words("$(" + std::string(api_key_ids_call) + ")");
    case Proposal::Kind::words:
      return from_words(joined(Names(proposal.words.begin(), proposal.words.end()), " "));
    case Proposal::Kind::text:
      break;
  }
  return {};
}

/// One branch for each kind of value, so that an option's value is completed instead of another option.
std::string value_cases() {
  std::map<std::string, Names> options_of;
  for (const CompletedCommand& command : completed_commands()) {
    for (const CompletedOption& option : command.options) {
      if (option.takes_value) options_of[proposer(option.argument)].insert("--" + option.name);
    }
  }
  std::string text;
  for (const auto& [how, options] : options_of) {
    text += "    " + joined(options, " | ") + ")\n";
    if (!how.empty()) text += "      " + how + "\n";
    text += "      __ltrim_colon_completions \"$cur\"\n      return\n      ;;\n";
  }
  return text;
}

std::string words_of(const std::vector<CompletedWord>& words) {
  Names names;
  for (const CompletedWord& word : words) names.insert(word.word);
  return joined(names, " ");
}

/// Appends the next word to each group of so many words.
std::string group_cases(std::size_t words) {
  std::string text;
  for (const std::string& group : command_groups(words)) {
    text += "    '" + group + "')\n      command=\"$command ${words[first]-}\"\n      first=$((first + 1))\n";
    text += "      [[ $cword -ne $((first - 1)) ]] || offered='" + words_of(next_words(group)) + " --help'\n";
    text += "      ;;\n";
  }
  return text;
}

/// One statement for each length of a group, because the next length continues the command of the one before.
std::string group_statements() {
  std::string text;
  for (std::size_t words = 1; words <= longest_group; ++words) {
    text += "  case $command in\n" + group_cases(words) + "  esac\n";
  }
  return text;
}

std::string option_cases() {
  std::string text;
  for (const CompletedCommand& command : completed_commands()) {
    Names names;
    for (const CompletedOption& option : command.options) names.insert("--" + option.name);
    text += "    '" + command.name + "') offered='" + joined(names, " ") + "' ;;\n";
  }
  return text;
}

std::string operand_cases() {
  std::string text;
  for (const CompletedCommand& command : completed_commands()) {
    if (command.operands.empty()) continue;
    const std::string how = proposer(command.operands.front());
    if (!how.empty()) text += "    '" + command.name + "') " + how + " ;;\n";
  }
  return text;
}

}  // namespace

std::string bash_completion() {
  return "# Completion of tacit's command line for bash, generated from its tables of commands and settings.\n"
         "_tacit() {\n"
         "  local cur prev words cword split command first helping= offered=\n"
         "  _init_completion -s -n : || return\n"
         "  case $prev in\n" +
         value_cases() +
         "  esac\n"
         "  $split && return\n"
         "  command=${words[1]-}\n"
         "  first=2\n"
         "  [[ $cword -ne 1 ]] || offered='" +
         words_of(first_words()) +
         " --help --version'\n"
         "  if [[ $command == help && $cword -gt 1 ]]; then\n"
         "    helping=1\n"
         "    command=${words[2]-}\n"
         "    first=3\n"
         "    [[ $cword -ne 2 ]] || offered='" +
         words_of(first_words()) +
         "'\n"
         "  fi\n" +
         group_statements() +
         "  if [[ -z $helping && $cword -ge $first ]]; then\n"
         "    if [[ $cur == -* ]]; then\n"
         "      case $command in\n" +
         option_cases() +
         "      esac\n"
         "    else\n"
         "      case $command in\n" +
         operand_cases() +
         "      esac\n"
         "      [[ ${#COMPREPLY[@]} -eq 0 ]] || return\n"
         "    fi\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$offered\" -- \"$cur\"))\n"
         "} && complete -F _tacit tacit\n";
}

}  // namespace tacit::server
