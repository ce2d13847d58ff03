// Sentences that the help texts and the manual pages share.
#pragma once

namespace tacit::server {

inline constexpr const char* what_tacit_is =
    "Tacit keeps secrets that its API never shows again, and hands them to the tools they are for.";

inline constexpr const char* exit_codes =
    "0 it worked; 1 it did not, or problems were found; 2 the command line or configuration is wrong.";

inline constexpr const char* order_of_sources =
    "Settings are read from the configuration file, then from the environment, then from the command line;\n"
    "what comes later wins. In a file they are written without the dashes (threads = 4).\n"
    "After FILE its drop-ins are read, FILE.d/*.conf, in the order of their names.\n";

inline constexpr const char* about_values =
    "BYTES is a number of bytes, or a number with K, M, G or T: powers of 1024, however they are written (64M, 64 MiB, "
    "64MB). SECONDS is a number of seconds, or a number with s, m, h, d or w (90, 90s, 5m, 2h).\n";

inline constexpr const char* issuers_sample = "/usr/share/doc/tacit/issuers.sample";

inline constexpr const char* about_issuers_file =
    "A section [https://id.example.org] for each issuer, headed by exactly what its tokens have as iss.\n"
    "In it name = value; lists are words with spaces between. A # that begins a word starts a comment.\n"
    "A setting that would have no effect is an error.\n";

}  // namespace tacit::server
