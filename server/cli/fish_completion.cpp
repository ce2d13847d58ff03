// The completion script for fish, generated from the table of commands (completion.hpp).
#include <string>
#include <string_view>

#include "crypto/text/sentence.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/manual.hpp"

namespace tacit::server {
namespace {

/// In single quotes, where fish knows only the escapes \' and \\.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

/// The options of `complete` that propose such a value or operand.
std::string proposer(std::string_view argument) {
  const Proposal proposal = proposal_for(argument);
  switch (proposal.kind) {
    case Proposal::Kind::file:
      return "-F";
    case Proposal::Kind::directory:
      return "-f -a '(__fish_complete_directories (commandline -ct))'";
    case Proposal::Kind::key_ids:
      return "-f -a " + in_quotes("(" + std::string(key_ids_call) + ")");
    case Proposal::Kind::api_key_ids:
      return "-f -a " + in_quotes("(" + std::string(api_key_ids_call) + ")");
    case Proposal::Kind::words:
      return "-f -a " + in_quotes(crypto::joined(proposal.words, " "));
    case Proposal::Kind::text:
      break;
  }
  return "-f";
}

std::string word_line(const std::string& before, const CompletedWord& word) {
  return "complete -c tacit -n " + in_quotes("__tacit_words_are" + (before.empty() ? "" : " " + before)) + " -a " +
         in_quotes(word.word) + " -d " + in_quotes(word.help) + "\n";
}

std::string option_line(const std::string& command, const CompletedOption& option) {
  std::string line = "complete -c tacit -n " + in_quotes("__tacit_words_begin " + command) + " -l " + option.name;
  if (option.short_name != '\0') line += std::string(" -s ") + option.short_name;
  if (option.takes_value) line += " -r " + proposer(option.argument);
  return line + " -d " + in_quotes(option.help) + "\n";
}

}  // namespace

std::string fish_completion() {
  std::string text =
      "# Completion of tacit's command line for fish, generated from its tables of commands and settings.\n"
      "function __tacit_words_are --description 'Whether exactly these words are between tacit and the cursor'\n"
      "    set -l words (commandline -opc)\n"
      "    set -e words[1]\n"
      "    test \"$words\" = \"$argv\"\n"
      "end\n\n"
      "function __tacit_words_begin --description 'Whether the words between tacit and the cursor begin with these'\n"
      "    set -l words (commandline -opc)\n"
      "    set -e words[1]\n"
      "    test (count $words) -ge (count $argv); or return 1\n"
      "    set words $words[1..(count $argv)]\n"
      "    test \"$words\" = \"$argv\"\n"
      "end\n\n"
      "complete -c tacit -f\n"
      "complete -c tacit -n __tacit_words_are -l help -s h -d 'List the commands'\n"
      "complete -c tacit -n __tacit_words_are -l version -d 'Show the version'\n";
  for (const CompletedWord& word : first_words()) text += word_line("", word) + word_line("help", word);
  for (std::size_t words = 1; words <= longest_group; ++words) {
    for (const std::string& group : command_groups(words)) {
      for (const CompletedWord& word : next_words(group)) {
        text += word_line(group, word) + word_line("help " + group, word);
      }
    }
  }
  for (const CompletedCommand& command : completed_commands()) {
    for (const CompletedOption& option : command.options) text += option_line(command.name, option);
    for (const std::string& operand : command.operands) {
      text +=
          "complete -c tacit -n " + in_quotes("__tacit_words_begin " + command.name) + " " + proposer(operand) + "\n";
    }
  }
  return text;
}

}  // namespace tacit::server
