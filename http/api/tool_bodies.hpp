// The request bodies of the tool plane. An unknown field is a fault there, so that a typo cannot release anything.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "http/json/faults.hpp"
#include "store/model/release.hpp"

namespace tacit::http {

/// What one tool asks for.
struct ToolRequest : store::ResolveQuery {
  bool tells_missing = false;  ///< the answer says what is missing
};

/// `{"user_id", "tool_name", "provided_args"?, "secrets"?, "wanted_args"?}`. An argument that is both provided and
/// named counts as named.
Parsed<ToolRequest> parse_resolve(std::string_view body);

struct ToolRequests {
  crypto::Uuid tenant;
  std::vector<ToolRequest> tools;  ///< at least one
};

/// `{"user_id", "tools": [{"tool_name", …}, …]}`
Parsed<ToolRequests> parse_resolve_many(std::string_view body);

/// `{"user_id", "tool_name", "secret_id", "outcome": "rejected_upstream"}`
Parsed<store::UseReport> parse_report(std::string_view body);

}  // namespace tacit::http
