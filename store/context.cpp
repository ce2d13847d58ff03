#include "store/context.hpp"

#include "store/audit_log.hpp"

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
  WriteTerms terms;
  terms.growth = Growth::logs;
  terms.bytes = 512;
  co_return co_await write<void>(*store->engine, std::move(body), terms);
}

boost::asio::awaitable<void> record_if_altered(ContextPtr store, crypto::Uuid tenant, Failure failure, std::string tool,
                                               AuditContext who) {
  if (failure.code != Errc::integrity) co_return;
  AuditEvent event;
  event.action = "secret.integrity";
  event.outcome = "failed";
  event.tenant = tenant;
  if (failure.secret) event.secrets.push_back(*failure.secret);
  event.tool = std::move(tool);
  event.reason = std::move(failure.subject);
  // If the log cannot take it, the caller still learns of the failure and logs it.
  co_await record_event(std::move(store), std::move(event), std::move(who));
}

}  // namespace tacit::store
