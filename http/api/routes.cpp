#include "http/api/routes.hpp"

#include <array>

#include "http/api/handlers.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

using store::Scope;
using enum Method;

constexpr Route health{get, "/healthz", Scope::none, false, 0, get_health};
constexpr Route readiness{get, "/readyz", Scope::none, false, 0, get_readiness};
constexpr Route resource_metadata{
    get, "/.well-known/oauth-protected-resource", Scope::none, false, 0, get_resource_metadata};
constexpr Route openapi{get, "/openapi.json", Scope::none, false, 0, get_openapi};

constexpr std::array api{
    health,
    Route{get, "/api/v1/secrets/{id}", Scope::secrets_read, true, 0, get_secret},
    Route{get, "/api/v1/secrets", Scope::secrets_read, true, 0, list_secrets},
    Route{post, "/api/v1/secrets", Scope::secrets_write, true, limits::secret_body, create_secret},
    Route{patch, "/api/v1/secrets/{id}", Scope::secrets_write, true, limits::secret_body, update_secret},
    Route{del, "/api/v1/secrets/{id}", Scope::secrets_write, true, 0, delete_secret},
    Route{get, "/api/v1/api-keys/{id}", Scope::keys_manage, true, 0, get_api_key},
    Route{get, "/api/v1/api-keys", Scope::keys_manage, true, 0, list_api_keys},
    Route{post, "/api/v1/api-keys", Scope::keys_manage, true, limits::api_key_body, create_api_key},
    Route{patch, "/api/v1/api-keys/{id}", Scope::keys_manage, true, limits::api_key_body, update_api_key},
    Route{del, "/api/v1/api-keys/{id}", Scope::keys_manage, true, 0, revoke_api_key},
    Route{get, "/api/v1/quota", Scope::secrets_read, true, 0, get_quota},
    readiness,
    resource_metadata,
    openapi,
};

constexpr std::array tools{
    health,
    Route{post, "/tool/v1/resolve", Scope::tools_use, true, limits::resolve_body, resolve_tool},
    readiness,
    openapi,
};

constexpr std::array admin{
    health,
    readiness,
    Route{get, "/metrics", Scope::none, false, 0, get_metrics},
};

}  // namespace

std::span<const Route> api_routes() { return api; }

std::span<const Route> tool_routes() { return tools; }

std::span<const Route> admin_routes() { return admin; }

std::span<const Route> routes_of(Plane plane) {
  switch (plane) {
    case Plane::api:
      return api_routes();
    case Plane::tools:
      return tool_routes();
    case Plane::admin:
      break;
  }
  return admin_routes();
}

bool is_probe(const Route* route) {
  return route != nullptr && (route->handler == get_health || route->handler == get_readiness);
}

}  // namespace tacit::http
