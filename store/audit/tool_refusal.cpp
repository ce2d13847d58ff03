// The audit entries of refused tools: the server refuses their identity, or a release refuses its request.
#include <memory>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"

namespace tacit::store {
namespace {

/// A refusal stands although there was no room to record it.
Async<void> unless_refusal_stands(Async<void> recording) {
  const auto recorded = co_await std::move(recording);
  if (!recorded && !refusal_stands(recorded.error())) co_return recorded.error();
  co_return Outcome<void>();
}

struct RefusalPlan {
  ContextPtr store;
  std::vector<AuditEvent> events;
  AuditContext who;
};

AuditEvent event_of(ToolRefusal refusal) {
  AuditEvent event;
  event.action = AuditAction::tool_refused;
  event.tenant = refusal.tenant;
  event.tool = std::move(refusal.tool);
  event.reason = std::move(refusal.reason);
  event.secrets = std::move(refusal.secrets);
  return event;
}

Task<Outcome<void>> append_all(Transaction& transaction, const RefusalPlan& plan) {
  for (const AuditEvent& event : plan.events) {
    const auto appended = co_await append_audit(transaction, event, plan.who);
    if (!appended) co_return appended;
  }
  co_return Outcome<void>();
}

}  // namespace

Async<void> AuditTrail::refuse_tools(std::vector<ToolRefusal> refusals, AuditContext who) {
  const auto plan = std::make_shared<RefusalPlan>();
  plan->store = context_;
  plan->who = std::move(who);
  std::size_t bytes = sizeof(RefusalPlan);
  for (ToolRefusal& refusal : refusals) {
    plan->events.push_back(event_of(std::move(refusal)));
    bytes += audit_bytes(plan->events.back(), plan->who);
  }
  WorkBody<void> body = [plan](Transaction& transaction) { return append_all(transaction, *plan); };
  const Growth growth = growth_of(AuditAction::tool_refused);
  return unless_refusal_stands(write<void>(*plan->store->engine, std::move(body), growth, bytes));
}

}  // namespace tacit::store
