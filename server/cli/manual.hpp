// The manual pages and the shells' completions, generated from the same tables of commands and settings as the help
// texts. A build step prints them; the program itself does not contain them.
#pragma once

#include <string>

#include "server/cli/command_line.hpp"

namespace tacit::server {

/// tacit(1), as roff for man(7).
std::string overview_page();

/// The name of a command's page in section 1: "tacit-audit-prune".
std::string page_name(const Command& command);
std::string command_page(const Command& command);

/// A sample configuration file: every setting commented out, with its help and its default.
std::string sample_of_settings();

/// tacit.conf(5), as roff for man(7).
std::string settings_page();

/// Completion of the command line. The one for bash needs the package bash-completion.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace tacit::server
