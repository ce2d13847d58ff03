// Sentences that the help texts and the manual pages share.
#pragma once

namespace tacit::server {

inline constexpr const char* what_tacit_is =
    "Tacit keeps secrets that its API never shows again, and hands them to the tools they are for.";

inline constexpr const char* exit_codes =
    "0 it worked; 1 it did not, or problems were found; 2 the command line or configuration is wrong.";

inline constexpr const char* order_of_sources =
    "Settings are read from the configuration file, then from the environment, then from the command line;\n"
    "what comes later wins. In the file they are written without the dashes: threads = 4\n";

}  // namespace tacit::server
