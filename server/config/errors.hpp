// A command's exit codes and its two kinds of failure. Each exception contains one sentence, which main prints.
#pragma once

#include <stdexcept>

namespace tacit::server {

/// The program's exit codes.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  ///< failure, or problems were found
  exit_usage = 2,   ///< the command line or the configuration is wrong; nothing was done
};

/// The command line or the configuration is wrong. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The command is valid and failed. Exit code 1.
class CommandFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tacit::server
