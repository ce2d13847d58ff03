// A whole command that runs in a child process (apart.hpp), so that no damage to the store and no disk that does not
// answer can keep the command from ending.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "server/config/command_option_defaults.hpp"

namespace tacit::server {

/// Runs the command, which opens that store, prints its output and may ask the operator, in a child. Returns its exit
/// code. Throws as Apart::wait_while_it_goes_on does: after `stall` without progress the child is killed. The first
/// SIGINT or SIGTERM is passed to the child, which may end in its own way; a second one ends this process. Call it with
/// one thread.
int run_command_apart(const std::filesystem::path& store, const std::function<int()>& command,
                      std::chrono::milliseconds stall = default_stall);

}  // namespace tacit::server
