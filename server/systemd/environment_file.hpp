// A file of environment variables as systemd's EnvironmentFile= reads it (systemd.exec(5)). Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tacit::server {

/// Name → value; of a name that is there twice the last. Lines that are comments (# or ;) or no NAME=VALUE are passed
/// over. Quotes around a value, or parts of it, are taken off; a backslash takes the next character as it is, and joins
/// lines at their end.
std::map<std::string, std::string> parse_environment_file(std::string_view text);

}  // namespace tacit::server
