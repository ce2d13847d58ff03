// What monitors and client generators ask, without a credential.
#include "http/handlers.hpp"
#include "http/openapi.hpp"
#include "http/problem.hpp"

namespace tacit::http {

// Says that the process serves, not that the store does: a load balancer asks this all the time.
Handled get_health(Exchange& exchange) {
  exchange.response.body.append(R"({"status":"ok"})");
  co_return;
}

Handled get_readiness(Exchange& exchange) {
  const std::atomic<bool>* stopping = exchange.services.stopping;
  if (stopping != nullptr && stopping->load(std::memory_order_relaxed)) {
    answer(exchange, Problem::draining);
    co_return;
  }
  if (auto why = exchange.services.store.unwilling()) {
    answer(exchange, Problem::store_unavailable);
    exchange.note = std::move(*why);
    co_return;
  }
  exchange.response.body.append(R"({"status":"ready"})");
}

Handled get_resource_metadata(Exchange& exchange) {
  const std::string& document = exchange.services.resource.document();
  if (document.empty()) {
    answer(exchange, Problem::not_found);
  } else {
    exchange.response.body.append(document);
  }
  co_return;
}

Handled get_metrics(Exchange& exchange) {
  if (exchange.services.metrics == nullptr) {
    answer(exchange, Problem::not_found);
    co_return;
  }
  exchange.response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  exchange.response.body.append(exchange.services.metrics->text());
}

Handled get_openapi(Exchange& exchange) {
  exchange.response.body.append(openapi_document());
  co_return;
}

}  // namespace tacit::http
