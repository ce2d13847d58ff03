// Reads the secrets of a JSON file: an array of objects as the API takes them (secret_name, secret_value, tool_name,
// tool_arg, is_default_for_tool, expires_at), or an object of names and values.
#pragma once

#include <string>
#include <string_view>

#include "server/client/new_secret.hpp"

namespace tacit::server {

/// In the order of the file. No tree is built, so a value is in memory only in its field. The error is a sentence
/// without a subject that repeats no value.
ParsedSecrets parse_json_secrets(std::string_view text);

}  // namespace tacit::server
