// The tool plane's routes: the values that tools may use, and what became of them.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/api/handlers.hpp"
#include "http/api/released_values.hpp"
#include "http/api/tool_bodies.hpp"
#include "http/exchange/problem.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/secrets/releases.hpp"

namespace tacit::http {
namespace {

bool is_granted(const Exchange& exchange, std::string_view tool_name) {
  const auto* const identities = exchange.services.tool_identities;
  return identities != nullptr && (*identities)->may_use(exchange.tool_identity, tool_name);
}

/// The name of the runtime that owners of secrets see. Only for a granted tool.
std::string label_of(const Exchange& exchange) {
  return std::string((*exchange.services.tool_identities)->label_of(exchange.tool_identity));
}

/// Answers what is wrong with the body. A certificate that is not valid outranks it.
template <class T>
bool refused_body(Exchange& exchange, const Parsed<T>& body) {
  if (body) return false;
  if (exchange.certificate_fault.empty()) {
    answer(exchange, body.error());
  } else {
    answer(exchange, Problem::certificate_refused);
  }
  return true;
}

store::ToolRefusal refusal_of(crypto::Uuid tenant, std::string tool, std::string_view reason) {
  store::ToolRefusal refusal;
  refusal.tenant = tenant;
  refusal.tool = std::move(tool);
  refusal.reason = reason;
  return refusal;
}

/// Refuses all tools that were asked for, and records each with the reason in the audit: a tool that is not granted
/// outranks another user. The answer names the first.
Handled refuse_tools(Exchange& exchange, crypto::Uuid tenant, std::vector<std::string> tools, Problem problem,
                     std::string_view reason) {
  exchange.note = reason;
  std::vector<store::ToolRefusal> refusals;
  for (const std::string& tool : tools) {
    const bool outranked = problem == Problem::other_user && !is_granted(exchange, tool);
    refusals.push_back(refusal_of(tenant, tool, outranked ? "not_granted" : reason));
  }
  store::AuditContext who = exchange.audit();
  const auto recorded = co_await exchange.services.store.audit().refuse_tools(std::move(refusals), std::move(who));
  if (!recorded) {
    answer(exchange, recorded.error());
  } else if (problem == Problem::certificate_refused) {
    answer(exchange, problem);
  } else {
    answer_tool_refused(exchange, problem, tools.front());
  }
}

/// Whether the caller may ask for tools of the tenant at all. Otherwise that was answered.
boost::asio::awaitable<bool> admit_runtime(Exchange& exchange, crypto::Uuid tenant, std::vector<std::string> tools) {
  if (!exchange.certificate_fault.empty()) {
    const std::string_view fault = exchange.certificate_fault;
    co_await refuse_tools(exchange, tenant, std::move(tools), Problem::certificate_refused, fault);
    co_return false;
  }
  if (!exchange.services.tool_user_token || exchange.principal.tenant == tenant) co_return true;
  co_await refuse_tools(exchange, tenant, std::move(tools), Problem::other_user, "other_user");
  co_return false;
}

/// The same for one tool, which must be granted. A tool that is not granted outranks another user.
boost::asio::awaitable<bool> admit_tool(Exchange& exchange, crypto::Uuid tenant, std::string tool) {
  std::vector<std::string> tools(1);
  tools.front() = std::move(tool);
  if (exchange.certificate_fault.empty() && !is_granted(exchange, tools.front())) {
    co_await refuse_tools(exchange, tenant, std::move(tools), Problem::tool_not_granted, "not_granted");
    co_return false;
  }
  const bool admitted = co_await admit_runtime(exchange, tenant, std::move(tools));
  co_return admitted;
}

std::vector<std::string> names_of(const ToolRequests& requests) {
  std::vector<std::string> names;
  for (const ToolRequest& request : requests.tools) names.push_back(request.tool_name);
  return names;
}

constexpr std::string_view word_of(store::WithheldReason reason) {
  switch (reason) {
    case store::WithheldReason::not_found:
      return "not_found";
    case store::WithheldReason::expired:
      return "expired";
    case store::WithheldReason::not_bound:
      break;
  }
  return "not_bound";
}

/// `"name" for the argument "argument" (not_found); …`
std::string list_withheld(const std::vector<store::WithheldSecret>& withheld) {
  std::string text;
  for (const store::WithheldSecret& secret : withheld) {
    if (!text.empty()) text.append("; ");
    text.append("\"").append(secret.secret_name).append("\" for the argument \"").append(secret.argument);
    text.append("\" (").append(word_of(secret.reason)).append(")");
  }
  return text;
}

/// What the owner's console is reached by.
std::string public_url(const Exchange& exchange) { return resource_of(exchange.services).url(); }

/// Turns what the store released to a tool into its part of the answer.
void take_released(Exchange& exchange, store::ReleasedTool& released, ToolAnswer& part) {
  if (!released.withheld.empty()) {
    part.refusal =
        tool_refusal(exchange, Problem::secret_not_allowed, part.tool_name, list_withheld(released.withheld));
  } else if (released.too_many) {
    part.refusal = "More than " + std::to_string(store::most_arguments) +
                   " of the tenant's secrets fill arguments of this tool; name fewer or provide some.";
  } else {
    exchange.released += static_cast<std::uint32_t>(released.values.size());
    part.released = std::move(released);
  }
}

/// Records the refusals of tools that are not granted, in one transaction. Returns a query for the others;
/// std::nullopt: the refusals could not be recorded, which was answered.
boost::asio::awaitable<std::optional<store::ResolveManyQuery>> granted_tools(Exchange& exchange, ToolRequests& requests,
                                                                             std::vector<ToolAnswer>& answers) {
  std::optional<store::ResolveManyQuery> query(std::in_place);
  query->tenant = requests.tenant;
  std::vector<store::ToolRefusal> refusals;
  for (ToolRequest& request : requests.tools) {
    ToolAnswer& part = answers.emplace_back();
    part.tool_name = request.tool_name;
    part.tells_missing = true;
    if (is_granted(exchange, request.tool_name)) {
      request.runtime = label_of(exchange);
      query->tools.push_back(std::move(static_cast<store::ResolveQuery&>(request)));
    } else {
      part.refusal = tool_refusal(exchange, Problem::tool_not_granted, request.tool_name);
      refusals.push_back(refusal_of(requests.tenant, request.tool_name, "not_granted"));
    }
  }
  if (refusals.empty()) co_return query;
  exchange.note = "not_granted";
  store::AuditContext who = exchange.audit();
  const auto recorded = co_await exchange.services.store.audit().refuse_tools(std::move(refusals), std::move(who));
  if (!recorded) {
    answer(exchange, recorded.error());
    query.reset();
  }
  co_return query;
}

Handled answer_released(Exchange& exchange, std::vector<ToolAnswer> answers, ReleasedValues::Form form) {
  std::unique_ptr<BodyStream> stream = std::make_unique<ReleasedValues>(std::move(answers), form, public_url(exchange));
  co_await answer_streamed(exchange, std::move(stream));
}

}  // namespace

Handled resolve_tool(Exchange& exchange) {
  auto request = parse_resolve(exchange.body.text());
  if (refused_body(exchange, request)) co_return;
  const bool admitted = co_await admit_tool(exchange, request->tenant, request->tool_name);
  if (!admitted) co_return;
  std::vector<ToolAnswer> answers(1);
  answers.front().tool_name = request->tool_name;
  answers.front().tells_missing = request->tells_missing;
  request->runtime = label_of(exchange);
  store::ResolveQuery query = std::move(static_cast<store::ResolveQuery&>(*request));
  store::AuditContext who = exchange.audit();
  auto released = co_await exchange.services.store.releases().resolve(std::move(query), std::move(who));
  if (refused(exchange, released)) co_return;
  if (released->too_many) {
    exchange.note = store::to_string(store::Errc::too_many_arguments);
    answer(exchange, Faults{too_many_arguments(Loc{"body", "tool_name"})});
  } else if (!released->withheld.empty()) {
    exchange.note = store::to_string(store::Errc::not_allowed);
    answer_tool_refused(exchange, Problem::secret_not_allowed, answers.front().tool_name,
                        list_withheld(released->withheld));
  } else {
    take_released(exchange, *released, answers.front());
    co_await answer_released(exchange, std::move(answers), ReleasedValues::Form::one_tool);
  }
}

Handled resolve_tools(Exchange& exchange) {
  auto requests = parse_resolve_many(exchange.body.text());
  if (refused_body(exchange, requests)) co_return;
  const bool admitted = co_await admit_runtime(exchange, requests->tenant, names_of(*requests));
  if (!admitted) co_return;
  std::vector<ToolAnswer> answers;
  answers.reserve(requests->tools.size());
  auto query = co_await granted_tools(exchange, *requests, answers);
  if (!query) co_return;
  if (!query->tools.empty()) {
    store::AuditContext who = exchange.audit();
    auto released = co_await exchange.services.store.releases().resolve_many(std::move(*query), std::move(who));
    if (refused(exchange, released)) co_return;
    auto next = released->begin();
    for (ToolAnswer& part : answers) {
      if (part.refusal.empty()) take_released(exchange, *next++, part);
    }
  }
  co_await answer_released(exchange, std::move(answers), ReleasedValues::Form::several);
}

Handled report_use(Exchange& exchange) {
  auto report = parse_report(exchange.body.text());
  if (refused_body(exchange, report)) co_return;
  const bool admitted = co_await admit_tool(exchange, report->tenant, report->tool_name);
  if (!admitted) co_return;
  report->runtime = label_of(exchange);
  store::AuditContext who = exchange.audit();
  const auto noted = co_await exchange.services.store.releases().report(std::move(*report), std::move(who));
  if (refused(exchange, noted)) co_return;
  exchange.response.status = 204;
}

}  // namespace tacit::http
