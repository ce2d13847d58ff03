#include "http/api/routes.hpp"

#include <array>

#include "http/api/handlers.hpp"
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

constexpr Route health = open_get("/healthz", get_health);
constexpr Route readiness = open_get("/readyz", get_readiness);
constexpr Route resource_metadata = open_get("/.well-known/oauth-protected-resource", get_resource_metadata);
constexpr Route openapi = open_get("/openapi.json", get_openapi);

constexpr std::array api{
    health,
    without_body(get, "/api/v1/secrets/{id}", Scope::secrets_read, get_secret),
    without_body(get, "/api/v1/secrets", Scope::secrets_read, list_secrets),
    with_body(post, "/api/v1/secrets", Scope::secrets_write, limits::secret_body, create_secret),
    with_body(patch, "/api/v1/secrets/{id}", Scope::secrets_write, limits::secret_body, update_secret),
    without_body(del, "/api/v1/secrets/{id}", Scope::secrets_write, delete_secret),
    without_body(get, "/api/v1/api-keys/{id}", Scope::api_keys_manage, get_api_key),
    without_body(get, "/api/v1/api-keys", Scope::api_keys_manage, list_api_keys),
    with_body(post, "/api/v1/api-keys", Scope::api_keys_manage, limits::api_key_body, create_api_key),
    with_body(patch, "/api/v1/api-keys/{id}", Scope::api_keys_manage, limits::api_key_body, update_api_key),
    without_body(del, "/api/v1/api-keys/{id}", Scope::api_keys_manage, revoke_api_key),
    without_body(get, "/api/v1/quota", Scope::secrets_read, get_quota),
    readiness,
    resource_metadata,
    openapi,
};

constexpr std::array tools{
    health,
    with_body(post, "/tool/v1/resolve", Scope::tools_use, limits::resolve_body, resolve_tool),
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

bool is_probe(const Route* route) {
  return route != nullptr && (route->handler == get_health || route->handler == get_readiness);
}

}  // namespace tacit::http
