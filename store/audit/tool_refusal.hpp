// The audit entry of a refused tool: the server refuses its identity, or a release refuses its request.
#pragma once

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Writes the entry, "tool.refused", durably. On failure, returns the error to answer instead of the refusal; a lack of
/// room alone is not a failure (refusal_stands).
Async<void> record_tool_refusal(ContextPtr store, ToolRefusal refusal, AuditContext who);

}  // namespace tacit::store
