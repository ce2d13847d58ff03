// How a command ends: its exit code, and the two ways to end badly. Each carries one sentence, which main prints.
#pragma once

#include <stdexcept>

namespace tacit::server {

/// What the program answers.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  ///< it did not work, or problems were found
  exit_usage = 2,   ///< the command line or the configuration is wrong; nothing was done
};

/// The command line or the configuration is wrong. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was asked for was understood and did not work. Exit code 1.
class CommandFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tacit::server
