// The routes of one secret and of the list.
#include <memory>
#include <utility>

#include "http/api/change_terms.hpp"
#include "http/api/entity_tags.hpp"
#include "http/api/handlers.hpp"
#include "http/api/list_cursor.hpp"
#include "http/api/list_query.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query_parameters.hpp"
#include "http/api/reader_stream.hpp"
#include "http/api/request_bodies.hpp"
#include "http/api/secret_answer.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/secret_list_reader.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t usual_list = 20;

template <auto write>
class SecretListStream final : public ReaderStream<store::SecretListReader, write> {
 public:
  /// `paged`: with `next_cursor`.
  SecretListStream(store::SecretListReader reader, bool paged, Exchange& exchange)
      : ReaderStream<store::SecretListReader, write>(std::move(reader), exchange), paged_(paged) {}

 private:
  void write_members(crypto::WipedBytes& out) const override {
    if (this->reader().altered_uses()) note_damage(this->exchange_);
    if (!paged_) return;
    out.append(R"(,"next_cursor":)");
    write_list_cursor(out, this->reader().next_page());
  }

  bool paged_;
};

std::unique_ptr<BodyStream> stream_of(store::SecretListReader reader, bool paged, bool full, Exchange& exchange) {
  if (full) return std::make_unique<SecretListStream<write_full_secret>>(std::move(reader), paged, exchange);
  return std::make_unique<SecretListStream<write_secret>>(std::move(reader), paged, exchange);
}

Parsed<crypto::Uuid> secret_id(const Exchange& exchange) { return parse_path_id(exchange.path_id, "secret_id"); }

SecretRules rules_at(const Exchange& exchange, std::int64_t now) {
  return {.value_limit = exchange.services.value_limit, .now = now};
}

/// Reads a new secret, with the terms of its change.
RepeatableBody<store::NewSecret> read_new_secret(const Exchange& exchange, store::ChangeTerms& terms) {
  const auto read = [&](const SecretRules& rules) { return parse_new_secret(exchange.body.text(), rules); };
  return {read, rules_at(exchange, store::now_microseconds()), terms};
}

/// Answers what was created, replaced or changed, or why it was not.
void answer_changed(Exchange& exchange, const store::Outcome<store::ChangedSecret>& outcome, bool full) {
  if (refused(exchange, outcome)) return;
  if (outcome->replayed) note_replay(exchange);
  answer_secret(exchange, outcome->secret, full);
}

/// Answers the conditions of a GET that say that the secret itself is not wanted. True: they do.
bool condition_answers(Exchange& exchange, std::int64_t state, bool full) {
  const RequestHead& head = exchange.head;
  const auto wanted = head.has_if_match ? parse_entity_tags(head.if_match) : std::nullopt;
  const auto known = head.has_if_none_match ? parse_entity_tags(head.if_none_match) : std::nullopt;
  if (head.has_if_match != wanted.has_value() || head.has_if_none_match != known.has_value()) {
    answer(exchange, Problem::condition_malformed);
    return true;
  }
  if (wanted && !wanted->names(state)) {
    answer(exchange, Problem::precondition_failed);
    return true;
  }
  // In the full view the last use changes without a new state.
  if (!known || full || !known->names_weakly(state)) return false;
  exchange.response.status = 304;
  append_entity_tag(exchange.response.headers, state);
  return true;
}

}  // namespace

Handled create_secret(Exchange& exchange) {
  auto terms = co_await repeatable_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto view = parse_view(exchange.head.query);
  auto secret = read_new_secret(exchange, *terms);
  if (!view || !secret.body) {
    answer(exchange, all_faults(view, secret.body));
    co_return;
  }
  terms->with_last_use = view->full;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().create(
      exchange.principal.tenant, std::move(*secret.body), std::move(who), std::move(*terms));
  if (!outcome && secret.is_wrong(outcome.error())) {
    answer(exchange, secret.faults);
    co_return;
  }
  answer_changed(exchange, outcome, view->full);
}

Handled put_secret(Exchange& exchange) {
  auto terms = change_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto view = parse_view(exchange.head.query);
  auto secret = parse_new_secret(exchange.body.text(), rules_at(exchange, store::now_microseconds()));
  if (!view || !secret) {
    answer(exchange, all_faults(view, secret));
    co_return;
  }
  terms->with_last_use = view->full;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().put_by_name(
      exchange.principal.tenant, std::move(*secret), std::move(who), std::move(*terms));
  answer_changed(exchange, outcome, view->full);
}

Handled list_secrets(Exchange& exchange) {
  auto query = parse_list_query(exchange.head.query);
  if (refused(exchange, query)) co_return;
  const bool paged = query->limit.has_value();
  const bool full = query->with_last_use;
  store::AuditContext who = exchange.audit();
  std::unique_ptr<BodyStream> stream =
      stream_of(exchange.services.store.secrets().read(exchange.principal.tenant, std::move(*query), std::move(who)),
                paged, full, exchange);
  exchange.response.body.reserve(usual_secret_size * (usual_list + 1));
  co_await answer_streamed(exchange, std::move(stream));
}

Handled get_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  const auto view = parse_view(exchange.head.query);
  if (!id || !view) {
    answer(exchange, all_faults(id, view));
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome =
      co_await exchange.services.store.secrets().get(exchange.principal.tenant, *id, std::move(who), view->full);
  if (refused(exchange, outcome)) co_return;
  const bool has_condition = exchange.head.has_if_match || exchange.head.has_if_none_match;
  if (has_condition && condition_answers(exchange, outcome->updated_at, view->full)) co_return;
  answer_secret(exchange, *outcome, view->full);
}

Handled update_secret(Exchange& exchange) {
  auto terms = change_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto id = secret_id(exchange);
  const auto view = parse_view(exchange.head.query);
  auto update = parse_secret_update(exchange.body.text(), rules_at(exchange, store::now_microseconds()));
  if (!id || !view || !update) {
    answer(exchange, all_faults(id, view, update));
    co_return;
  }
  terms->with_last_use = view->full;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().update(
      exchange.principal.tenant, *id, std::move(*update), std::move(who), std::move(*terms));
  answer_changed(exchange, outcome, view->full);
}

Handled delete_secret(Exchange& exchange) {
  auto terms = change_terms(exchange);
  if (refused(exchange, terms)) co_return;
  const auto id = secret_id(exchange);
  if (refused(exchange, id)) co_return;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.secrets().remove(exchange.principal.tenant, *id, std::move(who),
                                                                         std::move(*terms));
  if (refused(exchange, outcome)) co_return;
  answer_secret(exchange, *outcome, false);
}

}  // namespace tacit::http
