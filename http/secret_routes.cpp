// The five routes of secrets.
#include <memory>
#include <utility>

#include "http/bodies.hpp"
#include "http/handlers.hpp"
#include "http/list_query.hpp"
#include "http/list_stream.hpp"
#include "http/path_id.hpp"
#include "http/problem.hpp"
#include "http/secret_json.hpp"
#include "store/secrets.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t usual_secret_size = 512;  // of one SecretInfo, so that most answers are allocated once
constexpr std::size_t usual_list = 20;

void answer_secret(Exchange& exchange, const store::SecretInfo& secret) {
  exchange.response.body.reserve(usual_secret_size);
  write_secret(exchange.response.body, secret);
}

Parsed<crypto::Uuid> secret_id(const Exchange& exchange) { return parse_path_id(exchange.path_id, "secret_id"); }

}  // namespace

Handled create_secret(Exchange& exchange) {
  auto secret = parse_new_secret(exchange.body.text());
  if (!secret) {
    answer(exchange, secret.error());
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome =
      co_await exchange.services.store.secrets().create(exchange.principal.tenant, std::move(*secret), std::move(who));
  if (!outcome) {
    answer(exchange, outcome.error());
    co_return;
  }
  answer_secret(exchange, *outcome);
}

Handled list_secrets(Exchange& exchange) {
  auto query = parse_list_query(exchange.head.query);
  if (!query) {
    answer(exchange, query.error());
    co_return;
  }
  const bool paged = query->limit.has_value();
  store::AuditContext who = exchange.audit();
  std::unique_ptr<BodyStream> stream = std::make_unique<ListStream>(
      exchange.services.store.secrets().read(exchange.principal.tenant, std::move(*query), std::move(who)), paged,
      exchange);
  exchange.response.body.reserve(usual_secret_size * (usual_list + 1));
  co_await answer_streamed(exchange, std::move(stream));
}

Handled get_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  if (!id) {
    answer(exchange, id.error());
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().get(exchange.principal.tenant, *id, std::move(who));
  if (!outcome) {
    answer(exchange, outcome.error());
    co_return;
  }
  answer_secret(exchange, *outcome);
}

Handled update_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  auto update = parse_secret_update(exchange.body.text());
  if (!id || !update) {
    Faults faults = id ? Faults{} : id.error();
    const Faults of_body = update ? Faults{} : update.error();
    faults.insert(faults.end(), of_body.begin(), of_body.end());
    answer(exchange, faults);
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().update(exchange.principal.tenant, *id, std::move(*update),
                                                                   std::move(who));
  if (!outcome) {
    answer(exchange, outcome.error());
    co_return;
  }
  answer_secret(exchange, *outcome);
}

Handled delete_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  if (!id) {
    answer(exchange, id.error());
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().remove(exchange.principal.tenant, *id, std::move(who));
  if (!outcome) {
    answer(exchange, outcome.error());
    co_return;
  }
  answer_secret(exchange, *outcome);
}

}  // namespace tacit::http
