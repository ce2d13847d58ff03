// The request bodies: converts JSON to the store's types, or returns all faults.
#pragma once

#include <string_view>

#include "http/json/faults.hpp"
#include "store/model/release.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// `{"secret_name", "secret_value", "tool_name"?, "tool_arg"?, "is_default_for_tool"?}`
Parsed<store::NewSecret> parse_new_secret(std::string_view body);

/// The same fields, all optional, as is the body. Null clears `tool_name` and `tool_arg`, and leaves the others
/// unchanged.
Parsed<store::SecretUpdate> parse_secret_update(std::string_view body);

/// `{"user_id", "tool_name", "provided_args"?, "secrets"?}`. An argument that is both provided and named counts as
/// named. An unknown field is a fault, so that a typo cannot release anything.
Parsed<store::ResolveQuery> parse_resolve(std::string_view body);

}  // namespace tacit::http
