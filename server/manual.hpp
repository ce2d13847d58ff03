// The manual pages and the shell completion, made from the lists of commands and settings that the help texts are made
// from. A build step prints them; the program itself does not carry them.
#pragma once

#include <string>

namespace tacit::server {

/// tacit(1), as roff for man(7).
std::string commands_page();

/// tacit.conf(5), as roff for man(7).
std::string settings_page();

/// Completion of the command line for bash. Needs the functions of the package bash-completion.
std::string bash_completion();

}  // namespace tacit::server
