#include "http/api/routes.hpp"

#include <array>

#include "http/api/handlers.hpp"
#include "http/console/console_handlers.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

using store::Scope;
using enum Method;

/// Served without a credential.
constexpr Route open_get(std::string_view path, Handler handler) {
  return {
      .method = get, .path = path, .scope = Scope::none, .authenticated = false, .body_limit = 0, .handler = handler};
}

constexpr Route without_body(Method method, std::string_view path, Scope scope, Handler handler) {
  return {.method = method, .path = path, .scope = scope, .authenticated = true, .body_limit = 0, .handler = handler};
}

constexpr Route with_body(Method method, std::string_view path, Scope scope, std::uint32_t limit, Handler handler) {
  return {
      .method = method, .path = path, .scope = scope, .authenticated = true, .body_limit = limit, .handler = handler};
}

/// The same route with header fields that change what a request does.
constexpr Route on_terms(Terms terms, Route route) {
  route.terms = terms;
  return route;
}

/// The same route whose body has a value.
constexpr Route with_value(Route route) {
  route.grows_with_value = true;
  return route;
}

/// For people. A browser may ask with the ETag that it has.
constexpr Route page(std::string_view path, Handler handler) {
  return on_terms(Terms::if_none_match, open_get(path, handler));
}

constexpr Route health = open_get("/healthz", get_health);
constexpr Route readiness = open_get("/readyz", get_readiness);
constexpr Route resource_metadata = open_get("/.well-known/oauth-protected-resource", get_resource_metadata);
constexpr Route openapi = open_get("/openapi.json", get_openapi);

constexpr std::array api{
    health,
    on_terms(
        Terms::if_match | Terms::if_none_match,
        with_value(with_body(put, "/api/v1/secrets/by-name", Scope::secrets_write, limits::secret_body, put_secret))),
    on_terms(Terms::idempotency_key,
             with_body(post, "/api/v1/secrets/batch", Scope::secrets_write, limits::batch_body, create_batch)),
    on_terms(Terms::if_match | Terms::if_none_match,
             without_body(get, "/api/v1/secrets/{id}", Scope::secrets_read, get_secret)),
    without_body(get, "/api/v1/secrets", Scope::secrets_read, list_secrets),
    on_terms(Terms::idempotency_key,
             with_value(with_body(post, "/api/v1/secrets", Scope::secrets_write, limits::secret_body, create_secret))),
    on_terms(Terms::if_match, with_value(with_body(patch, "/api/v1/secrets/{id}", Scope::secrets_write,
                                                   limits::secret_body, update_secret))),
    on_terms(Terms::if_match, without_body(del, "/api/v1/secrets/{id}", Scope::secrets_write, delete_secret)),
    without_body(get, "/api/v1/secrets/{id}/versions", Scope::secrets_read, list_versions),
    on_terms(Terms::if_match,
             without_body(del, "/api/v1/secrets/{id}/versions/{number}", Scope::secrets_write, delete_version)),
    on_terms(Terms::if_match | Terms::idempotency_key,
             with_body(post, "/api/v1/secrets/{id}/rollback", Scope::secrets_write, limits::rollback_body, roll_back)),
    without_body(get, "/api/v1/secrets/{id}/uses", Scope::secrets_read, list_uses),
    without_body(get, "/api/v1/api-keys/{id}", Scope::api_keys_manage, get_api_key),
    without_body(get, "/api/v1/api-keys", Scope::api_keys_manage, list_api_keys),
    with_body(post, "/api/v1/api-keys", Scope::api_keys_manage, limits::api_key_body, create_api_key),
    with_body(patch, "/api/v1/api-keys/{id}", Scope::api_keys_manage, limits::api_key_body, update_api_key),
    without_body(del, "/api/v1/api-keys/{id}", Scope::api_keys_manage, revoke_api_key),
    without_body(get, "/api/v1/quota", Scope::secrets_read, get_quota),
    readiness,
    resource_metadata,
    openapi,
    // The pages for people, at the end.
    page("/", get_start),
    page("/console", get_console),
    page("/console/{id}", get_console_file),
    page("/docs", get_docs),
    page("/docs/{id}", get_docs_file),
};
constexpr std::size_t page_count = 5;

constexpr std::array tools{
    health,
    with_body(post, "/tool/v1/resolve", Scope::tools_use, limits::resolve_body, resolve_tool),
    with_body(post, "/tool/v1/resolve-many", Scope::tools_use, limits::resolve_many_body, resolve_tools),
    with_body(post, "/tool/v1/report", Scope::tools_use, limits::report_body, report_use),
    readiness,
    openapi,
};

constexpr std::array admin{
    health,
    readiness,
    open_get("/metrics", get_metrics),
};

}  // namespace

std::span<const Route> routes_of(Plane plane) {
  switch (plane) {
    case Plane::api:
      return api;
    case Plane::tools:
      return tools;
    case Plane::admin:
      break;
  }
  return admin;
}

std::span<const Route> documented_routes(Plane plane) {
  const std::span<const Route> all = routes_of(plane);
  return plane == Plane::api ? all.first(all.size() - page_count) : all;
}

bool is_probe(const Route* route) {
  return route != nullptr && (route->handler == get_health || route->handler == get_readiness);
}

}  // namespace tacit::http
