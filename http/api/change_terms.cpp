#include "http/api/change_terms.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "crypto/primitives/digest.hpp"
#include "http/api/entity_tags.hpp"
#include "store/slices/turns.hpp"

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

/// Hashed without giving way to others: some 150 µs on a processor without instructions for SHA-256.
constexpr std::size_t hashed_at_once = std::size_t{64} * 1024;

/// The problem of a condition, if there is one.
std::optional<Problem> take_conditions(const RequestHead& head, store::ChangeTerms& terms) {
  if (const auto problem = take_if_match(head, terms.precondition)) return problem;
  return take_if_none_match(head, terms.precondition);
}

boost::asio::awaitable<crypto::Digest> digest_of_body(const Exchange& exchange) {
  crypto::ByteView rest = exchange.body.view();
  if (rest.size() <= hashed_at_once) co_return crypto::sha256(rest);
  crypto::Sha256 hash;
  while (rest.size() > hashed_at_once) {
    hash.update(rest.first(hashed_at_once));
    rest = rest.subspan(hashed_at_once);
    co_await store::next_turn();
  }
  hash.update(rest);
  co_return hash.finish();
}

/// Of a value that is too long.
bool is_long_value(const Fault& fault) {
  if (fault.type != "string_too_long") return false;
  const auto* const field = std::get_if<std::string_view>(&fault.loc.back());
  return field != nullptr && *field == "secret_value";
}

}  // namespace

boost::system::result<store::ChangeTerms, Problem> change_terms(const Exchange& exchange) {
  store::ChangeTerms terms;
  if (const auto problem = take_conditions(exchange.head, terms)) return *problem;
  return terms;
}

boost::asio::awaitable<boost::system::result<store::ChangeTerms, Problem>> repeatable_terms(const Exchange& exchange) {
  auto terms = change_terms(exchange);
  if (!terms || !exchange.head.has_idempotency_key) co_return terms;
  store::IdempotencyKey key;
  key.key = crypto::WipedBytes(crypto::as_bytes(exchange.head.idempotency_key));
  key.request = digest_of_request(exchange);
  key.body = co_await digest_of_body(exchange);
  terms->idempotency = std::move(key);
  co_return terms;
}

bool may_have_been_right(const Faults& faults) {
  return std::ranges::all_of(
      faults, [](const Fault& fault) { return fault.type == "datetime_future" || is_long_value(fault); });
}

}  // namespace tacit::http
