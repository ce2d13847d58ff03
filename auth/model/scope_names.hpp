// Scopes as people write them: `secrets:read`, `secrets:write`, `keys:manage`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/model/api_key.hpp"

namespace tacit::auth {

/// Nothing for a name that is no scope.
std::optional<store::Scope> scope_of(std::string_view name);

/// The names of the scopes in the set, in the order above.
std::vector<std::string_view> scope_names(store::Scope scopes);

}  // namespace tacit::auth
