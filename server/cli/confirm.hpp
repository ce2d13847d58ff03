// What destroys something is asked about on a terminal, needs --yes where there is none, and can be tried with
// --dry-run. Every command that takes something away for good uses this, so that none of them does so unasked.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <string>

#include "server/cli/arguments.hpp"

namespace tacit::server {

/// What a command does where there is no terminal to ask on, and no --yes.
enum class Unattended : bool {
  refuses,
  goes_on  ///< for what the store refuses by itself while anything needs it
};

/// Adds --yes and --dry-run to a command's options.
void add_confirmation(boost::program_options::options_description& own);
/// The same for a command that goes on where there is no terminal.
void add_confirmation_on_terminal(boost::program_options::options_description& own);

class Confirmation {
 public:
  /// To be made before anything else is done. Throws UsageError if nobody can be asked and the command then refuses:
  /// neither --yes nor --dry-run is given, and standard input and standard error are not both a terminal.
  explicit Confirmation(const Arguments& arguments, Unattended unattended = Unattended::refuses);

  /// Whether to say what would be done, and do nothing. --yes beside it changes nothing.
  bool dry_run() const { return dry_run_; }

  /// With --yes and without --dry-run: the command may save itself what only an answer needs.
  bool asks_nothing() const { return yes_ && !dry_run_; }

  /// Asks the question ("Prune 3 entries, for good?") unless --yes was given. Throws CommandFailed unless the answer is
  /// y or yes; or, where `word` is given, that word, in small or capital letters.
  void ask(const std::string& question, const std::string& word = {}) const;

 private:
  bool yes_;
  bool dry_run_;
};

}  // namespace tacit::server
