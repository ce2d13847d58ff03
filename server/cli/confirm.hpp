// Confirmation of destructive commands: they ask on a terminal, need --yes without a terminal, and can be tried with
// --dry-run. Every command that permanently deletes data uses this.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <cstdint>
#include <string>

#include "server/cli/arguments.hpp"

namespace tacit::server {

/// What a command does without a terminal and without --yes.
enum class Unattended : std::uint8_t {
  refuses,
  needs_yes,  ///< refuses likewise; for a command without --dry-run
  goes_on     ///< for an operation that the store refuses while the data is needed
};

/// Adds --yes and --dry-run to a command's options.
void add_confirmation(boost::program_options::options_description& own);
/// The same for a command that continues without a terminal.
void add_confirmation_on_terminal(boost::program_options::options_description& own);

class Confirmation {
 public:
  /// Construct it before any other work. Throws UsageError unless Unattended::goes_on if neither --yes nor --dry-run
  /// is given and standard input and standard error are not both a terminal.
  explicit Confirmation(const Arguments& arguments, Unattended unattended = Unattended::refuses);

  /// Whether to only print what would be done. --yes makes no difference to it.
  bool dry_run() const { return dry_run_; }

  /// True with --yes and without --dry-run: the command may skip work that only the question needs.
  bool asks_nothing() const { return yes_ && !dry_run_; }

  /// Asks the question ("Permanently prune 3 entries?") unless --yes was given. Throws CommandFailed unless the answer
  /// is y or yes or, if `word` is given, that word in any case.
  void ask(const std::string& question, const std::string& word = {}) const;

 private:
  bool yes_;
  bool dry_run_;
};

}  // namespace tacit::server
