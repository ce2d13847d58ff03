#include "http/refusal.hpp"

#include "http/problem.hpp"

namespace tacit::http {

boost::asio::awaitable<void> refuse(Exchange& exchange, crypto::Uuid tenant, const store::Failure& failure) {
  if (failure.code == store::Errc::integrity) {
    store::AuditEvent event;
    event.action = "secret.integrity";
    event.outcome = "failed";
    event.tenant = tenant;
    if (failure.secret) event.secrets.push_back(*failure.secret);
    event.reason = failure.subject;
    store::AuditContext who = exchange.audit();
    // The answer is the same if the audit fails: what was altered is not used either way.
    const auto recorded = co_await exchange.services.store.record(std::move(event), std::move(who));
    static_cast<void>(recorded);
  }
  answer(exchange, failure);
}

}  // namespace tacit::http
