// The audit entry of a refused tool: the server refuses its identity, or a release refuses its request.
#include "store/audit/audit_trail.hpp"
#include "store/engine/context.hpp"

namespace tacit::store {
namespace {

/// A refusal stands although there was no room to record it.
Async<void> unless_refusal_stands(Async<void> recording) {
  const auto recorded = co_await std::move(recording);
  if (!recorded && !refusal_stands(recorded.error())) co_return recorded.error();
  co_return Outcome<void>();
}

}  // namespace

Async<void> AuditTrail::refuse_tool(ToolRefusal refusal, AuditContext who) {
  AuditEvent event;
  event.action = AuditAction::tool_refused;
  event.tenant = refusal.tenant;
  event.tool = std::move(refusal.tool);
  event.reason = std::move(refusal.reason);
  event.secrets = std::move(refusal.secrets);
  return unless_refusal_stands(record(std::move(event), std::move(who)));
}

}  // namespace tacit::store
