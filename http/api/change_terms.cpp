#include "http/api/change_terms.hpp"

#include <algorithm>

#include "crypto/primitives/digest.hpp"
#include "http/api/entity_tags.hpp"

namespace tacit::http {
namespace {

/// The key counts for the method, the path and the query alone. The route's path stands for all ways to write it.
crypto::Digest digest_of_request(const Exchange& exchange) {
  constexpr std::string_view separator("\n", 1);
  return crypto::sha256({crypto::as_bytes(name_of(exchange.route->method)), crypto::as_bytes(separator),
                         crypto::as_bytes(exchange.route->path), crypto::as_bytes(separator),
                         crypto::as_bytes(exchange.path_id), crypto::as_bytes(separator),
                         crypto::as_bytes(exchange.head.query)});
}

/// The problem of If-Match, if there is one.
std::optional<Problem> take_if_match(const RequestHead& head, store::Precondition& precondition) {
  if (!head.has_if_match) return std::nullopt;
  auto tags = parse_entity_tags(head.if_match);
  if (!tags) return Problem::condition_malformed;
  precondition.exists = tags->any;
  if (!tags->any) precondition.states = std::move(tags->strong);
  return std::nullopt;
}

std::optional<Problem> take_if_none_match(const RequestHead& head, store::Precondition& precondition) {
  if (!head.has_if_none_match) return std::nullopt;
  const auto tags = parse_entity_tags(head.if_none_match);
  if (!tags) return Problem::condition_malformed;
  if (!tags->any) return Problem::condition_unused;
  precondition.absent = true;
  return std::nullopt;
}

}  // namespace

boost::system::result<store::ChangeTerms, Problem> change_terms(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  store::ChangeTerms terms;
  if (const auto problem = take_if_match(head, terms.precondition)) return *problem;
  if (const auto problem = take_if_none_match(head, terms.precondition)) return *problem;
  if (head.has_idempotency_key) {
    store::IdempotencyKey& key = terms.idempotency.emplace();
    key.key = crypto::WipedBytes(crypto::as_bytes(head.idempotency_key));
    key.request = digest_of_request(exchange);
    key.body = crypto::sha256(exchange.body.view());
  }
  return terms;
}

bool has_lapsed_alone(const Faults& faults) {
  return std::ranges::all_of(faults, [](const Fault& fault) { return fault.type == "datetime_future"; });
}

}  // namespace tacit::http
