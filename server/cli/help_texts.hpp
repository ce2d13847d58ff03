// Sentences shared by the help texts and the manual pages.
#pragma once

#include <array>

#include "server/config/errors.hpp"

namespace tacit::server {

inline constexpr const char* what_tacit_is =
    "Tacit stores secrets that its API never shows again, and releases them to the tools that they are bound to.";

struct ExitCodeText {
  ExitCode code;
  const char* meaning;  ///< without the full stop
};

inline constexpr std::array exit_codes{
    ExitCodeText{exit_ok, "success"},
    ExitCodeText{exit_failed, "failure, or problems were found"},
    ExitCodeText{exit_usage, "the command line or the configuration is wrong"},
};

inline constexpr const char* order_of_sources =
    "Settings are read from the configuration file, then from the environment, then from the command line;\n"
    "later values override earlier ones. In a file, names have no leading dashes (threads = 4).\n"
    "The drop-ins FILE.d/*.conf are read after FILE, in the order of their names.\n";

inline constexpr const char* about_values =
    "BYTES is a number of bytes, or a number with K, M, G or T: powers of 1024 in all spellings (64M, 64 MiB, "
    "64MB). SECONDS is a number of seconds, or a number with s, m, h, d or w (90, 90s, 5m, 2h).\n";

inline constexpr const char* issuers_sample = "/usr/share/doc/tacit/issuers.sample";

inline constexpr const char* about_issuers_file =
    "Each issuer has a section [https://id.example.org], whose name equals the iss claim of its tokens.\n"
    "A line is name = value; lists are words separated by spaces. A # that begins a word starts a comment.\n"
    "A setting that would have no effect is an error.\n";

}  // namespace tacit::server
