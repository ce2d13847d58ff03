#include "store/audit/recording.hpp"

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"

namespace tacit::store {
namespace {

struct EventPlan {
  AuditEvent event;
  AuditContext who;
};

}  // namespace

Async<void> record_event(ContextPtr store, AuditEvent event, AuditContext who) {
  const auto plan = std::make_shared<const EventPlan>(EventPlan{std::move(event), std::move(who)});
  WorkBody<void> body = [plan](Transaction& transaction) { return append_audit(transaction, plan->event, plan->who); };
  const std::size_t bytes = sizeof(EventPlan) + audit_bytes(plan->event, plan->who);
  co_return co_await write<void>(*store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

boost::asio::awaitable<void> record_if_altered(ContextPtr store, crypto::Uuid tenant, Failure failure, std::string tool,
                                               AuditContext who, AuditAction action) {
  if (failure.code != Errc::integrity) co_return;
  AuditEvent event;
  event.action = action;
  event.tenant = tenant;
  if (failure.secret) event.secrets.push_back(*failure.secret);
  event.tool = std::move(tool);
  event.reason = std::move(failure.subject);
  // If this fails, the caller still gets the failure and logs it.
  co_await record_event(std::move(store), std::move(event), std::move(who));
}

Async<void> AuditTrail::record(AuditEvent event, AuditContext who) {
  return record_event(context_, std::move(event), std::move(who));
}

}  // namespace tacit::store
