// The audit entry of a refused tool: refused for its identity, by the server, or for what it asked, by a release.
#pragma once

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Writes the entry, "tool.refused", durably. Fails with what is to be answered instead of the refusal; not for want of
/// room alone (refusal_stands).
Async<void> record_tool_refusal(ContextPtr store, ToolRefusal refusal, AuditContext who);

}  // namespace tacit::store
