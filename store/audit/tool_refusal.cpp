#include "store/audit/tool_refusal.hpp"

#include "store/audit/audit_trail.hpp"
#include "store/audit/recording.hpp"

namespace tacit::store {

Async<void> record_tool_refusal(ContextPtr store, ToolRefusal refusal, AuditContext who) {
  AuditEvent event;
  event.action = AuditAction::tool_refused;
  event.tenant = refusal.tenant;
  event.tool = std::move(refusal.tool);
  event.reason = std::move(refusal.reason);
  event.secrets = std::move(refusal.secrets);
  const auto recorded = co_await record_event(std::move(store), std::move(event), std::move(who));
  if (!recorded && !refusal_stands(recorded.error())) co_return recorded.error();
  co_return Outcome<void>();
}

Async<void> AuditTrail::refuse_tool(ToolRefusal refusal, AuditContext who) {
  return record_tool_refusal(context_, std::move(refusal), std::move(who));
}

}  // namespace tacit::store
