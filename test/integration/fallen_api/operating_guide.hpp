// Runs commands of the operator's guide (conf/OPERATING.md) unchanged, so that a test cannot differ from the guide.
// What they ask of systemd, the test's host answers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// The first block of code in the guide from the line that begins with `from` on. Throws if there is none.
std::string guide_commands(const std::string& from);

/// Replaces all occurrences in commands of the guide. Throws if there is none: the guide was changed.
void replace_in(std::string& commands, const std::string& what, const std::string& with);

/// A call of `tacit` by the guide's commands.
struct GuideCommand {
  std::string words;  ///< its arguments
  Finished done;
};

/// Answers a call of a program of the host, such as "systemctl stop tacit-api", with the output of the program. Throws
/// if the host has no such program.
using GuideHost = std::function<std::string(const std::string& words)>;

/// Runs the commands in a shell as an operator would: after one that fails, the next one runs. `tacit` runs with the
/// deployment's configuration, systemctl and less are the host's, and /root is a folder of this call. Returns the
/// calls of `tacit` in their order. Throws if the shell does not know a command, or if the last command fails.
std::vector<GuideCommand> follow_guide(const Deployment& deployment, std::string commands, const GuideHost& host);

}  // namespace tacit::test
