// Audit entries as commands print them.
#pragma once

#include <string>
#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::server {

/// One readable line, without its end: time, sequence, action, outcome, actor, then what else there is as name=value.
/// Nothing in it can drive a terminal.
std::string audit_line(const store::AuditRecord& record);

/// One JSON object, without a line's end: `{"sequence":…,"hash":"…",` and then the entry's body byte for byte, less its
/// `{`. So the chain can be followed by this text alone: the hash is SHA-256(hash before ‖ sequence ‖ `{` and what
/// follows the hash's comma). An entry that does not fit the chain has `fault` and, as text, `stored`.
std::string audit_json(const store::AuditRecord& record);

/// The same JSON for a terminal: what could drive one is written as \u escapes.
std::string escaped_for_terminal(std::string_view json);

}  // namespace tacit::server
