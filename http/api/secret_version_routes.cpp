// The routes of a secret's versions.
#include <utility>

#include "http/api/change_terms.hpp"
#include "http/api/handlers.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query_parameters.hpp"
#include "http/api/request_bodies.hpp"
#include "http/api/secret_answer.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::http {
namespace {

Parsed<crypto::Uuid> secret_id(const Exchange& exchange) { return parse_path_id(exchange.path_id, "secret_id"); }

}  // namespace

Handled list_versions(Exchange& exchange) {
  const auto id = secret_id(exchange);
  if (refused(exchange, id)) co_return;
  store::AuditContext who = exchange.audit();
  const auto versions =
      co_await exchange.services.store.secrets().versions(exchange.principal.tenant, *id, std::move(who));
  if (refused(exchange, versions)) co_return;
  crypto::WipedBytes& body = exchange.response.body;
  body.append(R"({"data":[)");
  for (const store::SecretVersion& version : *versions) {
    if (&version != &versions->front()) body.push_back(',');
    write_version(body, version);
  }
  body.append("]}");
}

Handled roll_back(Exchange& exchange) {
  auto terms = co_await repeatable_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto id = secret_id(exchange);
  const auto view = parse_view(exchange.head.query);
  const auto version = parse_rollback(exchange.body.text());
  if (!id || !view || !version) {
    answer(exchange, all_faults(id, view, version));
    co_return;
  }
  terms->with_last_use = view->full;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().rollback(
      exchange.principal.tenant, *id, version->value, std::move(who), std::move(*terms));
  if (refused(exchange, outcome)) co_return;
  if (outcome->replayed) note_replay(exchange);
  answer_secret(exchange, outcome->secret, view->full);
}

Handled delete_version(Exchange& exchange) {
  auto terms = change_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto id = secret_id(exchange);
  const auto version = parse_path_number(exchange.path_number, "version");
  if (!id || !version) {
    answer(exchange, all_faults(id, version));
    co_return;
  }
  store::AuditContext who = exchange.audit();
  const auto removed = co_await exchange.services.store.secrets().remove_version(
      exchange.principal.tenant, *id, version->value, std::move(who), std::move(*terms));
  if (refused(exchange, removed)) co_return;
  write_version(exchange.response.body, *removed);
}

}  // namespace tacit::http
