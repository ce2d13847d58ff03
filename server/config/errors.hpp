// The two ways a command ends badly. Each carries one sentence, which main prints.
#pragma once

#include <stdexcept>

namespace tacit::server {

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
