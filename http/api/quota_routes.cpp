// A tenant's limits and use.
#include <utility>

#include "http/api/handlers.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/json_writer.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::http {

Handled get_quota(Exchange& exchange) {
  store::AuditContext who = exchange.audit();
  const auto quota = co_await exchange.services.store.tenants().quota(exchange.principal.tenant, std::move(who));
  if (refused(exchange, quota)) co_return;
  crypto::WipedBytes& body = exchange.response.body;
  body.append(R"({"limit":)");
  write_number(body, quota->limit);
  body.append(R"(,"used":)");
  write_number(body, quota->used);
  body.append(R"(,"count":)");
  write_number(body, quota->count);
  body.append(R"(,"count_limit":)");
  write_number(body, quota->count_limit);
  body.push_back('}');
}

}  // namespace tacit::http
