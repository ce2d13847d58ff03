#include "http/chain/cors.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "http/api/routes.hpp"
#include "http/wire/target.hpp"

namespace tacit::http {
namespace {

/// Vary, because the field before it differs from origin to origin.
constexpr std::string_view readable_fields =
    "\r\nVary: Origin\r\nAccess-Control-Expose-Headers: ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, "
    "WWW-Authenticate, Idempotency-Replayed\r\n";

constexpr std::string_view preflight_fields =
    "Access-Control-Allow-Headers: token, authorization, x-api-key, content-type, if-match, if-none-match, "
    "idempotency-key\r\nAccess-Control-Max-Age: 600\r\n";

/// For a path that does not exist: only the request after the preflight can tell the page so.
constexpr std::string_view every_method = "GET, HEAD, POST, PUT, PATCH, DELETE";

bool comes_from_allowed(const Exchange& exchange) {
  if (!exchange.head.has_origin || exchange.plane != Plane::api || exchange.services.cors == nullptr) return false;
  return (*exchange.services.cors)->allows(exchange.head.origin);
}

}  // namespace

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) { std::ranges::sort(origins_); }

bool Cors::allows(std::string_view origin) const {
  return std::ranges::binary_search(origins_, origin, std::ranges::less(),
                                    [](const std::string& known) { return std::string_view(known); });
}

void append_cors_fields(crypto::WipedBytes& out, const Exchange& exchange) {
  if (!comes_from_allowed(exchange)) return;
  out.append("Access-Control-Allow-Origin: ");
  out.append(exchange.head.origin);  // one of the configured ones
  out.append(readable_fields);
}

bool answer_preflight(Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (head.method != Method::options || head.requested_method.empty() || !comes_from_allowed(exchange)) return false;
  const RouteMatch found = match(routes_of(exchange.plane), head);
  if (found.problem == Problem::malformed_request) return false;
  Response& response = exchange.response;
  response.status = 204;
  response.headers.append("Access-Control-Allow-Methods: ")
      .append(found.allow.empty() ? every_method : found.allow)
      .append("\r\n");
  response.headers.append(preflight_fields);
  response.close = response.close || head.has_body();
  return true;
}

}  // namespace tacit::http
