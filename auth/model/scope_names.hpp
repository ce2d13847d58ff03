// The text form of scopes: `secrets:read`, `secrets:write`, `keys:manage`, `tools:use`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/model/api_key.hpp"

namespace tacit::auth {

/// All scopes, of both planes.
inline constexpr store::Scope every_scope = store::api_scopes | store::Scope::tools_use;

/// std::nullopt if the name is not a scope.
std::optional<store::Scope> scope_of(std::string_view name);

/// The names of the scopes in the set, in the order above.
std::vector<std::string_view> scope_names(store::Scope scopes);

}  // namespace tacit::auth
