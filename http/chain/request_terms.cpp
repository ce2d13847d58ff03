#include "http/chain/request_terms.hpp"

#include <algorithm>

#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

bool is_key(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  return visible && !text.empty() && text.size() <= limits::idempotency_key;
}

}  // namespace

std::optional<Problem> terms_problem(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (head.has_date_condition) return Problem::condition_unused;  // no answer has the date that it is about
  if (!head.has_if_match && !head.has_if_none_match && !head.has_idempotency_key) return std::nullopt;
  const Terms terms = exchange.route->terms;
  const bool matches = head.has_if_match && !contains(terms, Terms::if_match);
  const bool matches_none = head.has_if_none_match && !contains(terms, Terms::if_none_match);
  if (matches || matches_none) return Problem::condition_unused;
  if (!head.has_idempotency_key) return std::nullopt;
  if (!contains(terms, Terms::idempotency_key)) return Problem::idempotency_key_unused;
  return is_key(head.idempotency_key) ? std::nullopt : std::optional(Problem::idempotency_key_malformed);
}

}  // namespace tacit::http
