#include "store/audit/recording.hpp"

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"

namespace tacit::store {
namespace {

struct EventPlan {
  ContextPtr store;
  AuditEvent event;
  AuditContext who;
};

}  // namespace

Async<void> AuditTrail::record(AuditEvent event, AuditContext who) {
  const auto plan = std::make_shared<const EventPlan>(EventPlan{context_, std::move(event), std::move(who)});
  WorkBody<void> body = [plan](Transaction& transaction) { return append_audit(transaction, plan->event, plan->who); };
  const std::size_t bytes = sizeof(EventPlan) + audit_bytes(plan->event, plan->who);
  return write<void>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
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
  const CurrentContext context(std::move(store));
  AuditTrail audit(context);
  co_await audit.record(std::move(event), std::move(who));
}

}  // namespace tacit::store
