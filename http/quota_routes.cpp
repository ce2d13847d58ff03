// What of its quota a tenant uses.
#include "http/handlers.hpp"
#include "http/json_writer.hpp"
#include "http/refusal.hpp"

namespace tacit::http {

Handled get_quota(Exchange& exchange) {
  const auto quota = co_await exchange.services.store.quota(exchange.principal.tenant);
  if (!quota) {
    const store::Failure failure = quota.error();
    co_await refuse(exchange, exchange.principal.tenant, failure);
    co_return;
  }
  crypto::WipedBytes& body = exchange.response.body;
  body.append(R"({"limit":)");
  write_number(body, quota->limit);
  body.append(R"(,"used":)");
  write_number(body, quota->used);
  body.append(R"(,"count":)");
  write_number(body, quota->count);
  body.push_back('}');
}

}  // namespace tacit::http
