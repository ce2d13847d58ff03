// The request bodies: from JSON to what the store takes, or all that is wrong with them.
#pragma once

#include <string_view>

#include "http/json/faults.hpp"
#include "store/model/release.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// `{"secret_name", "secret_value", "tool_name"?, "tool_arg"?, "is_default_for_tool"?}`
Parsed<store::NewSecret> parse_new_secret(std::string_view body);

/// The same fields, each of which may be left out, as may the body. Null clears `tool_name` and `tool_arg`, and leaves
/// the others as they are.
Parsed<store::SecretUpdate> parse_secret_update(std::string_view body);

/// `{"user_id", "tool_name", "provided_args"?, "secrets"?}`. An argument that is both provided and named counts as
/// named. A field that there is not is a fault: a typo must not release anything.
Parsed<store::ResolveQuery> parse_resolve(std::string_view body);

}  // namespace tacit::http
