// The proposals for a shell's completion, independent of the shell, from the tables of commands and settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// The possible values at one place of a call.
struct Proposal {
  enum class Kind { text, file, directory, words, key_ids, api_key_ids };
  Kind kind = Kind::text;            ///< text: there is no proposal
  std::vector<std::string> words{};  ///< for Kind::words
};

/// The proposal for a value or operand, by its name (FILE, DIRECTORY, SCOPE, KEYRING, KEY, ID) or choices (on|off).
Proposal proposal_for(std::string_view what);

struct CompletedOption {
  std::string name;        ///< without dashes
  char short_name = '\0';  ///< one letter; 0 if there is none
  bool takes_value = false;
  bool repeats = false;  ///< may be repeated
  std::string argument;  ///< the value's name
  std::string help;      ///< the first sentence
};

struct CompletedCommand {
  std::string name;  ///< one to three words
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
/// The words that may follow a group in the names of commands; empty for other texts.
std::vector<CompletedWord> next_words(std::string_view group);
/// The texts that several commands' names begin with, of `words` words: "api-key" of one, "client secret" of two.
std::vector<std::string> command_groups(std::size_t words);
/// The largest number of words of a group.
inline constexpr std::size_t longest_group = 2;

/// Shell commands that print the ids of keys or of API keys, one per line. They print no line if the ids cannot be
/// read.
extern const char* const key_ids_call;
extern const char* const api_key_ids_call;

}  // namespace tacit::server
