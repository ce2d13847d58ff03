// The route of a batch: several new secrets, all or none.
#include <utility>
#include <vector>

#include "http/api/change_terms.hpp"
#include "http/api/handlers.hpp"
#include "http/api/query_parameters.hpp"
#include "http/api/request_bodies.hpp"
#include "http/api/secret_answer.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::http {
namespace {

/// At most 64 secrets: some 700 KB, if their names are as long as they may be.
void answer_batch(Exchange& exchange, const store::ChangedSecrets& made, bool full) {
  if (made.replayed) note_replay(exchange);
  crypto::WipedBytes& body = exchange.response.body;
  body.reserve(usual_secret_size * (made.secrets.size() + 1));
  body.append(R"({"data":[)");
  for (const store::SecretInfo& secret : made.secrets) {
    if (&secret != &made.secrets.front()) body.push_back(',');
    if (full) {
      write_full_secret(body, secret);
    } else {
      write_secret(body, secret);
    }
  }
  body.append("]}");
}

/// Reads the new secrets, with the terms of their change.
RepeatableBody<std::vector<store::NewSecret>> read_batch(const Exchange& exchange, store::ChangeTerms& terms) {
  const auto read = [&](const SecretRules& rules) { return parse_batch(exchange.body.text(), rules); };
  const SecretRules rules{.value_limit = exchange.services.value_limit, .now = store::now_microseconds()};
  return {read, rules, terms};
}

}  // namespace

Handled create_batch(Exchange& exchange) {
  auto terms = co_await repeatable_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto view = parse_view(exchange.head.query);
  auto secrets = read_batch(exchange, *terms);
  if (!view || !secrets.body) {
    answer(exchange, all_faults(view, secrets.body));
    co_return;
  }
  terms->with_last_use = view->full;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().create_batch(
      exchange.principal.tenant, std::move(*secrets.body), std::move(who), std::move(*terms));
  if (!outcome && secrets.is_wrong(outcome.error())) {
    answer(exchange, secrets.faults);
    co_return;
  }
  if (refused(exchange, outcome)) co_return;
  answer_batch(exchange, *outcome, view->full);
}

}  // namespace tacit::http
