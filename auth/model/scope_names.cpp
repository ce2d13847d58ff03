#include "auth/model/scope_names.hpp"

#include <utility>

namespace tacit::auth {
namespace {

constexpr std::pair<std::string_view, store::Scope> names[] = {
    {"secrets:read", store::Scope::secrets_read},
    {"secrets:write", store::Scope::secrets_write},
    {"keys:manage", store::Scope::api_keys_manage},
    {"tools:use", store::Scope::tools_use},
};

}  // namespace

std::optional<store::Scope> scope_of(std::string_view name) {
  for (const auto& [known, scope] : names) {
    if (known == name) return scope;
  }
  return std::nullopt;
}

std::vector<std::string_view> scope_names(store::Scope scopes) {
  std::vector<std::string_view> held;
  for (const auto& [name, scope] : names) {
    if (store::covers(scopes, scope)) held.push_back(name);
  }
  return held;
}

}  // namespace tacit::auth
