// The tool plane's route: the values that a tool may use.
#include <utility>

#include "http/api/handlers.hpp"
#include "http/api/released_values.hpp"
#include "http/api/request_bodies.hpp"
#include "http/exchange/problem.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::http {
namespace {

bool is_granted(const Exchange& exchange, std::string_view tool_name) {
  const auto* const identities = exchange.services.tool_identities;
  return identities != nullptr && (*identities)->may_use(exchange.tool_identity, tool_name);
}

/// Refuses, and records the reason in the audit.
Handled refuse_tool(Exchange& exchange, const store::ResolveQuery& query, Problem problem, std::string_view reason) {
  store::ToolRefusal refusal;
  refusal.tenant = query.tenant;
  refusal.tool = query.tool_name;
  refusal.reason = exchange.note = reason;
  store::AuditContext who = exchange.audit();
  const auto recorded = co_await exchange.services.store.audit().refuse_tool(std::move(refusal), std::move(who));
  if (!recorded) {
    answer(exchange, recorded.error());
  } else if (problem == Problem::certificate_refused) {
    answer(exchange, problem);
  } else {
    answer_tool_refused(exchange, problem, query.tool_name);
  }
}

}  // namespace

Handled resolve_tool(Exchange& exchange) {
  auto query = parse_resolve(exchange.body.text());
  if (!query) {
    if (exchange.certificate_fault.empty()) {
      answer(exchange, query.error());
    } else {
      answer(exchange, Problem::certificate_refused);
    }
    co_return;
  }
  if (!exchange.certificate_fault.empty()) {
    const std::string_view fault = exchange.certificate_fault;
    co_await refuse_tool(exchange, *query, Problem::certificate_refused, fault);
    co_return;
  }
  if (!is_granted(exchange, query->tool_name)) {
    co_await refuse_tool(exchange, *query, Problem::tool_not_granted, "not_granted");
    co_return;
  }
  if (exchange.services.tool_user_token && exchange.principal.tenant != query->tenant) {
    co_await refuse_tool(exchange, *query, Problem::other_user, "other_user");
    co_return;
  }
  std::string tool = query->tool_name;
  store::AuditContext who = exchange.audit();
  auto released = co_await exchange.services.store.secrets().resolve(std::move(*query), std::move(who));
  if (!released) {
    const store::Failure& failure = released.error();
    answer(exchange, failure);
    if (failure.code == store::Errc::not_allowed) {
      answer_tool_refused(exchange, Problem::secret_not_allowed, tool, failure.subject);
    }
    co_return;
  }
  exchange.released = static_cast<std::uint32_t>(released->size());
  co_await write_arguments(exchange.response.body, *released);
}

}  // namespace tacit::http
