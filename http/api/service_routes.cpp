// The routes for monitors and client generators, without a credential.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/time/unix_time.hpp"
#include "http/api/handlers.hpp"
#include "http/api/openapi.hpp"
#include "http/api/readiness.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/json_writer.hpp"
#include "http/tls/certificate_watch.hpp"
#include "store/health.hpp"

namespace tacit::http {
namespace {

/// Adds members to the object in a problem's body.
void add_reasons(crypto::WipedBytes& body, const std::vector<std::string>& reasons) {
  body.resize(body.size() - 1);
  body.append(R"(,"status":"not ready","reasons":[)");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (i > 0) body.push_back(',');
    write_text(body, reasons[i]);
  }
  body.append("]}");
}

/// Conditions that an operator has to fix before they lock out clients: damage, lack of room, then certificates; and
/// what a watch of the store found. `warning` is the first of them, for monitors that read only one.
std::vector<std::string> warnings_of(const Exchange& exchange, const std::optional<std::string>& of_room) {
  const Services& services = exchange.services;
  std::vector<std::string> warnings;
  const auto add = [&warnings](const std::vector<std::string>& more) {
    warnings.insert(warnings.end(), more.begin(), more.end());
  };
  if (auto damage = services.store.health().state().damage()) warnings.push_back(std::move(*damage));
  if (of_room) warnings.push_back(*of_room);
  if (services.certificates != nullptr) {
    add(services.certificates->warnings(exchange.plane, crypto::seconds_now()));
  }
  const auto of_store = services.store_warnings != nullptr ? services.store_warnings->get() : nullptr;
  if (of_store != nullptr) add(*of_store);
  return warnings;
}

void answer_ready(crypto::WipedBytes& body, const std::vector<std::string>& warnings) {
  body.append(R"({"status":"ready")");
  if (!warnings.empty()) {
    body.append(R"(,"warning":)");
    write_text(body, warnings.front());
    body.append(R"(,"warnings":[)");
    for (std::size_t i = 0; i < warnings.size(); ++i) {
      if (i > 0) body.push_back(',');
      write_text(body, warnings[i]);
    }
    body.push_back(']');
  }
  body.push_back('}');
}

}  // namespace

// Reports that the process serves, without asking the store: load balancers poll this route.
Handled get_health(Exchange& exchange) {
  exchange.response.body.append(R"({"status":"ok"})");
  co_return;
}

// Reports whether a balancer should send clients here; if not, the reasons for people, in addition to the sentence.
Handled get_readiness(Exchange& exchange) {
  const std::atomic<bool>* stopping = exchange.services.stopping;
  const bool draining = stopping != nullptr && stopping->load(std::memory_order_relaxed);
  const store::Store& store = exchange.services.store;
  const store::Room room = store.health().state().room();
  const std::vector<std::string> reasons =
      reasons_not_ready(exchange.plane, store, room, draining, exchange.services.serves_api);
  if (reasons.empty()) {
    answer_ready(exchange.response.body, warnings_of(exchange, room.warning));
    co_return;
  }
  answer(exchange, draining ? Problem::draining : Problem::store_unavailable);
  exchange.note = reasons.front();
  add_reasons(exchange.response.body, reasons);
}

Handled get_resource_metadata(Exchange& exchange) {
  const std::string& document = resource_of(exchange.services).document();
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
  exchange.response.body.append(openapi_document(exchange.plane));
  co_return;
}

}  // namespace tacit::http
