#include "server/cli/confirm.hpp"

#include <unistd.h>

#include <iostream>

#include "crypto/text/ascii.hpp"
#include "http/log/printable.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {
namespace {

constexpr const char* dry_run_help = "Show what would be done, and change nothing.";

bool terminal_to_ask_on() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

std::string read_answer() {
  const store::WaitsForOthers operator_thinks;
  std::string answer;
  std::getline(std::cin, answer);
  return crypto::lower(crypto::trimmed(answer, " \t\r"));
}

}  // namespace

void add_confirmation(boost::program_options::options_description& own) {
  own.add_options()("yes", "Do not ask for confirmation. Required without a terminal.")("dry-run", dry_run_help);
}

void add_confirmation_on_terminal(boost::program_options::options_description& own) {
  own.add_options()("yes", "Do not ask for confirmation.")("dry-run", dry_run_help);
}

Confirmation::Confirmation(const Arguments& arguments, Unattended unattended)
    : yes_(arguments.contains("yes")), dry_run_(arguments.contains("dry-run")) {
  if (yes_ || dry_run_ || terminal_to_ask_on()) return;
  if (unattended == Unattended::goes_on) {
    yes_ = true;
    return;
  }
  const std::string rest = unattended == Unattended::needs_yes ? "" : ", or --dry-run to show what it would do";
  throw UsageError("nothing was done: there is no terminal to ask for confirmation; add --yes to confirm" + rest);
}

void Confirmation::ask(const std::string& question, const std::string& word) const {
  if (yes_) return;
  std::cerr << http::printable(question) << (word.empty() ? " [y/N] " : " Type " + word + " to continue: ")
            << std::flush;
  const std::string answer = read_answer();
  if (word.empty() ? answer == "y" || answer == "yes" : answer == crypto::lower(word)) return;
  throw CommandFailed("nothing was done: the answer was not " + (word.empty() ? "y" : word));
}

}  // namespace tacit::server
