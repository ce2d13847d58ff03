// The completion script for zsh, generated from the table of commands (completion.hpp).
#include <string>
#include <string_view>

#include "server/cli/completion.hpp"
#include "server/cli/manual.hpp"

namespace tacit::server {
namespace {

/// The text in single quotes.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// The text with a backslash before each of these characters.
std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != special.npos || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// The action that completes such a value, in the syntax of _arguments.
std::string action_for(std::string_view argument) {
  const Proposal proposal = proposal_for(argument);
  switch (proposal.kind) {
    case Proposal::Kind::file:
      return "_files";
    case Proposal::Kind::directory:
      return "_files -/";
    case Proposal::Kind::key_ids:
      return "_tacit_key_ids";
    case Proposal::Kind::api_key_ids:
      return "_tacit_api_key_ids";
    case Proposal::Kind::words:
      break;
    case Proposal::Kind::text:
      return " ";
  }
  std::string text = "(";
  for (const std::string& word : proposal.words) text += (text.size() > 1 ? " " : "") + escaped(word, ":()");
  return text + ")";
}

std::string option_specs(const CompletedOption& option) {
  const std::string help = "[" + escaped(option.help, "[]:") + "]";
  const std::string value = ":" + escaped(option.argument, ":[]") + ":" + action_for(option.argument);
  if (option.short_name == '\0') {
    return " \\\n        " +
           in_quotes((option.repeats ? "*--" : "--") + option.name + (option.takes_value ? "=" + help + value : help));
  }
  const std::string brief = std::string("-") + option.short_name;
  const std::string both = "(" + brief + " --" + option.name + ")";
  return " \\\n        " + in_quotes(both + brief + help) + " \\\n        " +
         in_quotes(both + "--" + option.name + help);
}

std::string command_case(const CompletedCommand& command) {
  std::string text = "    (" + in_quotes(command.name) + ")\n      _arguments -S";
  for (const CompletedOption& option : command.options) text += option_specs(option);
  for (const std::string& operand : command.operands) {
    // Two colons mark an optional operand.
    text += " \\\n        " +
            in_quotes((operand.starts_with('[') ? "::" : ":") + escaped(operand, ":[]") + ":" + action_for(operand));
  }
  return text + "\n      ;;\n";
}

std::string described(const std::string& list, const std::vector<CompletedWord>& words) {
  std::string text = "local -a " + list + "=(\n";
  for (const CompletedWord& word : words)
    text += "        " + in_quotes(escaped(word.word, ":") + ":" + word.help) + "\n";
  return text + "      )\n";
}

std::string group_case(const std::string& group) {
  return "    (" + in_quotes(group) + ")\n      if (( CURRENT == first )); then\n      " +
         described("next", next_words(group)) +
         "      _describe -t commands command next\n      return\n      fi\n"
         "      command+=\" $words[first]\"\n      (( ++first ))\n      ;;\n";
}

std::string ids_function(const std::string& name, const char* call, const char* what) {
  return name + "() {\n  local -a ids=(${(f)\"$(" + call + ")\"})\n  compadd -X " + in_quotes(what) + " -a ids\n}\n\n";
}

}  // namespace

std::string zsh_completion() {
  std::string text =
      "#compdef tacit\n"
      "# Completion of tacit's command line for zsh, generated from its tables of commands and settings.\n\n";
  text += ids_function("_tacit_key_ids", key_ids_call, "key");
  text += ids_function("_tacit_api_key_ids", api_key_ids_call, "API key");
  text +=
      "_tacit() {\n"
      "  local helping= command=$words[2]\n"
      "  integer first=3\n"
      "  if [[ $command == help ]] && (( CURRENT > 2 )); then\n"
      "    helping=1 command=$words[3] first=4\n"
      "  fi\n"
      "  if (( CURRENT < first )); then\n"
      "      " +
      described("one", first_words()) +
      "      _describe -t commands command one\n"
      "      return\n"
      "  fi\n";
  for (std::size_t words = 1; words <= longest_group; ++words) {
    text += "  case $command in\n";
    for (const std::string& group : command_groups(words)) text += group_case(group);
    text += "  esac\n";
  }
  text +=
      "  [[ -z $helping ]] || return 1\n"
      "  # To _arguments the command is one word.\n"
      "  shift $(( first - 2 )) words\n"
      "  (( CURRENT -= first - 2 ))\n"
      "  case $command in\n";
  for (const CompletedCommand& command : completed_commands()) text += command_case(command);
  return text +
         "  esac\n"
         "}\n\n"
         "_tacit \"$@\"\n";
}

}  // namespace tacit::server
