// What a shell can propose where, for whichever shell: made from the lists of commands and settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// What may stand in one place of a call.
struct Proposal {
  enum class Kind { text, file, directory, words, key_ids, api_key_ids };
  Kind kind = Kind::text;            ///< text: nothing can be proposed
  std::vector<std::string> words{};  ///< if they are a list
};

/// For a value or operand by its name in capitals (FILE, DIRECTORY, SCOPE, KEYRING, KEY, ID) or its choices (on|off).
Proposal proposal_for(std::string_view what);

struct CompletedOption {
  std::string name;        ///< without dashes
  char short_name = '\0';  ///< of one letter; 0: none
  bool takes_value = false;
  bool repeats = false;  ///< may be given several times
  std::string argument;  ///< the value's name
  std::string help;      ///< the first sentence
};

struct CompletedCommand {
  std::string name;  ///< one or two words
  std::string summary;
  std::vector<CompletedOption> options;
  std::vector<std::string> operands;  ///< their names
};
std::vector<CompletedCommand> completed_commands();

struct CompletedWord {
  std::string word;
  std::string help;
};
/// The first words of all commands, and help.
std::vector<CompletedWord> first_words();
/// The second words of the commands of two that begin with this one; none for others.
std::vector<CompletedWord> second_words(std::string_view first);
/// The first words that a second one follows.
std::vector<std::string> command_groups();

/// Shell text that prints what a key's or an API key's id may be, a line each. It prints no line if the ids cannot be
/// found.
extern const char* const key_ids_call;
extern const char* const api_key_ids_call;

}  // namespace tacit::server
