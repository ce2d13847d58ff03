// A file of environment variables as systemd's EnvironmentFile= reads it (systemd.exec(5)). Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tacit::server {

/// Name → value; the last value of a repeated name. Comments (# or ;) and lines that are not NAME=VALUE are skipped.
/// Quotes around a value or parts of it are removed. A backslash escapes the next character, and joins lines at their
/// end.
std::map<std::string, std::string> parse_environment_file(std::string_view text);

}  // namespace tacit::server
